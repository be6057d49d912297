// Keeping keys out of texts.

/**
 * A text with `***` in place of the key, which an endpoint or a program may repeat.
 *
 * @example
 * withoutKey("Bearer sk-1234 is invalid", "sk-1234"); // "Bearer *** is invalid"
 */
export function withoutKey(text: string, key: string | null | undefined): string {
  const secret = key?.trim() ?? "";
  return secret === "" ? text : text.replaceAll(secret, "***");
}
