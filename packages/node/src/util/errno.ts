// The codes of system errors, such as `ENOENT`.

/**
 * The code of a system error; `undefined` for any other error. In Jest, system errors come from
 * another realm, for which `instanceof Error` is false.
 */
export function errnoOf(error: unknown): string | undefined {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
