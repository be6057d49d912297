// The options of `test`.

export const TEST_FORMATS = ["text", "json", "junit", "sarif"] as const;

export interface TestCommandOptions {
  readonly format?: (typeof TEST_FORMATS)[number];
  /** The least percentage of the policy's own rules that a test must fire. */
  readonly minCoverage?: number;
  /** The day that rules expire by. Default: today. */
  readonly date?: string;
  readonly watch?: boolean;
}
