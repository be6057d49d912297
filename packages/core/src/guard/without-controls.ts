// Shows the characters of a text that could hide or forge what is shown.

/** Controls of terminals and of the direction of text, separators of lines, and halves of characters. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The text with their numbers in place of controls: `\u{001b}`. */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROLS, (char) => {
    const digits = (char.codePointAt(0) ?? 0).toString(16).padStart(4, "0");
    return `\\u{${digits}}`;
  });
}
