// Which processes may start a helper of L3: JavaScript runtimes, and no others.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { helperScript } from "../../dist/l3/helper-script.js";
import { openSandbox } from "../../dist/l3/sandbox.js";

const SCRIPT = "l3/reaper-process.js";

/** Changes the path of this process's program until the test ends. */
function stubExecPath(path: string): void {
  const { execPath } = process;
  process.execPath = path;
  onTestFinished(() => {
    process.execPath = execPath;
  });
}

describe("a helper", () => {
  it.each(["node", "nodejs", "node20", "node-v22.1", "node.exe", "bun", "bun.exe", "deno"])(
    "is run by a program called %s",
    (name) => {
      stubExecPath(`/opt/bin/${name}`);
      expect(helperScript(SCRIPT)).toEqual({
        file: `/opt/bin/${name}`,
        args: [expect.stringMatching(/\/l3\/reaper-process\.js$/)],
      });
    },
  );

  it.each(["app", "electron", "node-app", "my-node", "bundle", "nodes"])(
    "is not run by a program called %s",
    (name) => {
      stubExecPath(`/opt/node/${name}`);
      const problem = `\`/opt/node/${name}\` is not known to be a JavaScript runtime`;
      expect(helperScript(SCRIPT)).toEqual({ problem });
    },
  );

  it("is not run by Electron, even if its program is called node", () => {
    stubExecPath("/opt/app/node");
    const { versions } = process;
    Object.defineProperty(process, "versions", { value: { ...versions, electron: "45.5.0" }, configurable: true });
    onTestFinished(() => void Object.defineProperty(process, "versions", { value: versions, configurable: true }));
    expect(helperScript(SCRIPT)).toEqual({ problem: "`/opt/app/node` is not known to be a JavaScript runtime" });
  });

  it.each([
    ["Bun", { main: "/$bunfs/root/app" }],
    ["Bun", { main: "B:\\~BUN\\root\\app.exe" }],
    ["Deno", { build: { standalone: true } }],
  ])("is not run by an executable that %s compiled: %j", (runtime, value) => {
    vi.stubGlobal(runtime, value);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(helperScript(SCRIPT)).toHaveProperty("problem");
  });

  it("is not run where jsdom has replaced `AbortController`", () => {
    vi.stubGlobal(
      "AbortController",
      class {
        readonly signal = {};
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(helperScript(SCRIPT)).toEqual({ problem: "`AbortController` is not that of Node.js, as in jsdom" });
  });

  it("is not run by another helper, so that no chain of processes can arise", async () => {
    vi.stubEnv("A3S_SENTRY_HELPER", "reaper");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(helperScript(SCRIPT)).toEqual({ problem: "this process was itself started by L3" });
    await expect(openSandbox()).rejects.toThrow("this process was itself started by L3");
  });

  it("is not run if its file is missing", () => {
    expect(helperScript("l3/no-such.js")).toEqual({ problem: "the file `no-such.js` of this package is missing" });
  });
});
