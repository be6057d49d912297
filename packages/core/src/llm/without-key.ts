// Keys, kept out of what others say.

/** A text with `***` in the place of the key: an endpoint or a program that has been given one can say it again. */
export function withoutKey(text: string, key: string | null | undefined): string {
  const secret = key?.trim() ?? "";
  return secret === "" ? text : text.replaceAll(secret, "***");
}
