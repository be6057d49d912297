// A question reaches a person as plain text, by a program that no shell reads.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import type { NewTicket } from "../../../src/guard/approvals.js";
import { type Argv, Notifier, questionText } from "../../../src/guard/resident/notify.js";
import { scratch } from "../../support/scratch.js";

const COMMAND = "a3s-sentry approve";
const ESC = "\u001b";

function ticket(more: Partial<NewTicket> = {}): NewTicket {
  const request = {
    binding: "b",
    bindings: ["b"],
    revision: "v",
    tool: "Bash",
    message: "why",
    timeoutS: 60,
    mayRepeat: false,
  };
  return { ticket: "0f", request, what: "Bash ls", expiresMs: 0, needsCode: true, code: "ABCD", ...more };
}

it("the text has what is asked, how to answer, and the code", () => {
  expect(questionText(ticket(), COMMAND)).toBe(
    "Bash ls\nwhy\nallow it once: a3s-sentry approve 0f --once\ndeny it: a3s-sentry approve --deny 0f\ncode: ABCD\n",
  );
});

it("a question that needs no code shows none, and a call that runs nothing may be allowed for a time", () => {
  const request = { ...ticket().request, mayRepeat: true };
  const text = questionText(ticket({ needsCode: false, request }), COMMAND);
  expect(text).not.toContain("ABCD");
  expect(text).toContain("approve 0f --for 10m\n");
});

it("no text of an agent moves the cursor or begins a line", () => {
  const request = { ...ticket().request, session: `s${ESC}[2J\ncode: EVIL` };
  const text = questionText(ticket({ what: "Bash x\ncode: EVIL\r\u202e", request }), COMMAND);
  expect(text.match(/^code: .*$/gm)).toEqual(["code: ABCD"]);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
});

it("the program reads the text on stdin, and gets no variable of a3s-sentry", async () => {
  const file = join(scratch(), "told");
  vi.stubEnv("A3S_SENTRY_LLM_KEY", "key");
  onTestFinished(() => void vi.unstubAllEnvs());
  const failed = vi.fn();
  const script = `cat > "$0"; env | grep -c A3S_SENTRY >> "$0"; printf '%s' "$1" >> "$0"`;
  new Notifier(["/bin/sh", "-c", script, file, "$(id)"], failed).notify("text\n");
  await vi.waitFor(() => expect(readFileSync(file, "utf8")).toBe("text\n0\n$(id)"), { timeout: 10_000 });
  expect(failed).not.toHaveBeenCalled();
});

it.each<[string, Argv, RegExp]>([
  ["is missing", ["/no/such/program"], /ENOENT/],
  ["fails", ["/bin/sh", "-c", "exit 3"], /exit code 3/],
  ["is ended", ["/bin/sh", "-c", "kill -TERM $$"], /SIGTERM/],
])("a program that %s is reported", async (_, argv, why) => {
  const failed = vi.fn();
  new Notifier(argv, failed).notify("x".repeat(100_000));
  await vi.waitFor(() => expect(failed).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(why)), {
    timeout: 10_000,
  });
});

it("no more than four programs run at a time", async () => {
  const failed = vi.fn();
  const notifier = new Notifier(["/bin/sleep", "1"], failed);
  for (let i = 0; i < 5; i++) notifier.notify("");
  expect(failed).toHaveBeenCalledExactlyOnceWith("too many notifications run already");
});
