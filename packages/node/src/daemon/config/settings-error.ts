// The error for settings of a run.

/** Settings that are invalid, or contradict each other. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
