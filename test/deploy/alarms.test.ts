// The alarms: each uses metrics of a run, a resident judge or a fleet, and links to a section of its page.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SYNC_METRICS } from "../../packages/fleet/src/deny/sync-metrics.js";
import { SHIP_METRICS } from "../../packages/fleet/src/ship/ship-metrics.js";
import { WORKER_METRICS } from "../../packages/fleet/src/worker/worker-metrics.js";
import { GUARD_METRICS } from "../../packages/node/src/guard/resident/guard-metrics.js";
import { start } from "../e2e/command.js";
import { base, DEPLOY, readYaml } from "./manifests.js";

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { readonly runbook: string };
    }[];
  }[];
}

const alarmsIn = (file: string): Rules["groups"][number]["rules"] =>
  (readYaml(`prometheus/${file}`) as Rules).groups.flatMap(({ rules }) => rules);
const alarms = [...alarmsIn("rules.yaml"), ...alarmsIn("guard.yaml"), ...alarmsIn("fleet.yaml")];
/** The label of kube-state-metrics for the DaemonSet of `deploy/kubernetes`. */
const DAEMON_SET = `daemonset="${base.metadata.name}"`;
const { PATH = "" } = process.env;
const promtool = PATH.split(":").some((folder) => existsSync(`${folder}/promtool`));

it("use metrics of a run, with their labels", async () => {
  const running = start(["run", "--metrics-addr", "127.0.0.1:0"]);
  await running.until(({ stderr }) => stderr.includes("/metrics\n"));
  const url = /metrics at (\S+)/.exec(running.stderr)?.[1] ?? "";
  const text = await (await fetch(url)).text();
  running.child.stdin.end();
  await running.ended;
  const expressions = alarmsIn("rules.yaml")
    .map(({ expr }) => expr)
    .join("\n");
  for (const [, name] of expressions.matchAll(/\b((?:sentry|process)_\w+)/g))
    expect(text).toMatch(new RegExp(`^${name}[ {]`, "m"));
  for (const [, name, matchers = ""] of expressions.matchAll(/\b(\w+)\{([^}]*)\}/g)) {
    for (const [label] of matchers.matchAll(/\w+="[^"]+"/g))
      expect(name?.startsWith("kube_") ? DAEMON_SET : text).toContain(label);
  }
});

const METRICS: Readonly<Record<string, readonly { readonly name: string; readonly labels?: readonly string[] }[]>> = {
  "guard.yaml": GUARD_METRICS,
  "fleet.yaml": [...SHIP_METRICS, ...WORKER_METRICS, ...SYNC_METRICS],
};

it.each(Object.keys(METRICS))("in %s use metrics that there are, with their labels", (file) => {
  const known = new Map(METRICS[file]?.map((metric) => [metric.name, metric]));
  for (const { expr } of alarmsIn(file)) {
    for (const [, name = "", label = ""] of expr.matchAll(/\b((?:sentry|process)_\w+)(?:\{(\w+)="\w+"\})?/g)) {
      expect(known.has(name), name).toBe(true);
      if (label !== "") expect(known.get(name)?.labels, name).toContain(label);
    }
  }
});

it.each(alarms.map(({ alert, annotations }) => [alert, annotations.runbook]))("%s links to %s", (_, runbook) => {
  const [file, anchor] = runbook.split("#");
  const headings = readFileSync(`${DEPLOY}../${file}`, "utf8").match(/^#+ .*$/gm) ?? [];
  const anchors = headings.map((heading) =>
    heading
      .replace(/^#+ /, "")
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
  expect(anchors).toContain(anchor);
});

it.skipIf(!promtool)("fire when they should, and are valid Prometheus rules", () => {
  execFileSync("promtool", ["check", "rules", `${DEPLOY}prometheus/rules.yaml`]);
  execFileSync("promtool", ["check", "rules", `${DEPLOY}prometheus/guard.yaml`]);
  execFileSync("promtool", ["check", "rules", `${DEPLOY}prometheus/fleet.yaml`]);
  execFileSync("promtool", ["test", "rules", `${DEPLOY}prometheus/fleet.test.yaml`]);
  execFileSync("promtool", ["test", "rules", `${DEPLOY}prometheus/rules.test.yaml`]);
});
