// Transcripts judged on several threads: the report is that of one thread.
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
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
