// Runs each fenced command of the runbook in order, in a folder with an audit, a policy and a
// deny-file.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MAIN, run, scratch } from "../e2e/command.js";
import { attack, BENIGN, ESCALATION, METADATA } from "../e2e/events.js";
import { DEPLOY } from "./manifests.js";

const text = readFileSync(`${DEPLOY}../docs/runbook.md`, "utf8");
const fenced = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, script = ""]) => script);
const { PATH = "" } = process.env;
const canRun = process.platform === "linux" && PATH.split(":").some((folder) => existsSync(join(folder, "jq")));

it.skipIf(!canRun)("contains commands that work", async () => {
  const cwd = scratch();
  const put = (name: string, content: string): void => writeFileSync(join(cwd, name), content);
  const sentry = join(cwd, "a3s-sentry");
  put("a3s-sentry", `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(sentry, 0o755);
  put("policy.acl", 'deny { exec = "exec-deny.txt" egress = "no/folder.txt" }\n');
  put("policy.acl.before", "fail_closed = true\n");
  put("events.ndjson", attack() + BENIGN + ESCALATION + METADATA);
  put("exec-deny.txt", "/usr/bin/nc\n/usr/bin/socat\n");
  const { stdout } = await run(["run", "--config", "policy.acl"], readFileSync(join(cwd, "events.ndjson")), { cwd });
  put("audit.ndjson", stdout);

  const shown = fenced.map((script) =>
    execFileSync("bash", ["-euo", "pipefail", "-c", script], {
      cwd,
      encoding: "utf8",
      env: { PATH: `${cwd}:${PATH}` },
    }),
  );
  const all = shown.join("\n");
  for (const found of [
    "checked 1 file: no problems",
    "pipe-to-shell\tDenyExec\t/opt/bin/curl",
    "read-credentials\tFileAccess\t/etc/shadow",
    "not an event",
    "exec-deny.txt\t/opt/bin/curl\tpipe-to-shell",
  ]) {
    expect(all).toContain(found);
  }
  expect(all).toMatch(/cannot add to deny-file `no\/folder\.txt`/);
  expect(readFileSync(join(cwd, "exec-deny.txt"), "utf8")).toBe("/usr/bin/socat\n/opt/bin/curl\n");
  expect(readFileSync(join(cwd, "policy.acl"), "utf8")).toBe("fail_closed = true\n");
  expect(readFileSync(join(cwd, "new.ndjson"), "utf8").split("\n")).toHaveLength(4);
});
