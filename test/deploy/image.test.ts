// The image without an image builder: a folder with only the files of the Dockerfile's last stage.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { attack, audits } from "../e2e/events.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8");
const lastStage = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
/** `chroot` needs root, and `ldd` lists the libraries of a program. */
const canConfine = process.platform === "linux" && process.getuid?.() === 0;

/** Returns the JSON value of an instruction in the last stage. */
function words(instruction: string): string[] {
  return JSON.parse(
    new RegExp(`^ *${instruction}[^\\n[]*(\\[.*\\])$`, "m").exec(lastStage.replaceAll("\\\n", ""))?.[1] ?? "null",
  );
}

it("builds with the versions that the project is tested with", () => {
  expect(dockerfile).toContain("\nRUN npm run build && node scripts/app.mjs /app\n");
  for (const [, tag] of dockerfile.matchAll(/^FROM \S+?:(\S+)/gm)) expect(tag).toMatch(/^\$\{(?:NODE|RUST)\}-bookworm/);
  for (const [, version] of dockerfile.matchAll(/^ARG (?:NODE|RUST)=(.*)$/gm))
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

describe.skipIf(!canConfine)("its files alone", () => {
  let folder = "";
  const place = (from: string, to = from): void => {
    mkdirSync(join(folder, dirname(to)), { recursive: true });
    copyFileSync(from, join(folder, to));
  };
  const environment = Object.fromEntries(
    [...lastStage.matchAll(/(?<=^ENV .*)(\w+)=(\S+)/gm)].map(([, name, value]) => [
      name,
      value?.replace("$PATH", "/usr/local/bin:/usr/bin:/bin"),
    ]),
  );
  const [, user = ""] = /^USER (\S+)$/m.exec(lastStage) ?? [];

  /** Runs a program on the image's files, as its user and in its environment. */
  function confined(command: readonly string[], env: Record<string, string> = {}) {
    const variables = Object.entries({ ...environment, ...env }).map(([name, value]) => `${name}=${value}`);
    const args = [`--userspec=${user}`, folder, "/usr/bin/env", "-i", ...variables, ...command];
    const child = spawn("chroot", args, { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  async function ended(
    child: ReturnType<typeof confined>,
    input = "",
  ): Promise<{ code: number | null; stdout: string }> {
    child.stdin.end(input);
    let stdout = "";
    for await (const text of child.stdout.setEncoding("utf8")) stdout += text;
    return { code: child.exitCode ?? (await new Promise((resolve) => child.on("exit", resolve))), stdout };
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "a3s-sentry-image-"));
    chmodSync(folder, 0o755);
    execFileSync(process.execPath, [join(ROOT, "scripts", "app.mjs"), join(folder, "app")], { stdio: "pipe" });
    // From the base image: Node.js, and the program in a script's first line.
    for (const [from, to] of [
      [process.execPath, "/usr/local/bin/node"],
      ["/usr/bin/env", "/usr/bin/env"],
    ] as const) {
      place(from, to);
      for (const [library] of execFileSync("ldd", [from], { encoding: "utf8" }).matchAll(/\/\S+\.so\S*/g))
        place(library);
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("run as a user without a name", () => expect(user).toBe("65532:65532"));

  it("print the version", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "packages", "node", "package.json"), "utf8"));
    expect(await ended(confined([...words("ENTRYPOINT"), "--version"]))).toEqual({
      code: 0,
      stdout: `a3s-sentry ${version}\n`,
    });
  });

  it("contain the commands of a fleet", async () => {
    const keys = join(folder, "keys");
    mkdirSync(keys);
    chmodSync(keys, 0o777);
    const { code, stdout } = await ended(confined([...words("ENTRYPOINT"), "fleet", "key", "/keys/worker.nkey"]));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^U[A-Z2-7]{55}\n$/)]);
  });

  it("judge events with metrics, and the health check succeeds", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { A3S_SENTRY_METRICS_ADDR: address };
    const judge = confined([...words("ENTRYPOINT"), ...words("CMD")], env);
    const check = words("HEALTHCHECK");
    let healthy = 1;
    for (let tries = 0; healthy !== 0 && tries < 100 && judge.exitCode === null; tries++)
      healthy = (await ended(confined(check, env))).code ?? 1;
    expect(healthy).toBe(0);
    const { code, stdout } = await ended(judge, attack());
    expect(code).toBe(0);
    expect(audits(stdout)[0]?.decision.rule).toBe("pipe-to-shell");
    expect((await ended(confined(check, env))).code).toBe(1);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
