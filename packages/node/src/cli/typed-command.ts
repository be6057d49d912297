// Reads a command as a person types it.

/** What only a shell reads. A text without it is a list of words. */
const SHELL_SYNTAX = /["'`$\\|&;<>(){}*?[\]~#!\n=]/;

/** The arguments of a command: its words, or a shell that runs the text. */
export function typedCommand(text: string): readonly string[] {
  return SHELL_SYNTAX.test(text.trim()) ? ["sh", "-c", text] : text.trim().split(/\s+/);
}
