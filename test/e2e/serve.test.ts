// `serve` and `approve` as processes: kills, full disks, reloads, and an agent that tries to approve itself.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { askResident, ResidentError } from "../../packages/node/src/guard/client.js";
import type { ResidentRequest } from "../../packages/node/src/guard/protocol.js";
import { MAIN as main, Running, scratch } from "./command.js";

const ASK = `rule "ask-push" {
  on = "ToolExec" command { program = "git" words = ["push"] }
  verdict = "escalate" severity = "medium" reason = "pushes"
}\n`;
const BLOCK_LS = `rule "no-ls" { on = "ToolExec" command { program = "ls" } verdict = "block" severity = "low" reason = "r" }\n`;

class Judge {
  readonly folder = scratch();
  readonly socket = join(this.folder, "run/judge.sock");
  readonly policy = join(this.folder, "policy.acl");
  running: Running;

  constructor(text: string, ...flags: string[]) {
    writeFileSync(this.policy, text);
    this.running = this.start(...flags);
  }

  start(...flags: string[]): Running {
    const args = [main, "serve", "--policy", this.policy, "--socket", this.socket, ...flags];
    this.running = new Running(process.execPath, args, {});
    return this.running;
  }

  async ready(): Promise<this> {
    await this.running.until(({ stderr }) => stderr.includes("listening at"));
    return this;
  }

  ask(command: string, more: Partial<ResidentRequest> = {}, deadlineMs = 10_000) {
    const request = { check: { tool: "Bash", args: { command } }, session: "s1", cwd: "/srv", ...more };
    return askResident(request as ResidentRequest, { sockets: [this.socket], deadlineMs });
  }

  approve(args: readonly string[], input = "") {
    const all = [main, "approve", "--socket", this.socket, ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { input, encoding: "utf8" });
    return { code: status, text: stdout + stderr };
  }
}

const soon = { timeout: 15_000, interval: 50 };

it("calls are judged, audited and counted, and SIGTERM ends in order", async () => {
  const judge = await new Judge(BLOCK_LS).ready();
  expect(await judge.ask("pwd")).toMatchObject({ outcome: "allow", revision: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await judge.ask("ls /srv")).toMatchObject({ outcome: "deny" });
  judge.running.child.kill("SIGTERM");
  const { code, stdout, stderr } = await judge.running.ended;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([expect.objectContaining({ event: "ToolCall", outcome: "deny", session: "s1" })]);
  expect(stderr).toMatch(/judged 2: 1 allowed, 0 asked, 1 denied\n$/);
  expect(existsSync(judge.socket)).toBe(false);
});

it("a judge that is killed in the middle of a request allows nothing, and the next one takes over", async () => {
  // An endpoint that never answers keeps the request open.
  const { createServer } = await import("node:http");
  const endpoint = createServer(() => {});
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  const { port } = endpoint.address() as { port: number };
  const judge = await new Judge(`${ASK}llm { url = "http://127.0.0.1:${port}" }\n`).ready();
  const asked = new Promise((resolve) => endpoint.once("request", resolve));
  const answer = judge.ask("git push");
  await asked;
  judge.running.child.kill("SIGKILL");
  await expect(answer).rejects.toThrow(ResidentError);
  await expect(judge.ask("pwd")).rejects.toThrow(/cannot be asked/);
  judge.start();
  await judge.ready();
  expect(await judge.ask("pwd")).toMatchObject({ outcome: "allow" });
  endpoint.closeAllConnections();
  endpoint.close();
});

it("a second judge is refused, and the first goes on", async () => {
  const judge = await new Judge("").ready();
  const first = judge.running;
  const { code, stderr } = await judge.start().ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining("another judge answers")]);
  expect(await judge.ask("pwd")).toMatchObject({ outcome: "allow" });
  expect(first.child.exitCode).toBeNull();
});

it("a changed policy counts, and one that is invalid, missing or open to others changes nothing", async () => {
  const judge = await new Judge("").ready();
  const outcome = async () => (await judge.ask("ls"))?.outcome;
  writeFileSync(judge.policy, BLOCK_LS);
  await vi.waitFor(async () => expect(await outcome()).toBe("deny"), soon);
  writeFileSync(judge.policy, "rule {");
  await judge.running.until(({ stderr }) => stderr.includes("the current ones stay in force"));
  expect(await outcome()).toBe("deny");
  writeFileSync(judge.policy, "");
  chmodSync(judge.policy, 0o666);
  await judge.running.until(({ stderr }) => stderr.includes("other users may write"));
  expect(await outcome()).toBe("deny");
  rmSync(judge.policy);
  await judge.running.until(({ stderr }) => stderr.includes("there is no such file"));
  expect(await outcome()).toBe("deny");
});

it("an agent of the same user cannot approve itself, and a person with the code can", async () => {
  const told = join(scratch(), "told");
  const judge = await new Judge(ASK, "--notify", JSON.stringify(["/bin/sh", "-c", 'cat >> "$0"', told])).ready();
  const asked = await judge.ask("git push");
  expect(asked).toMatchObject({ outcome: "ask", ticket: expect.stringMatching(/^[0-9a-f]{32}$/) });
  const ticket = asked?.ticket ?? "";
  // All that an agent knows is the ticket. It may say that it is another user, and ask for the list.
  expect(judge.approve([ticket, "--once"])).toMatchObject({ code: 2, text: expect.stringContaining("takes the code") });
  expect(judge.approve([ticket, "--once"], "ABCDEFGH\n")).toMatchObject({
    code: 2,
    text: expect.stringContaining("wrong code: give the one that was shown with the question"),
  });
  const list = judge.approve(["list"]).text;
  expect(list).toContain('Bash {"command":"git push"} (in /srv)');
  const command = `a3s-sentry approve --socket ${judge.socket}`;
  expect(list).toContain(`\nanswer with \`${command} TICKET --once\` or \`${command} --deny TICKET\`\n`);
  expect(list).toContain("\nthe answer takes the code that `serve` showed");
  const forged = await raw(judge.socket, {
    v: 1,
    check: { tool: "Bash", args: { command: "git push" } },
    session: "s1",
    cwd: "/srv",
    uid: 4_000_000,
  });
  expect(judge.approve([forged.outcome.ticket, "--once"])).toMatchObject({ code: 0 });
  expect((await judge.ask("git push"))?.outcome).toBe("ask");
  await vi.waitFor(() => expect(readFileSync(told, "utf8")).toContain("code: "), soon);
  const text = readFileSync(told, "utf8");
  const code = /^code: (\w+)$/m.exec(text)?.[1] ?? "";
  expect(`${judge.approve(["list"]).text}${judge.running.stdout}${judge.running.stderr}`).not.toContain(code);
  expect(judge.approve([ticket, "--for", "10m"], code)).toMatchObject({
    code: 2,
    text: expect.stringContaining("only once"),
  });
  expect(judge.approve([ticket, "--once"], `${code}\n`)).toMatchObject({ code: 0 });
  const both = await Promise.all(["git push", "git push"].map((command) => judge.ask(command)));
  expect(both.map((answer) => answer?.outcome).sort()).toEqual(["allow", "ask"]);
  expect((await judge.ask("git push", { session: "s2" }))?.outcome).toBe("ask");
  await vi.waitFor(() => expect(judge.running.stdout).toContain(`"approval":"approved","by":{"user":`), soon);
});

it.runIf(process.getuid?.() === 0)(
  "an agent of another user reaches the socket for calls alone, and a person needs no code",
  async () => {
    const judge = await new Judge(ASK, "--shared").ready();
    const connects = (path: string): string =>
      spawnSync(
        process.execPath,
        [
          "-e",
          `require("net").connect(process.argv[1]).on("error", (error) => console.log(error.code)).on("connect", function () { console.log("connected"); this.destroy(); })`,
          path,
        ],
        { uid: 65_534, gid: 65_534, encoding: "utf8", cwd: "/" },
      ).stdout.trim();
    expect(connects(judge.socket)).toBe("connected");
    expect(connects(join(judge.socket, "../people/approve.sock"))).toBe("EACCES");
    const push = { v: 1, check: { tool: "Bash", args: { command: "git push" } }, session: "s1", uid: 65_534 };
    const { ticket } = (await raw(judge.socket, push)).outcome;
    expect(judge.approve([ticket, "--once"])).toMatchObject({ code: 0 });
    expect(await raw(judge.socket, push)).toMatchObject({ outcome: { outcome: "allow" } });
  },
);

it("an approval ends if a file that the call runs is changed", async () => {
  const judge = await new Judge(
    'rule "ask" { on = "ToolExec" match = "deploy" verdict = "escalate" severity = "low" reason = "r" }\n',
  ).ready();
  const script = join(scratch(), "deploy.sh");
  const ask = (uid = 65_534) =>
    raw(judge.socket, { v: 1, check: { tool: "Bash", args: { command: `bash ${script}` } }, uid });
  writeFileSync(script, "true");
  expect(judge.approve([(await ask()).outcome.ticket, "--once"])).toMatchObject({ code: 0 });
  writeFileSync(script, "rm -rf /srv");
  expect(await ask()).toMatchObject({ outcome: { outcome: "ask" } });
  writeFileSync(script, "true");
  expect(await ask()).toMatchObject({ outcome: { outcome: "allow" } });
});

it("a project's policy adds blocks if the user's policy says so", async () => {
  const judge = await new Judge('guard { project_policies = "tighten" }\n').ready();
  const cwd = scratch();
  mkdirSync(join(cwd, ".a3s-sentry"));
  writeFileSync(join(cwd, ".a3s-sentry/policy.acl"), BLOCK_LS);
  expect(await judge.ask("ls", { cwd })).toMatchObject({ outcome: "deny" });
  expect(await judge.ask("ls")).toMatchObject({ outcome: "allow" });
});

it("without a way to reach a person, `ask_fallback` decides at once", async () => {
  const judge = await new Judge(`${ASK}ask { timeout_s = 0.2 }\n`).ready();
  expect(await judge.ask("git push")).toMatchObject({ outcome: "deny" });
  expect(await judge.ask("git push", { canAsk: true })).toMatchObject({ outcome: "ask" });
  // Nobody answers: that is audited though nothing else happens.
  await judge.running.until(({ stdout }) => stdout.includes('"approval":"expired"'));
});

it.skipIf(!existsSync("/dev/full"))(
  "with a full disk, no answer of a person counts, and the judge stops or goes on as asked",
  async () => {
    const folder = scratch();
    const policy = join(folder, "policy.acl");
    const socket = join(folder, "run/judge.sock");
    writeFileSync(policy, `${ASK}${BLOCK_LS}`);
    const start = (action: string) =>
      new Running(
        "/bin/sh",
        [
          "-c",
          `exec "$0" "$@" > /dev/full`,
          process.execPath,
          main,
          "serve",
          "--policy",
          policy,
          "--socket",
          socket,
          "--audit-lost",
          action,
        ],
        {},
      );
    const ask = (command: string) =>
      askResident({ check: { tool: "Bash", args: { command } }, canAsk: true, session: "s" }, { sockets: [socket] });
    const going = start("continue");
    await going.until(({ stderr }) => stderr.includes("listening at"));
    const ticket = (await ask("git push"))?.ticket ?? "";
    const denied = spawnSync(process.execPath, [main, "approve", "--socket", socket, "--deny", ticket], {
      encoding: "utf8",
    });
    expect([denied.status, denied.stderr]).toEqual([2, expect.stringContaining("does not count")]);
    expect((await ask("ls"))?.outcome).toBe("deny");
    expect((await ask("pwd"))?.outcome).toBe("allow");
    going.child.kill("SIGTERM");
    await going.ended;
    const stopping = start("stop");
    await stopping.until(({ stderr }) => stderr.includes("listening at"));
    expect((await ask("ls"))?.outcome).toBe("deny");
    const { code, stderr } = await stopping.ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining("the disk is full")]);
  },
);

it("a folder that others may enter is refused, unless it is to be shared", async () => {
  const judge = await new Judge("").ready();
  judge.running.child.kill("SIGTERM");
  await judge.running.ended;
  mkdirSync(join(judge.folder, "run"), { recursive: true });
  chmodSync(join(judge.folder, "run"), 0o755);
  expect((await judge.start().ended).stderr).toContain("--shared");
  judge.start("--shared");
  await judge.ready();
  expect(await judge.ask("pwd")).toMatchObject({ outcome: "allow" });
});

/** Sends a request as it is. */
function raw(path: string, request: object): Promise<{ readonly outcome: { readonly ticket: string } }> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on("error", reject);
    socket.on("data", (data) => {
      resolve(JSON.parse(data.toString()));
      socket.destroy();
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
