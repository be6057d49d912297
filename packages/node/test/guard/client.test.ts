// Asking the resident judge: only a trusted socket is used, and only a whole answer counts.
import { chmodSync, chownSync, linkSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { GuardOutcome } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { askResident, ResidentError } from "../../src/guard/client.js";
import { scratch } from "../support/scratch.js";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const CALL = { check: { tool: "Bash", args: { command: "ls" } } };

const ALLOW: GuardOutcome = {
  outcome: "allow",
  decision: { verdict: "allow", tier: "Rules", severity: "info", reason: "r", evidence: "complete" },
  revision: "r1",
  grant: false,
};

/** A judge that answers with `reply`, at a socket in a folder of mode 0700. */
async function fakeJudge(reply: (socket: Socket, request: string) => void): Promise<string> {
  const path = join(scratch(), "judge.sock");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => reply(socket, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}

const ask = (path: string, deadlineMs = 5_000) => askResident(CALL, { sockets: [path], deadlineMs });

it("the outcome is the judge's, which hears who asks", async () => {
  let heard = "";
  const path = await fakeJudge((socket, request) => {
    heard = request;
    socket.write(`${JSON.stringify({ v: 1, revision: "r1", outcome: ALLOW })}\n`);
  });
  expect(await ask(path)).toEqual(ALLOW);
  expect(JSON.parse(heard)).toEqual({ ...CALL, v: 1, uid: process.getuid?.() });
});

it("there is no outcome where no judge is installed", async () => {
  expect(await ask(join(scratch(), "judge.sock"))).toBeUndefined();
  expect(await ask("/none/at/all/judge.sock")).toBeUndefined();
});

describe("there is an error and no outcome if the judge", () => {
  const withoutGrant = { ...ALLOW, grant: undefined };
  const deny = { ...ALLOW, outcome: "deny", message: "" };
  it.each([
    ["ends before its answer", (socket: Socket) => socket.end(), /ended before its answer/],
    ["ends in the middle of it", (socket: Socket) => socket.end('{"v":1,"outcome":{"outcome":"allow"'), /ended before/],
    ["is killed", (socket: Socket) => socket.destroy(), /cannot be asked|ended before/],
    ["sends no JSON", (socket: Socket) => socket.write("allow\n"), /sent no outcome/],
    ["sends an empty line", (socket: Socket) => socket.write("\n"), /sent no outcome/],
    ["speaks another version", (socket: Socket) => send(socket, { v: 2, outcome: ALLOW }), /sent no outcome/],
    ["sends half an allow", (socket: Socket) => send(socket, { v: 1, outcome: withoutGrant }), /sent no outcome/],
    [
      "sends an unknown outcome",
      (socket: Socket) => send(socket, { v: 1, outcome: { ...ALLOW, outcome: "ok" } }),
      /no outcome/,
    ],
    ["denies without a message", (socket: Socket) => send(socket, { v: 1, outcome: deny }), /sent no outcome/],
    ["cannot judge", (socket: Socket) => send(socket, { v: 1, error: "no room" }), /cannot judge: no room/],
    ["never ends its line", (socket: Socket) => socket.write("x".repeat(300_000)), /sent too much/],
  ])("%s", async (_, reply, why) => {
    const answer = ask(await fakeJudge(reply));
    await expect(answer).rejects.toThrow(ResidentError);
    await expect(answer).rejects.toThrow(why);
  });

  it("does not answer in time", async () => {
    await expect(ask(await fakeJudge(() => {}), 50)).rejects.toThrow(/did not answer within 50 ms/);
  });

  it("is dead and has left its socket", async () => {
    const path = await fakeJudge(() => {});
    const dead = join(path, "..", "dead.sock");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(dead, resolve));
    const left = join(path, "..", "left.sock");
    linkSync(dead, left);
    await new Promise((resolve) => server.close(resolve));
    await expect(ask(left)).rejects.toThrow(/cannot be asked/);
  });
});

describe("a socket is not used", () => {
  const unused = async (path: string, why: RegExp) => {
    await expect(ask(path)).rejects.toThrow(ResidentError);
    await expect(ask(path)).rejects.toThrow(why);
  };
  const allowing = () => fakeJudge((socket) => send(socket, { v: 1, outcome: ALLOW }));

  it("that is a file", async () => {
    const path = join(scratch(), "judge.sock");
    writeFileSync(path, "");
    await unused(path, /is not a socket/);
  });

  it("in a folder that others may write", async () => {
    const path = await allowing();
    chmodSync(join(path, ".."), 0o777);
    await unused(path, /may write/);
    chmodSync(join(path, ".."), 0o1777);
    await unused(path, /may write/);
  });

  it.runIf(isRoot)("of another user", async () => {
    const path = await allowing();
    chownSync(path, NOBODY, NOBODY);
    await unused(path, /belongs to user 65534/);
  });

  it.runIf(isRoot)("of another user is used in a folder that root has given to that user", async () => {
    const path = await allowing();
    const above = scratch();
    const folder = join(above, "given");
    renameSync(join(path, ".."), folder);
    chownSync(folder, NOBODY, NOBODY);
    chownSync(join(folder, "judge.sock"), NOBODY, NOBODY);
    expect(await ask(join(folder, "judge.sock"))).toEqual(ALLOW);
  });

  it.runIf(isRoot)("in another user's folder that anybody can have made", async () => {
    const path = await allowing();
    chownSync(join(path, ".."), NOBODY, NOBODY);
    chownSync(path, NOBODY, NOBODY);
    await unused(path, /any user can make folders in `\/tmp`/);
  });
});

function send(socket: Socket, answer: object): void {
  socket.write(`${JSON.stringify(answer)}\n`);
}
