// Lines on stderr, and the progress line under them.
import { describe, expect, it } from "vitest";
import { Log } from "../../src/daemon/log.js";

function setUp(isTTY: boolean) {
  const texts: string[] = [];
  return { texts, log: new Log({ isTTY, write: (text) => texts.push(text) }) };
}

describe("Log", () => {
  it("writes lines, and no progress where no terminal is", () => {
    const { log, texts } = setUp(false);
    log.progress("5 events");
    log.line("hello");
    log.clear();
    expect(texts).toEqual(["hello\n"]);
  });

  it("lets no text move the cursor or turn around, whoever wrote the paths and names in it", () => {
    const { log, texts } = setUp(false);
    log.line("error: `\u001b]0;owned\u0007`\r\u202e\nnext");
    expect(texts).toEqual(["error: `\\u{1b}]0;owned\\u{7}`\\u{d}\\u{202e}\nnext\n"]);
  });

  it("takes the progress line away before a line", () => {
    const { log, texts } = setUp(true);
    log.progress("5 events");
    log.line("hello");
    log.clear();
    expect(texts).toEqual(["\r\u001b[K5 events", "\r\u001b[K", "hello\n"]);
  });
});
