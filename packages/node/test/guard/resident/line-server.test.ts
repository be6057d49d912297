// The server of lines: callers that hang, flood or misbehave harm nobody else.
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LineServer } from "../../../src/guard/resident/line-server.js";
import { scratch } from "../../support/scratch.js";

const LIMITS = { maxConnections: 4, maxLineBytes: 1000 };

type Answer = (line: string, signal: AbortSignal) => Promise<string>;

async function setUp(answer: Answer = async (line) => `got ${line.length > 50 ? line.length : line}`, limits = LIMITS) {
  const path = join(scratch(), "s.sock");
  const lines = new LineServer({
    ...limits,
    answer: (line, signal) => answer(Buffer.from(line).toString(), signal),
    refusal: (why) => `refused: ${why}`,
  });
  await new Promise<void>((resolve) => lines.server.listen(path, resolve));
  onTestFinished(() => lines.close(0));
  return { lines, open: () => opened(path) };
}

interface Caller {
  readonly socket: Socket;
  received: string;
  readonly closed: Promise<void>;
}

async function opened(path: string): Promise<Caller> {
  const socket = connect(path);
  onTestFinished(() => void socket.destroy());
  const caller = { socket, received: "", closed: new Promise<void>((resolve) => socket.on("close", () => resolve())) };
  socket.on("error", () => {});
  socket.on("data", (data) => {
    caller.received += data;
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  return caller;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 });

describe("lines", () => {
  it("are answered in their order, in whatever pieces they come", async () => {
    const { open } = await setUp();
    const caller = await open();
    for (const piece of ["a", "b\nc", "\n\nd\ne"]) {
      caller.socket.write(piece);
      await pause(5);
    }
    await until(() => expect(caller.received).toBe("got ab\ngot c\ngot \ngot d\n"));
    caller.socket.write("\n");
    await until(() => expect(caller.received).toMatch(/got e\n$/));
  });

  it("of the largest size are answered, and longer ones refused", async () => {
    const { open } = await setUp();
    const [fitting, long, endless] = [await open(), await open(), await open()];
    fitting.socket.write(`${"x".repeat(1000)}\n`);
    long.socket.write(`${"x".repeat(1001)}\n`);
    endless.socket.write("x".repeat(1001));
    await until(() => expect(fitting.received).toBe("got 1000\n"));
    await Promise.all([long.closed, endless.closed]);
    expect([long.received, endless.received]).toEqual(Array(2).fill("refused: the request is too large\n"));
  });

  it("whose answer fails get a refusal", async () => {
    const { open } = await setUp(async () => {
      throw new Error("secret");
    });
    const caller = await open();
    caller.socket.write("a\n");
    await until(() => expect(caller.received).toBe("refused: an internal error\n"));
  });
});

describe("a caller that", () => {
  it("hangs in the middle of a line does not delay others, and is closed for a new one", async () => {
    const { open, lines } = await setUp();
    const hanging = await Promise.all([1, 2, 3, 4].map(() => open()));
    for (const { socket } of hanging) socket.write("half");
    await pause(20);
    const caller = await open();
    caller.socket.write("a\n");
    await until(() => expect(caller.received).toBe("got a\n"));
    await hanging[0]?.closed;
    expect(lines.dropped).toBe(1);
  });

  it("takes longer than five seconds for a line is closed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { open, lines } = await setUp();
    const caller = await open();
    await vi.waitUntil(() => lines.connections === 1);
    caller.socket.write("half");
    await vi.waitUntil(() => lines.buffered > 0);
    vi.advanceTimersByTime(4_999);
    expect(lines.connections).toBe(1);
    vi.advanceTimersByTime(1);
    await caller.closed;
    expect(lines.dropped).toBe(1);
  });

  it("leaves aborts its judgement", async () => {
    let aborted = false;
    const { open } = await setUp(async (_, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      aborted = true;
      return "";
    });
    const caller = await open();
    caller.socket.write("a\n");
    await pause(20);
    caller.socket.destroy();
    await until(() => expect(aborted).toBe(true));
  });

  it("floods while its line is judged is not read further", async () => {
    let release = (): void => {};
    const { open, lines } = await setUp(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return "";
    });
    const caller = await open();
    caller.socket.write(`a\n${"x".repeat(8 * 1024 * 1024)}`);
    await pause(100);
    expect(lines.buffered).toBeLessThan(256 * 1024);
    release();
    await caller.closed;
  });

  it("comes when all others are judged is not let in", async () => {
    const { open, lines } = await setUp(() => new Promise(() => {}));
    const busy = await Promise.all([1, 2, 3, 4].map(() => open()));
    for (const { socket } of busy) socket.write("a\n");
    await pause(50);
    const late = await open();
    await late.closed;
    expect(lines.connections).toBe(4);
  });
});

it("unfinished requests of all callers together have a limit, and the largest is refused", async () => {
  const { open, lines } = await setUp(undefined, { maxConnections: 100, maxLineBytes: 4 * 1024 * 1024 });
  const callers = await Promise.all(Array.from({ length: 20 }, () => open()));
  for (const { socket } of callers) socket.write("x".repeat(4_000_000));
  await until(() => expect(callers.filter(({ received }) => received.includes("no room")).length).toBeGreaterThan(0));
  expect(lines.buffered).toBeLessThanOrEqual(64 * 1024 * 1024);
});

it("requests that are being judged count, and there is no room for a further one", async () => {
  const { open, lines } = await setUp(() => new Promise(() => {}), {
    maxConnections: 100,
    maxLineBytes: 4 * 1024 * 1024,
  });
  const callers = await Promise.all(Array.from({ length: 16 }, () => open()));
  for (const { socket } of callers) socket.write(`${"x".repeat(4_190_000)}\n`);
  await until(() => expect(lines.buffered).toBe(16 * 4_190_000));
  const late = await open();
  late.socket.write(`${"x".repeat(200_000)}\n`);
  await late.closed;
  expect(late.received).toBe("refused: it has no room for the request now\n");
  for (const { socket } of callers) socket.destroy();
  await until(() => expect(lines.buffered).toBe(0));
});

it("closing answers what is being judged, and nothing else", async () => {
  let release = (): void => {};
  const { open, lines } = await setUp(async () => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return "done";
  });
  const [busy, idle] = [await open(), await open()];
  busy.socket.write("a\nb\n");
  await pause(50);
  const closed = lines.close(5_000);
  await idle.closed;
  release();
  await closed;
  await busy.closed;
  expect(busy.received).toBe("done\n");
});
