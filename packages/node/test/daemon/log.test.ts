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

  it("takes the progress line away before a line", () => {
    const { log, texts } = setUp(true);
    log.progress("5 events");
    log.line("hello");
    log.clear();
    expect(texts).toEqual(["\r\u001b[K5 events", "\r\u001b[K", "hello\n"]);
  });
});
