// The options of `diff`.

export const DIFF_FORMATS = ["text", "json", "markdown"] as const;

export interface DiffOptions {
  readonly format?: (typeof DIFF_FORMATS)[number];
  /** The day that rules expire by. Default: today. */
  readonly date?: string;
  /** Exit with 1 if an event is decided differently. */
  readonly failOnChange?: boolean;
  /** Exit with 1 if an event is decided more weakly. */
  readonly failOnWeaker?: boolean;
}
