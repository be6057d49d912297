// The options of `init`, which are also its questions.

export const STOCK_POLICIES = ["coding-agent", "ci", "server", "strict"] as const;
export const ESCALATIONS = ["block", "allow"] as const;

export type StockPolicy = (typeof STOCK_POLICIES)[number];

export interface InitOptions {
  /** Which stock policy to start from. */
  readonly policy?: StockPolicy;
  /** What becomes of an escalation that no tier resolves. */
  readonly escalations?: (typeof ESCALATIONS)[number];
  /** Whether to begin with a dry run. */
  readonly dryRun?: boolean;
}
