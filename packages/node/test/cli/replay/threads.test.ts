// Transcripts judged on several threads: the report is that of one thread.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { linesOf, partsOf } from "../../../dist/cli/replay/file-part.js";
import { FileThreads } from "../../../dist/cli/replay/file-threads.js";
import { Findings } from "../../../dist/cli/replay/findings.js";
import { FileJudge } from "../../../dist/cli/replay/judge-file.js";
import { Sentry } from "../../../dist/index.js";
import { scratch } from "../../support/scratch.js";
import { claude, lines } from "./sessions.js";

it.skipIf(availableParallelism() < 2)("the report is that of one thread", async () => {
  const folder = scratch();
  const files = Array.from({ length: 30 }, (_, i) => {
    const file = join(folder, `${i}.jsonl`);
    const calls = Array.from({ length: 1 + (i % 7) * 50 }, (_, n) =>
      claude.call("Bash", { command: n % 9 === 3 ? `rm -rf / # ${i % 4} ${n}` : `ls ${n}` }),
    );
    writeFileSync(file, lines(claude.user("mail ada@example.org"), ...calls, "junk", claude.result("ok")));
    return file;
  });
  const sentry = await Sentry.create("");
  const one = new Findings();
  const judge = new FileJudge(sentry);
  for (const file of files) one.merge(await judge.judge(file));
  const several = new Findings();
  const threads = FileThreads.start(sentry.spec(), (found) => several.merge(found));
  for (const file of [...files]) await threads?.judge(file);
  await threads?.finish();
  await threads?.close();
  expect(several.report(undefined)).toEqual(one.report(undefined));
  expect(one.found.totals).toMatchObject({ prompts: 30, results: 30, masked: 30 });
  expect(one.found.totals.stopped).toBeGreaterThan(400);
  sentry.close();
});

/** Of two agents in turns, with a denied target now and then. */
const EVENT = (n: number) => ({
  identity: { agent: `a${n % 2}` },
  event: { Egress: { pid: 1, peer: n % 100 === 7 ? "169.254.169.254" : "192.0.2.7", port: n % 60_000 } },
});

/** A session whose folder and id are in its first lines alone. */
const CODEX = [
  { type: "session_meta", payload: { id: "s1", cwd: "/srv/vault" } },
  ...Array.from({ length: 4500 }, (_, n) => ({
    type: "response_item",
    payload: {
      type: "function_call",
      name: "shell",
      arguments: JSON.stringify({ command: n % 100 === 7 ? ["cat", "key"] : ["echo", `${n}`, "x".repeat(200)] }),
    },
  })),
];

it.each([
  ["Claude Code", Array.from({ length: 4500 }, (_, n) => claude.call("Read", { file_path: `/${n}` }))],
  ["Codex", CODEX],
  ["events", Array.from({ length: 11_000 }, (_, n) => EVENT(n))],
])("a large file of %s is judged in parts, with the report of the whole", async (_, all) => {
  const file = join(scratch(), "large.jsonl");
  const texts = all.map((line, n) => JSON.stringify(line) + (n % 20 === 0 ? "\njunk\n" : ""));
  writeFileSync(file, texts.join("\n"));
  const rule = 'rule "vault" { reads = "/srv/vault/*" verdict = "block" severity = "high" reason = "r" }';
  const sentry = await Sentry.create(rule);
  const judge = new FileJudge(sentry);
  const whole = new Findings();
  whole.merge(await judge.judge(file));
  const [alone, several] = [new Findings(), new Findings()];
  const threads = FileThreads.start(sentry.spec(), (found) => several.merge(found));
  let parts = 0;
  for (const findings of [alone, several]) findings.found.files = 1;
  for await (const part of partsOf(file, alone)) {
    parts += 1;
    alone.merge(await judge.judge(part));
    await threads?.judge({ ...part, text: part.text.slice() });
  }
  await threads?.finish();
  await threads?.close();
  expect(parts).toBeGreaterThan(1);
  expect(alone.report(undefined)).toEqual(whole.report(undefined));
  if (threads !== undefined) expect(several.report(undefined)).toEqual(whole.report(undefined));
  expect(whole.found.skipped.unknown.count).toBeGreaterThan(100);
  sentry.close();
});

it("a line that was too long keeps its number", () => {
  const part = { file: "a", before: 0, state: { context: {} }, text: Buffer.from("a\n\n\nb"), tooLong: [1] };
  expect(linesOf(part).map((line) => line?.toString() ?? null)).toEqual(["a", null, "", "b"]);
});

it("a thread that fails is an error", async () => {
  const threads = FileThreads.start({ source: 'rule "a" {', options: {} }, () => {});
  if (threads === undefined) return;
  const failed = (async () => {
    await threads.judge("a.jsonl");
    await threads.finish();
  })();
  await expect(failed).rejects.toThrow("a thread that judges transcripts has failed");
  await threads.close();
});
