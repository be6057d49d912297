// The flags of `approve`.

export interface ApproveFlags {
  readonly once?: boolean;
  readonly for?: string;
  readonly deny?: string;
  readonly socket?: string;
  readonly json?: boolean;
}
