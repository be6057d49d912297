// The socket of one server: it is taken over only from a dead one.
import { chmodSync, existsSync, linkSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Access, listenAt, SocketError } from "../../../src/guard/resident/own-socket.js";
import { scratch } from "../../support/scratch.js";

function server(): Server {
  const made = createServer((socket) => socket.on("error", () => {}).end("me"));
  onTestFinished(() => void made.close());
  return made;
}

async function listen(path: string, access: Access = "own", lost = () => {}) {
  const own = await listenAt(server(), path, access, lost);
  onTestFinished(() => own.release());
  return own;
}

/** Whether somebody answers. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("data", () => resolve(true));
    socket.on("error", () => resolve(false));
  });
}

/** The socket that a killed server leaves behind. */
async function deadSocket(path: string): Promise<void> {
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(`${path}.dead`, resolve));
  linkSync(`${path}.dead`, path);
  await new Promise((resolve) => dead.close(resolve));
}

it("a server listens in a new folder of mode 0700, at a socket of mode 0600", async () => {
  const folder = join(scratch(), "a/b");
  const path = join(folder, "s.sock");
  await listen(path);
  expect(await answers(path)).toBe(true);
  expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(readdirSync(folder)).toEqual(["s.sock"]);
});

it("a shared socket is for all users, its folder for nobody else to write", async () => {
  const folder = join(scratch(), "a");
  await listen(join(folder, "s.sock"), "shared");
  expect([statSync(folder).mode & 0o777, statSync(join(folder, "s.sock")).mode & 0o777]).toEqual([0o755, 0o666]);
});

it("a second server is refused, and the first goes on", async () => {
  const path = join(scratch(), "s.sock");
  await listen(path);
  await expect(listenAt(server(), path, "own", () => {})).rejects.toThrow(/another judge answers at .*: end it first/);
  expect(await answers(path)).toBe(true);
  expect(readdirSync(join(path, ".."))).toEqual(["s.sock"]);
});

it("the socket of a dead server is taken over", async () => {
  const path = join(scratch(), "s.sock");
  await deadSocket(path);
  expect(await answers(path)).toBe(false);
  await listen(path);
  expect(await answers(path)).toBe(true);
  expect(readdirSync(join(path, ".."))).toEqual(["s.sock"]);
});

it("of several servers that find a dead one, one takes over", async () => {
  const path = join(scratch(), "s.sock");
  await deadSocket(path);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => listenAt(server(), path, "own", () => {})));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await answers(path)).toBe(true);
  expect(readdirSync(join(path, ".."))).toEqual(["s.sock"]);
});

describe("a folder is refused that", () => {
  it.each([
    [0o777, /chmod go-w/],
    [0o770, /chmod go-w/],
    [0o755, /chmod 700 .*--shared/],
    [0o1777, /may enter/],
  ])("has mode %o", async (mode, why) => {
    const folder = scratch();
    chmodSync(folder, mode);
    const listening = listenAt(server(), join(folder, "s.sock"), "own", () => {});
    await expect(listening).rejects.toThrow(SocketError);
    await expect(listening).rejects.toThrow(why);
  });
});

it("a file in the way stays", async () => {
  const path = join(scratch(), "s.sock");
  writeFileSync(path, "mine");
  await expect(listenAt(server(), path, "own", () => {})).rejects.toThrow(/is not a socket/);
  expect(existsSync(path)).toBe(true);
});

it("a path that is too long for a socket is refused", async () => {
  const path = join(scratch(), `${"x".repeat(100)}.sock`);
  await expect(listenAt(server(), path, "own", () => {})).rejects.toThrow(/more than 100 bytes/);
});

it("a server hears that its socket is gone, and leaves another's alone", async () => {
  const path = join(scratch(), "s.sock");
  const lost = vi.fn();
  const own = await listen(path, "own", lost);
  rmSync(path);
  await listen(path);
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), { timeout: 5_000 });
  own.release();
  expect(await answers(path)).toBe(true);
});
