// Lines on stderr, and the progress line below them.

import { describe, expect, it } from "vitest";
import { Log } from "../../src/daemon/log.js";

function setUp(isTTY: boolean) {
  const texts: string[] = [];
  return { texts, log: new Log({ isTTY, write: (text) => texts.push(text) }) };
}

describe("Log", () => {
  it("writes lines, and shows no progress without a terminal", () => {
    const { log, texts } = setUp(false);
    log.progress("5 events");
    log.line("hello");
    log.clear();
    expect(texts).toEqual(["hello\n"]);
  });

  it("escapes controls and marks of direction in untrusted text", () => {
    const { log, texts } = setUp(false);
    log.line("error: `\u001b]0;owned\u0007`\r\u202e\nnext");
    expect(texts).toEqual(["error: `\\u{1b}]0;owned\\u{7}`\\u{d}\\u{202e}\nnext\n"]);
  });

  it("removes the progress line before it writes a line", () => {
    const { log, texts } = setUp(true);
    log.progress("5 events");
    log.line("hello");
    log.clear();
    expect(texts).toEqual(["\r\u001b[K5 events", "\r\u001b[K", "hello\n"]);
  });
});
