// The command `mcp`, with a server of the test's own as a process.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mcpSettings, serverName } from "../../src/cli/mcp/options.js";
import { MAIN } from "../support/command.js";
import { scratch } from "../support/scratch.js";

/** Answers each request with its own words, and writes the methods that it sees, and its pid, to files. */
const SERVER = `
  import { appendFileSync, writeFileSync } from "node:fs";
  import { spawn } from "node:child_process";
  const [folder, mode] = process.argv.slice(2);
  writeFileSync(folder + "/pid", String(process.pid));
  if (mode === "stubborn") {
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => {});
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    writeFileSync(folder + "/child", String(child.pid));
    setInterval(() => {}, 1000);
  }
  if (mode === "fails") process.exit(3);
  let text = "";
  process.stdin.on("data", (chunk) => {
    text += chunk;
    for (let end = text.indexOf("\\n"); end !== -1; end = text.indexOf("\\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const { id, method, params } = JSON.parse(line);
      appendFileSync(folder + "/seen", method + "\\n");
      const result = { content: [{ type: "text", text: "got " + JSON.stringify(params) }] };
      if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
    }
  });
`;

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly folder: string;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  readonly until: (text: string) => Promise<void>;
}

function start(mode: string, policy: string | null = ""): Started {
  const folder = scratch();
  mkdirSync(join(folder, "p"), { mode: 0o700 });
  writeFileSync(join(folder, "server.mjs"), SERVER);
  if (policy !== null) writeFileSync(join(folder, "p/policy.acl"), `${policy}\n`, { mode: 0o600 });
  const own = ["--policy", join(folder, "p/policy.acl"), "--server", "test", "--audit", join(folder, "audit")];
  const server = [process.execPath, join(folder, "server.mjs"), folder, mode];
  const { PATH } = process.env;
  const child = spawn(process.execPath, [MAIN, "mcp", ...own, "--", ...server], { env: { PATH }, cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => {});
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const until = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, folder, ended, until };
}

function request(id: number, method: string, params: object = {}): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
}

/** Whether the process in a file has ended; also one that nobody has waited for. */
function isGone(file: string): boolean {
  const stat = `/proc/${readFileSync(file, "utf8")}/stat`;
  return !existsSync(stat) || /\) [ZX] /.test(readFileSync(stat, "utf8"));
}

describe.skipIf(process.platform === "win32")("mcp", () => {
  it("forwards what is allowed, denies and audits the rest, and ends with its client", async () => {
    const { child, folder, ended } = start("plain");
    child.stdin.write(request(1, "ping"));
    child.stdin.write(request(2, "tools/call", { name: "bash", arguments: { command: "rm -rf /" } }));
    child.stdin.end(request(3, "tools/call", { name: "bash", arguments: { command: "ls" } }));
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .sort((a, b) => a.id - b.id);
    expect(answers).toMatchObject([{ id: 1 }, { id: 2, result: { isError: true } }, { id: 3 }]);
    expect(readFileSync(join(folder, "seen"), "utf8")).toBe("ping\ntools/call\n");
    expect(stderr).toContain("the call of `mcp__test__bash` was blocked");
    expect(JSON.parse(readFileSync(join(folder, "audit"), "utf8"))).toMatchObject({ outcome: "deny", host: "mcp" });
    expect(isGone(join(folder, "pid"))).toBe(true);
  });

  it.each([
    ["missing", null, "policy.acl"],
    ["broken", "rule {", "policy.acl:2:1"],
  ])("starts no server and forwards nothing with a policy that is %s", async (_, policy, message) => {
    const { child, folder, ended } = start("plain", policy);
    child.stdin.end(request(1, "ping"));
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "pid"))).toBe(false);
  });

  it("ends with 2 if the server fails, and says so", async () => {
    const { ended } = start("fails");
    expect(await ended).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "a3s-sentry: the server ended with exit code 3\n",
    });
  });

  it("ends with SIGHUP a server that ignores signals, and what that server has started", async () => {
    const { child, folder, ended, until } = start("stubborn");
    child.stdin.write(request(1, "ping"));
    await until('"id":1');
    child.kill("SIGHUP");
    expect((await ended).code).toBe(0);
    expect([isGone(join(folder, "pid")), isGone(join(folder, "child"))]).toEqual([true, true]);
  }, 15_000);
});

describe("the name of a server", () => {
  it("is the one given, or that of its program", () => {
    expect(serverName("github", "npx")).toBe("github");
    expect(serverName(undefined, "/opt/files.mjs")).toBe("files");
  });

  it.each(["", "a__b", "a b", "../x"])("%j is refused", (name) => {
    expect(() => serverName(name, "npx")).toThrow("invalid name of a server");
  });
});

describe("the server", () => {
  it("is a program, or an address with a port of the guard", () => {
    expect(mcpSettings(["npx", "-y", "files"], {})).toEqual({
      name: "npx",
      server: { kind: "process", program: "npx", args: ["-y", "files"] },
    });
    expect(mcpSettings([], { http: "https://example.com/mcp?a=1#b", port: "8790" })).toEqual({
      name: "example.com",
      server: { kind: "http", url: new URL("https://example.com/mcp?a=1"), port: 8790 },
    });
  });

  it.each([
    [[], {}, "name the server"],
    [["npx"], { http: "https://example.com", port: "1" }, "not both"],
    [["npx"], { port: "1" }, "needs `--http URL`"],
    [[], { http: "https://example.com" }, "needs `--port PORT`"],
    [[], { http: "https://example.com", port: "65536" }, "whole number from 0 to 65535"],
    [[], { http: "file:///etc/passwd", port: "1" }, "must be the URL of a server"],
    [[], { http: "https://user:secret@example.com", port: "1" }, "headers of the client"],
  ])("%j with %j is refused", (words, flags, message) => {
    expect(() => mcpSettings(words, flags)).toThrow(message);
  });
});
