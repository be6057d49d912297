// The token of a heredoc: `<<NAME`, lines, and `NAME` alone on a line.

import { ExternalTokenizer, type InputStream } from "@lezer/lr";
import { Heredoc } from "./acl.grammar.terms";

const [LESS, NEWLINE, END] = [60, 10, -1];

export const heredoc = new ExternalTokenizer((input) => {
  if (input.next !== LESS || input.peek(1) !== LESS) return;
  input.advance(2);
  const name = line(input).trim();
  if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) return;
  while (input.next !== END) {
    input.advance();
    const end = line(input);
    if (end.trim() === name) {
      input.acceptToken(Heredoc);
      return;
    }
  }
});

/** Reads up to the end of the line. */
function line(input: InputStream): string {
  let text = "";
  while (input.next !== NEWLINE && input.next !== END) {
    text += String.fromCharCode(input.next);
    input.advance();
  }
  return text;
}
