// Escapes untrusted text for a terminal: it cannot move the cursor, hide text or change its
// direction.

/** Control characters, bidirectional controls, and line separators that some readers honour. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** JSON escapes control characters below U+0020 already. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Bidi_Control}\u2028\u2029]/gu;

/** Escapes one line of text: each unsafe character becomes `\u{…}`, newlines included. */
export function escapeTerminal(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
}

/** Escapes JSON text with JSON's own `\uXXXX`, so that it parses to the same value. */
export function escapeTerminalJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Escapes text of several lines and keeps its line breaks. */
export function escapeTerminalLines(text: string): string {
  return text.split("\n").map(escapeTerminal).join("\n");
}
