// Investigators that run as another user, who cannot read what sentry holds.
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { killAndRemove } from "../../dist/l3/process-tree.js";
import { openSandbox } from "../../dist/l3/sandbox.js";
import { agentTier } from "../../dist/l3/tier.js";
import { findUser } from "../../src/l3/user.js";
import { ALLOW, EVENT, Lab } from "./lab.js";

const isRoot = process.geteuid?.() === 0;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs a program of the lab as the user `nobody`, who may write to the lab's folder. */
async function askAsNobody(lab: Lab, text: string, timeoutS = 20, recent: readonly string[] = []) {
  for (const folder of [lab.folder, lab.temp]) chmodSync(folder, 0o777);
  const settings = { bin: lab.program(text), skills: null, timeoutS, user: "nobody" };
  const tier = agentTier(settings, {
    folder: lab.folder,
    env: { PATH: "/usr/bin:/bin", HOME: "/root", XDG_CACHE_HOME: "/root/c" },
  });
  return await tier.judge({ ...EVENT, recent }, { signal: new AbortController().signal });
}

describe.skipIf(!isRoot)("a program of another user (as root)", () => {
  it("has that user's ids and folders, and no other group", async () => {
    const lab = new Lab();
    const { uid, gid, home } = findUser("nobody");
    const ids = `{ id -u; id -g; id -G; echo "$HOME $USER $LOGNAME $XDG_CACHE_HOME"; } > '${lab.folder}/ids'`;
    expect(await askAsNobody(lab, `${ids}; ${ALLOW}`)).toMatchObject({ verdict: "allow" });
    expect(lab.read("ids")).toBe(`${uid}\n${gid}\n${gid}\n${home} nobody nobody \n`);
  });

  it("cannot read sentry's environment, memory or key file", async () => {
    const lab = new Lab();
    const key = join(lab.folder, "key");
    writeFileSync(key, "SECRET", { mode: 0o600 });
    const files = [`/proc/${process.pid}/environ`, `/proc/${process.pid}/mem`, key];
    const tries = files.map((file) => `cat '${file}' >/dev/null 2>&1; echo $?`).join("; ");
    await askAsNobody(lab, `{ ${tries}; } > '${lab.folder}/codes'; ${ALLOW}`);
    expect(lab.read("codes")).toBe("1\n1\n1\n");
  });

  it("can read the earlier events, and use its folder", async () => {
    const lab = new Lab();
    const copy = `touch here && cat "$A3S_SENTRY_RECENT_EVENTS" > '${lab.folder}/recent'`;
    await askAsNobody(lab, `${copy}; ${ALLOW}`, 20, ['{"event":1}']);
    expect(lab.read("recent")).toBe('{"event":1}\n');
  });

  it("owns its folder only when sentry has written to it", async () => {
    const lab = new Lab();
    const user = findUser("nobody");
    const sandbox = await openSandbox(user);
    expect(statSync(sandbox.folder).uid).toBe(0);
    await sandbox.prepare();
    expect(statSync(sandbox.folder).uid).toBe(user.uid);
    await sandbox.close();
    expect(lab.left()).toEqual([]);
  });

  it("cannot read sentry's variables from the processes that remove its folder", async () => {
    const lab = new Lab();
    chmodSync(lab.folder, 0o777);
    const chmod = join(lab.folder, "chmod");
    writeFileSync(chmod, `#!/bin/sh\nenv > '${lab.folder}/variables'\n`);
    chmodSync(chmod, 0o755);
    vi.stubEnv("PATH", `${lab.folder}:/usr/bin:/bin`);
    vi.stubEnv("A3S_SENTRY_LLM_KEY", "sk-secret");
    const folders = { folder: join(lab.temp, "none"), cgroup: undefined, owner: findUser("nobody") };
    await killAndRemove({ mark: "no-process-has-this-mark" }, folders);
    expect(lab.read("variables").includes("PATH=")).toBe(true);
    expect(lab.read("variables").includes("sk-secret")).toBe(false);
  });

  it("has its folder removed with its own rights, which no link extends", async () => {
    const lab = new Lab();
    const kept = join(lab.folder, "kept");
    mkdirSync(kept);
    writeFileSync(join(kept, "file"), "");
    const fill = `mkdir -p a/b; touch a/b/c; chmod 500 a; ln -s '${kept}' link; ln -s '${kept}/file' a/../file`;
    expect(await askAsNobody(lab, `${fill}; ${ALLOW}`)).toMatchObject({ verdict: "allow" });
    expect(readdirSync(kept)).toEqual(["file"]);
    expect(lab.left()).toEqual([]);
  });

  it("leaves nothing, as any other", async () => {
    const lab = new Lab();
    await askAsNobody(lab, `sleep $FOREVER & (setsid sleep $FOREVER &) ; sleep 0.1; ${ALLOW}`);
    expect(lab.left()).toEqual([]);
    const program = "(env -i /usr/bin/setsid sleep $FOREVER &)\n sleep $FOREVER";
    await expect(askAsNobody(lab, program, 0.4)).rejects.toThrow("timed out");
    expect(lab.left()).toEqual([]);
  });
});

describe("a user is refused", () => {
  const tier = (user: string) => () => agentTier({ bin: "sh", skills: null, timeoutS: 1, user }, { folder: "" });

  it.skipIf(!isRoot)("that the system does not have (as root)", () => {
    for (const name of ["no-such-user", "", "nobody:x", "65534"]) {
      const message = `unknown user \`${name}\` in \`agent\`: \`/etc/passwd\` does not list it`;
      expect(tier(name)).toThrow(new TypeError(message));
    }
  });

  it("if sentry is not root", () => {
    vi.spyOn(process, "geteuid").mockReturnValue(1000);
    expect(tier("nobody")).toThrow(/needs a sentry that runs as root/);
  });
});
