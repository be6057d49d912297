// Reading thrown values. An error may come from another realm, for which `instanceof Error` is
// false: the system's errors do in Jest, for example.

/** The message of an error of any realm; any other value as text. */
export function messageOf(error: unknown): string {
  const isError = typeof error === "object" && error !== null && "message" in error;
  return isError && typeof error.message === "string" ? error.message : String(error);
}
