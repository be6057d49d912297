// The options of `replay`.

export interface ReplayOptions {
  readonly policy?: string;
  readonly date?: string;
  readonly json?: boolean;
  /** The file to write the report to, as a page. */
  readonly html?: string;
}
