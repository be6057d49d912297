// Audit lines as text for a person.
import { Buffer } from "node:buffer";
import { createColors } from "picocolors";
import { expect, it } from "vitest";
import { AuditText } from "../../src/cli/audit-text.js";

const COLORS = createColors(false);

it.each([
  [{ enforced: "x.txt" }, "ToolExec nc  -> x.txt"],
  [{ not_enforced: "program-from-argv" }, "ToolExec nc  [not denied: program-from-argv]"],
  [{ enforce_error: "the disk is full" }, "ToolExec nc  NOT WRITTEN: the disk is full"],
])("says what became of the target: %j", (result, expected) => {
  const decision = { verdict: "block", severity: "high", reason: "r" };
  const line = JSON.stringify({ event: "ToolExec", subject: "nc", decision, ...result });
  const text = new AuditText(COLORS, () => 80).render(Buffer.from(`${line}\n`));
  expect(text).toBe(`BLOCK    high     r\n         ${expected}\n`);
});

it("separates why a line is skipped from its labels, and escapes them", () => {
  const line = JSON.stringify({ skipped: "malformed", id: "a\u001b\u009b", line: 2 });
  const text = new AuditText(COLORS, () => 80).render(Buffer.from(`${line}\n`));
  expect(text).toBe("SKIPPED  malformed  (id a\\u{1b}\\u{9b}, line 2)\n");
});

it("shows what became of a call, and what a person answered", () => {
  const decision = { verdict: "escalate", severity: "high", reason: "r" };
  const lines = [
    { event: "ToolCall", subject: "Bash ls", decision, outcome: "allow" },
    { approval: "denied", subject: "Bash ls\n" },
  ];
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const text = new AuditText(COLORS, () => 80).render(bytes);
  expect(text).toBe("ALLOW    high     r\n         ToolCall Bash ls\nDENIED   Bash ls \n");
});
