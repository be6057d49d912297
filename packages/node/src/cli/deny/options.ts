// The options of `deny`, and the kinds of deny-files that it takes.

export const DENY_KINDS = ["egress", "file", "exec"] as const;

export type DenyKind = (typeof DENY_KINDS)[number];

/** Which deny-files: as `run` takes them. */
export interface DenyFlags {
  readonly config?: string;
  readonly policy?: string;
  readonly egressDeny?: string;
  readonly fileDeny?: string;
  readonly execDeny?: string;
  readonly kind?: DenyKind;
}

export interface AddFlags extends DenyFlags {
  readonly reason?: string;
  readonly for?: string;
}

export interface ListFlags extends DenyFlags {
  readonly json?: boolean;
}

export interface WhyFlags extends DenyFlags {
  /** Files of audit lines. */
  readonly audit?: readonly string[];
  readonly json?: boolean;
}
