// The manifests: their names exist, their privileges are minimal, and their commands work.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAIN, Running, run, scratch } from "../e2e/command.js";
import { attack, audits, BENIGN, METADATA } from "../e2e/events.js";
import { BASE, base, container, enforce, readManifests, yamlFiles } from "./manifests.js";

const judge = container(base, "judge");
const pod = base.spec.template.spec;
const value = (name: string): string => judge.env?.find((each) => each.name === name)?.value ?? "";

it.each(yamlFiles())("%s is YAML", (name) => {
  for (const document of readManifests(name)) expect(document).toBeTypeOf("object");
});

describe("names in the manifests", () => {
  it("are variables of the command", async () => {
    const { stdout: help } = await run(["run", "--help"]);
    const known = [...help.matchAll(/A3S_SENTRY_[A-Z_]+/g)].map(([name]) => name);
    const named = (judge.env ?? []).map(({ name }) => name);
    expect(named).toContain("A3S_SENTRY_CONFIG");
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("are volumes of the pod", () => {
    for (const set of [base, enforce]) {
      const all = [...set.spec.template.spec.initContainers, ...set.spec.template.spec.containers];
      const mounted = all.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
      expect(set.spec.template.spec.volumes.map(({ name }) => name)).toEqual(expect.arrayContaining(mounted));
    }
  });

  it("include the same port everywhere", () => {
    const [port] = judge.ports ?? [];
    expect(value("A3S_SENTRY_METRICS_ADDR")).toBe(`0.0.0.0:${port?.containerPort}`);
    expect(base.spec.template.metadata?.annotations["prometheus.io/port"]).toBe(String(port?.containerPort));
    for (const probe of [judge.startupProbe, judge.readinessProbe, judge.livenessProbe]) {
      expect(probe.httpGet).toEqual({ path: "/healthz", port: port?.name });
    }
  });

  it("include the package's version in each of its images", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../packages/node/package.json", import.meta.url), "utf8"));
    const all = [base, enforce].flatMap((set) => [
      ...set.spec.template.spec.initContainers,
      ...set.spec.template.spec.containers,
    ]);
    const images = all.map(({ image }) => image).filter((image) => image?.startsWith("a3s-sentry"));
    expect(new Set(images)).toEqual(new Set([`a3s-sentry:${version}`]));
  });
});

describe("the privileges of the pod", () => {
  it("let the judge do nothing but judge", () => {
    for (const { securityContext } of [judge, ...pod.initContainers]) {
      expect(securityContext).toEqual({
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
    }
  });

  it("deny nothing before `enforce` is applied", () => {
    expect(value("A3S_SENTRY_DRY_RUN")).toBe("1");
    expect(JSON.stringify(base)).not.toContain("/deny");
    expect(container(enforce, "judge").env).toEqual([{ name: "A3S_SENTRY_DRY_RUN", $patch: "delete" }]);
  });
});

/** Runs the pod in one folder: its paths are inside, and its commands run unchanged. */
function podIn(folder: string) {
  mkdirSync(join(folder, "bin"));
  const command = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
  writeFileSync(join(folder, "bin", "a3s-sentry"), command, { mode: 0o755 });
  const placed = (text: string): string => text.replaceAll(/(\/stream|\/etc\/a3s-sentry)\b/g, `${folder}$1`);
  // Like the kubelet's volume in memory.
  mkdirSync(join(folder, "stream"));
  chmodSync(join(folder, "stream"), 0o1777);
  const env = Object.fromEntries(
    (judge.env ?? []).flatMap((each) => (each.value === undefined ? [] : [[each.name, placed(each.value)]])),
  );
  const { PATH } = process.env;
  const shell = (command: readonly string[]): string[] => command.slice(1).map(placed);
  return {
    fifo: join(folder, "stream", "judge", "events"),
    env: { ...env, A3S_SENTRY_METRICS_ADDR: "127.0.0.1:0", PATH: `${join(folder, "bin")}:${PATH}` },
    shell,
  };
}

/**
 * Writes the files of a policy as a ConfigMap does: links into a folder that is replaced as a
 * whole.
 */
function mount(folder: string, version: string, rules: string): void {
  const etc = join(folder, "etc", "a3s-sentry");
  mkdirSync(join(etc, `..${version}`), { recursive: true });
  writeFileSync(join(etc, `..${version}`, "rules.acl"), rules);
  writeFileSync(join(etc, `..${version}`, "settings.acl"), readFileSync(`${BASE}policy/settings.acl`));
  symlinkSync(`..${version}`, join(etc, "..data_tmp"));
  renameSync(join(etc, "..data_tmp"), join(etc, "..data"));
}

describe("the commands of the pod", () => {
  it("judge the events of successive collectors, and apply a ConfigMap's changes", async () => {
    const folder = scratch();
    const { fifo, env, shell } = podIn(folder);
    mount(folder, "v1", readFileSync(`${BASE}policy/rules.acl`, "utf8"));
    for (const name of ["settings.acl", "rules.acl"])
      symlinkSync(join("..data", name), join(folder, "etc", "a3s-sentry", name));
    for (const { command } of pod.initContainers) execFileSync("sh", shell(command));
    // Otherwise `fs.protected_fifos` denies access to the collector, which is not the owner.
    expect(statSync(dirname(fifo)).mode & 0o1022).toBe(0);

    const running = new Running("sh", shell(judge.command), { env });
    await running.until(({ stderr }) => stderr.includes("metrics at "));
    expect(running.stderr).toContain("dry run on");
    writeFileSync(fifo, METADATA);
    await running.until(({ stdout }) => stdout.includes("cloud-metadata"));

    mount(
      folder,
      "v2",
      'rule "no-ls" { on = "ToolExec" match = "^ls" verdict = "block" severity = "low" reason = "r" }',
    );
    await running.until(({ stderr }) => stderr.includes("rules 1 site"));
    writeFileSync(fifo, BENIGN + attack());
    await running.until(({ stdout }) => stdout.includes("pipe-to-shell"));
    running.child.kill("SIGTERM");
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(audits(stdout).map(({ decision }) => decision.rule)).toEqual(["cloud-metadata", "no-ls", "pipe-to-shell"]);
  });
});
