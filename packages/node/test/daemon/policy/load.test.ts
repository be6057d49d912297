// Loading the sentry of a run from files, flags and variables.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
// The built modules: L3 warns if the script of its reaper is missing.
import { type RunFlags, runSettings } from "../../../dist/daemon/config/run-settings.js";
import { SettingsError } from "../../../dist/daemon/config/settings-error.js";
import { load } from "../../../dist/daemon/policy/load.js";
import { Sentry } from "../../../dist/sentry.js";
import { scratch } from "../../support/scratch.js";

const RULE = 'rule "r" { on = "Dns" match = "x" verdict = "block" severity = "low" reason = "r" }';
const LLM = 'llm { url = "http://policy/v1" model = "from-policy" key = "policy-key" timeout_s = 7 }';

async function loaded(files: Readonly<Record<string, string>>, flags: RunFlags, env = {}) {
  const folder = scratch();
  mkdirSync(join(folder, "etc"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const at = (file: string | undefined) => (file === undefined ? {} : { file: join(folder, file) });
  const { file: config } = at(flags.config);
  const { file: policy } = at(flags.policy);
  const fingerprints = new Map<string, string>();
  const all = { ...flags, ...(config && { config }), ...(policy && { policy }) };
  const { sentry, warnings, lints } = await load(runSettings(all, env), { fingerprints });
  onTestFinished(() => sentry.close());
  const { llm, agent } = sentry.settings();
  const tiers = [sentry.tiers.l2 && "L2", sentry.tiers.l3 && "L3"].filter((tier) => tier !== undefined);
  return {
    folder,
    sentry,
    warnings,
    lints,
    llm,
    agent,
    tiers,
    read: [...fingerprints.keys()].map((path) => path.replace(`${folder}/`, "")),
  };
}

describe("tiers", () => {
  it.each([
    ["a URL without a host", { llmUrl: "http://[::1/v1?secret" }],
    ["a URL with an invalid port", { llmUrl: "http://h:99999/v1?secret" }],
    ["a key that is not valid in a header", { llmUrl: "http://h/v1", llmKey: "secret\u00e4" }],
    ["a key of two lines", { llmUrl: "http://h/v1", llmKey: "secret\nsecret" }],
  ])("are refused with %s, which the message does not show", async (_, flags) => {
    const refused = await loaded({}, { llmModel: "m", ...flags }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SettingsError);
    expect(String(refused)).not.toContain("secret");
  });

  it("come from a policy", async () => {
    const { llm, agent, tiers, warnings } = await loaded(
      { "c.acl": `${LLM} agent { bin = "sh" }` },
      { config: "c.acl" },
    );
    expect(llm).toEqual({ url: "http://policy/v1", model: "from-policy", key: "policy-key", timeoutS: 7 });
    expect(agent).toEqual({ bin: "sh", skills: null, timeoutS: 120 });
    expect([tiers, warnings]).toEqual([["L2", "L3"], []]);
  });

  it.each<RunFlags>([{}, { llmModel: "m" }])("need one compilation of a policy, with the flags %j", async (flags) => {
    // An internal method, which the built types leave out.
    const open = vi.spyOn(Sentry as unknown as { open: () => unknown }, "open");
    onTestFinished(() => open.mockRestore());
    await loaded({ "c.acl": LLM }, { config: "c.acl", ...flags });
    expect(open).toHaveBeenCalledOnce();
  });

  it.each(["no-such-program", "./no-such-program", "etc", "c.acl"])(
    "have a warning about a missing program: %s",
    async (bin) => {
      const { tiers, warnings } = await loaded({ "c.acl": `agent { bin = "${bin}" }` }, { config: "c.acl" });
      expect(tiers).toEqual(["L3"]);
      expect(warnings).toEqual([
        `the L3 program \`${bin}\` is missing or not executable: L3 fails until this is fixed`,
      ]);
    },
  );

  it("have a warning about `a3s-sentry-agent` without an endpoint, and none if L2 has one", async () => {
    const agent = 'agent { bin = "a3s-sentry-agent" }';
    const lonely = await loaded({ "c.acl": agent }, { config: "c.acl" });
    expect(lonely.warnings).toEqual([expect.stringContaining("`a3s-sentry-agent` has no endpoint")]);
    expect((await loaded({ "c.acl": agent + LLM }, { config: "c.acl" })).warnings).toEqual([]);
  });

  it("have a warning about missing playbooks", async () => {
    const agent = (skills: string) => `${LLM} agent { bin = "a3s-sentry-agent" skills = "${skills}" }`;
    const { warnings } = await loaded({ "c.acl": agent("none") }, { config: "c.acl" });
    expect(warnings).toEqual(["the L3 playbooks `none` are not a readable folder: L3 may fail until this is fixed"]);
    expect((await loaded({ "c.acl": agent(".") }, { config: "c.acl" })).warnings).toEqual([]);
  });

  it("have warnings about deny-files that cannot be written, but not in a dry run", async () => {
    const deny = 'deny { exec = "." file = "none/f" egress = "new" }';
    const { warnings } = await loaded({ "c.acl": deny }, { config: "c.acl" });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^cannot add to deny-file `.*none\/f`: its folder does not exist; its targets are not denied until/,
      ),
      expect.stringMatching(/^cannot add to deny-file `.*`: it is a directory; its targets are not denied until/),
    ]);
    expect((await loaded({ "c.acl": `${deny} dry_run = true` }, { config: "c.acl" })).warnings).toEqual([]);
  });

  it.each([
    ["neither", {}, 1],
    ["L2 alone", { llmUrl: "http://h", llmModel: "m" }, 1],
    ["both", { llmUrl: "http://h", llmModel: "m", agentBin: "sh" }, 0],
  ])("have a warning about speculation without both: with %s", async (_, flags, count) => {
    const { warnings } = await loaded({}, { speculate: "high", ...flags });
    expect(warnings.filter((text) => text.startsWith("speculation has no effect"))).toHaveLength(count);
  });

  it("come from flags alone", async () => {
    const { llm, agent, tiers } = await loaded({}, { llmUrl: "http://h", llmModel: "m", agentBin: "./a", skills: "s" });
    expect(llm).toEqual({ url: "http://h", model: "m", key: null, timeoutS: 30 });
    expect(agent).toEqual({ bin: "./a", skills: "s", timeoutS: 120 });
    expect(tiers).toEqual(["L2", "L3"]);
  });

  it("of a policy are overridden field by field", async () => {
    const files = { "etc/c.acl": `${LLM} agent { bin = "./a" skills = "s" timeout_s = 9 }` };
    const { folder, llm, agent } = await loaded(files, {
      config: "etc/c.acl",
      llmModel: "mine",
      llmTimeout: "3",
      agentTimeout: "4",
    });
    expect(llm).toEqual({ url: "http://policy/v1", model: "mine", key: "policy-key", timeoutS: 3 });
    expect(agent).toEqual({ bin: join(folder, "etc/a"), skills: join(folder, "etc/s"), timeoutS: 4 });
  });

  it("keep a program's bare name, which is looked up on PATH", async () => {
    const { agent } = await loaded({ "etc/c.acl": 'agent { bin = "a3s-code" }' }, { config: "etc/c.acl", skills: "s" });
    expect(agent).toEqual({ bin: "a3s-code", skills: "s", timeoutS: 120 });
  });

  it("come from the configuration if the rules are in another file, with the key", async () => {
    const files = { "etc/c.acl": `${LLM} agent { bin = "./a" } speculate = "low"`, "p.acl": RULE };
    const { folder, sentry, llm, agent, tiers, read } = await loaded(files, { config: "etc/c.acl", policy: "p.acl" });
    expect(llm?.key).toBe("policy-key");
    expect(agent?.bin).toBe(join(folder, "etc/a"));
    expect(tiers).toEqual(["L2", "L3"]);
    expect(sentry.policy.speculate).toBe("low");
    const { rules } = sentry.policy;
    expect(rules.filter(({ origin }) => origin === "site").map(({ name }) => name)).toEqual(["r"]);
    expect(rules.filter(({ origin, pack }) => origin === "builtin" && pack === undefined)).toHaveLength(14);
    expect(read).toEqual(["etc/c.acl", "p.acl"]);
  });

  it("use the model `default` if none is named", async () => {
    const { llm } = await loaded({}, { llmUrl: "http://h" });
    expect(llm).toEqual({ url: "http://h", model: "default", key: null, timeoutS: 30 });
  });

  it.each([
    [{ llmModel: "m" }, "settings of L2 have no effect without a URL: set `A3S_SENTRY_LLM_URL`"],
    [{ llmKey: "hunter2" }, "settings of L2 have no effect"],
    [{ skills: "s" }, "settings of L3 have no effect without a program: set `A3S_SENTRY_AGENT_BIN`"],
  ])("do not exist with %j alone, which causes a warning", async (flags, why) => {
    const { tiers, warnings } = await loaded({}, flags);
    expect(tiers).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(why);
    expect(warnings[0]).not.toContain("hunter2");
  });
});

describe("settings", () => {
  it("of variables override those of a policy", async () => {
    const env = { A3S_SENTRY_SPECULATE: "high", A3S_SENTRY_FAIL_CLOSED: "1", A3S_SENTRY_EXEC_DENY: "mine" };
    const { sentry } = await loaded(
      { "c.acl": 'speculate = "low" deny { exec = "its" file = "f" }' },
      { config: "c.acl" },
      env,
    );
    expect(sentry.policy).toMatchObject({ speculate: "high", failClosed: true, deny: { exec: "mine", file: "f" } });
  });

  it("include the fingerprint of an invalid file, so that its change is noticed", async () => {
    const folder = scratch();
    const path = join(folder, "p.acl");
    writeFileSync(path, "rule {");
    const fingerprints = new Map<string, string>();
    await expect(load(runSettings({ policy: path }, {}), { fingerprints })).rejects.toThrow("p.acl");
    expect([...fingerprints.keys()]).toEqual([path]);
    expect(fingerprints.get(path)).not.toBe("");
  });
});

describe("warnings about rules", () => {
  const never = (at: number) => RULE.replace('"r"', `"r${at}"`).replace('"x"', `"never ${at}"`);

  it("are searched for after the policy is loaded", async () => {
    const { warnings, lints } = await loaded({ "p.acl": never(1) }, { policy: "p.acl" });
    expect(warnings.join("\n")).not.toContain("can match no event");
    expect((await lints()).join("\n")).toContain("can match no event");
  });

  it("are not searched for once the policy is closed", async () => {
    const rules = Array.from({ length: 2000 }, (_, at) => never(at)).join("\n");
    const { sentry, lints } = await loaded({ "p.acl": rules }, { policy: "p.acl" });
    const found = lints();
    sentry.close();
    expect(await found).toEqual([]);
  });
});
