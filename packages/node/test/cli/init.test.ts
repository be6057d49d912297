// The questions of `init`.
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { askFor } from "../../src/cli/init/questions.js";

function terminal(answers: string) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let shown = "";
  // Each answer follows its question, as on a terminal.
  const lines = answers.split("\n");
  stderr.on("data", (text: Buffer) => {
    shown += text;
    if (!shown.endsWith("[1] ")) return;
    const next = lines.shift();
    if (next === undefined) stdin.end();
    else stdin.write(`${next}\n`);
  });
  return { io: { stdin, stdout, stderr, env: {} }, shown: () => shown };
}

it("asks three questions, by number or name, the first choice without an answer", async () => {
  const { io, shown } = terminal("server\n\n2");
  expect(await askFor({}, io)).toEqual({ policy: "server", escalations: "block", dryRun: true });
  expect(shown()).toContain("  3  server        on a server, observed by a collector\n");
});

it("asks again after a wrong answer, and nothing that has a flag", async () => {
  const { io, shown } = terminal("9\n1");
  expect(await askFor({ escalations: "allow" }, io)).toEqual({ policy: "coding-agent", escalations: "allow" });
  expect(shown()).toContain("expected a number from 1 to 4\n");
  expect(shown()).not.toContain("escalation");
});

it("is cancelled at the end of the input", async () => {
  await expect(askFor({}, terminal("server").io)).rejects.toThrow("cancelled: nothing is written");
});
