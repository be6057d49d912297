// The key of L2 in a file: read when the tier is made, and by nothing that only looks at a policy.

import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import { PolicyError } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { runSettings } from "../../dist/daemon/config/run-settings.js";
import { load } from "../../dist/daemon/policy/load.js";
import { Sentry } from "../../dist/sentry.js";
import { check } from "../../src/cli/check.js";
import { openPolicy } from "../../src/cli/open-policy.js";
import { answer, endpoint } from "../agent/endpoint.js";
import { scratch } from "../support/scratch.js";

const ANSWER = answer("allow");
const EVENT = '{"event":{"FileAccess":{"pid":1,"path":"/etc/shadow"}}}';

function keyFile(folder: string, text: string | Uint8Array, mode = 0o600): string {
  const file = join(folder, "key");
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** The key that an endpoint gets from a sentry by `policy`, in which `URL` is its address. */
async function keySent(policy: string, name = "site.acl", folder = scratch(), text = "file-key\n") {
  const { url, asked } = await endpoint(ANSWER);
  mkdirSync(join(folder, "etc"), { recursive: true });
  keyFile(join(folder, "etc"), text);
  const file = join(folder, "etc", name);
  writeFileSync(file, policy.replace("URL", url));
  const sentry = await Sentry.create(file);
  onTestFinished(() => sentry.close());
  expect((await sentry.evaluate(EVENT))?.verdict).toBe("allow");
  expect(inspect(sentry, { depth: 9 }) + JSON.stringify(sentry.policy)).not.toContain("file-key");
  expect(sentry.policy.llm?.hasKey).toBe(true);
  return { key: asked[0]?.headers.authorization, warnings: sentry.warnings };
}

describe("the key of L2 comes from a file", () => {
  it.each([
    ["ACL", "site.acl", 'llm { url = "URL" key = file("key") }'],
    ["ACL, in the form of an object", "site.acl", 'llm { url = "URL" key = { file = "key" } }'],
    ["TOML", "site.toml", '[llm]\nurl = "URL"\nkey = { file = "key" }\n'],
  ])("in %s, in the folder of the policy", async (_, name, policy) => {
    expect(await keySent(policy, name)).toEqual({ key: "Bearer file-key", warnings: [] });
  });

  it("without its last line break, whatever that is", async () => {
    expect((await keySent('llm { url = "URL" key = file("key") }', "s.acl", scratch(), "file-key\r\n")).key).toBe(
      "Bearer file-key",
    );
  });

  it("in an object, in the working directory or at an absolute path", async () => {
    const { url, asked } = await endpoint(ANSWER);
    const key = { file: keyFile(scratch(), "file-key") };
    const sentry = await Sentry.create({ llm: { url, key } });
    onTestFinished(() => sentry.close());
    await sentry.evaluate(EVENT);
    expect(asked[0]?.headers.authorization).toBe("Bearer file-key");
  });

  it("by an option, in the working directory", async () => {
    const { url, asked } = await endpoint(ANSWER);
    const llm = { url, model: "m", key: null, keyFile: keyFile(scratch(), "file-key"), timeoutS: 5 };
    const sentry = await Sentry.create("fail_closed = true", { llm });
    onTestFinished(() => sentry.close());
    await sentry.evaluate(EVENT);
    expect(asked[0]?.headers.authorization).toBe("Bearer file-key");
  });
});

describe("a file that any user may read", () => {
  it("is warned about, without the key", async () => {
    const folder = scratch();
    const file = keyFile(folder, "file-key", 0o644);
    const sentry = await Sentry.create(`llm { url = "http://127.0.0.1:9" key = file("${file}") }`);
    onTestFinished(() => sentry.close());
    expect(sentry.warnings).toEqual([
      `any user may read the key file \`${file}\`, also an L3 program: run \`chmod o-r ${file}\``,
    ]);
  });
});

describe("a file that a group may read", () => {
  it.runIf(process.getuid?.() === 0)("is warned about, unless sentry reads it by the group", async () => {
    const file = keyFile(scratch(), "file-key", 0o640);
    const warnings = async (uid: number, gid: number) => {
      chownSync(file, uid, gid);
      const sentry = await Sentry.create(`llm { url = "http://127.0.0.1:9" key = file("${file}") }`);
      sentry.close();
      return sentry.warnings;
    };
    expect(await warnings(0, 100)).toEqual([
      `users of group 100 may read the key file \`${file}\`: run \`chmod g-r ${file}\``,
    ]);
    expect(await warnings(0, 0)).toEqual([]);
    expect(await warnings(1000, 100)).toEqual([]);
  });
});

describe("a file of a key is refused", () => {
  it.each([
    ["that does not exist", undefined, "there is no such file"],
    ["that is empty", " \n", "it is empty"],
    ["that is too large", "k".repeat(16 * 1024 + 1), "it is larger than 16384 bytes"],
  ])("%s", async (_, text, why) => {
    const folder = scratch();
    const file = text === undefined ? join(folder, "key") : keyFile(folder, text);
    const refused = Sentry.create(`llm { url = "http://127.0.0.1:9" key = file("${file}") }`);
    await expect(refused).rejects.toThrow(`cannot read the key file \`${file}\`: ${why}`);
    await expect(refused).rejects.toBeInstanceOf(PolicyError);
  });

  it("that is a folder", async () => {
    const folder = scratch();
    await expect(Sentry.create({ llm: { url: "http://127.0.0.1:9", key: { file: folder } } })).rejects.toThrow(
      "it is a directory",
    );
  });
});

describe("commands that only look at a policy do not read the file:", () => {
  const policy = (): string => {
    const file = join(scratch(), "site.acl");
    writeFileSync(file, 'llm { url = "http://127.0.0.1:9" key = file("/no/such/key") }');
    return file;
  };

  it("explain and eval", async () => {
    const sentry = await openPolicy({ policy: policy() }, {});
    expect(sentry.policy.llm?.hasKey).toBe(true);
    sentry.close();
  });

  it("check", async () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    expect(await check([policy()], {}, { stdin, stdout, stderr, env: {} })).toBe(0);
    expect(String(stdout.read())).toContain("no problems");
  });
});

describe("a run", () => {
  const settings = (folder: string, flags: object) =>
    load(runSettings({ llmUrl: "http://h/v1", ...flags }, {}), at(folder));
  const at = (folder: string) => ({ fingerprints: fingerprints.get(folder) ?? new Map<string, string>() });
  const fingerprints = new Map<string, Map<string, string>>();

  it("reads it from the file of a flag, and again when that changes", async () => {
    const folder = scratch();
    const read = new Map<string, string>();
    fingerprints.set(folder, read);
    const file = keyFile(folder, "flag-key");
    const { sentry, warnings } = await settings(folder, { llmKeyFile: file });
    onTestFinished(() => sentry.close());
    expect([sentry.settings().llm?.keyFile, sentry.policy.llm?.hasKey, warnings]).toEqual([file, true, []]);
    expect([...read.keys()]).toEqual([file]);
  });

  it("prefers a flag to the policy, and a key to the policy's file", async () => {
    const folder = scratch();
    const config = join(folder, "c.acl");
    writeFileSync(config, 'llm { url = "http://policy/v1" key = file("policy-key") }');
    writeFileSync(join(folder, "policy-key"), "k", { mode: 0o600 });
    const other = keyFile(folder, "flag-key");
    const llm = async (flags: object) => {
      const { sentry } = await settings(folder, { config, ...flags });
      onTestFinished(() => sentry.close());
      return sentry.settings().llm;
    };
    expect(await llm({})).toMatchObject({ key: null, keyFile: join(folder, "policy-key") });
    expect(await llm({ llmKeyFile: other })).toMatchObject({ key: null, keyFile: other });
    const { key, keyFile: none } = (await llm({ llmKey: "k2" })) ?? {};
    expect([key, none]).toEqual(["k2", undefined]);
  });

  it.skipIf(process.geteuid?.() !== 0)("refuses an unknown user of L3 (as root)", async () => {
    const config = join(scratch(), "c.acl");
    writeFileSync(config, 'agent { bin = "sh" user = "no-such-user" }');
    await expect(load(runSettings({ config }, {}), { fingerprints: new Map() })).rejects.toThrow(
      "unknown user `no-such-user` in `agent`",
    );
  });
});
