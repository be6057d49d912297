// The forms of a secret: as the masked body had it, as plain text, as a part of a JSON string.

/** A secret of a body as text, or as a part of a JSON string. `hasEscapes`: the body was JSON. */
export function formed(secret: string, form: "text" | "json", hasEscapes: boolean): string {
  const text = hasEscapes ? unescaped(secret) : secret;
  return form === "text" ? text : JSON.stringify(text).slice(1, -1);
}

/** Whether a body is a JSON object or array. */
export function isJson(content: string): boolean {
  if (!/^\s*[{[]/.test(content)) return false;
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}

/** The text that a part of a JSON string stands for; the part itself if it is none. */
function unescaped(part: string): string {
  try {
    return JSON.parse(`"${part}"`) as string;
  } catch {
    return part;
  }
}
