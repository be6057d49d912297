// The codes of system errors, such as `ENOENT`.

/** The code of a system error; `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
