// A proxy of MCP without processes, for tests.
import { Buffer } from "node:buffer";
import type { Guard } from "@a3s-sentry/core";
import { onTestFinished } from "vitest";
import { LayeredPolicy } from "../../../src/guard/layered-policy.js";
import type { Direction } from "../../../src/guard/mcp/calls.js";
import { FrameProxy, type ProxyOptions } from "../../../src/guard/mcp/frame-proxy.js";
import type { Line } from "../../../src/guard/mcp/lines.js";
import { type Change, Pins } from "../../../src/guard/mcp/pins.js";
import { Sentry } from "../../../src/sentry.js";

export const SECRET = "ghp_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8";

interface SetUp extends Partial<Pick<ProxyOptions, "hasSecrets">> {
  readonly policy?: string;
  readonly guard?: Partial<Guard>;
}

export async function setUp({ policy = "", guard, hasSecrets }: SetUp = {}) {
  const layered = new LayeredPolicy([
    { layer: { origin: "user", path: "/p.acl" }, sentry: await Sentry.create(`${policy}\n`) },
  ]);
  onTestFinished(() => layered.close());
  const toServer: unknown[] = [];
  const toClient: unknown[] = [];
  const changes: Change[] = [];
  const refused: string[] = [];
  const outcomes: string[] = [];
  const answers: string[] = [];
  /** What was passed on, as it was written. */
  const lines: string[] = [];
  const guarded = { ...layered.guard({ host: "mcp", cwd: "/srv" }), ...guard };
  const proxy = new FrameProxy({
    server: "files",
    guard: guarded,
    askingGuard: guard === undefined ? layered.guard({ host: "mcp", cwd: "/srv", canAsk: true }) : guarded,
    askTimeoutS: 5,
    masked: (text) => layered.masked(text),
    hasSecrets: hasSecrets ?? ((text) => layered.hasSecrets(text)),
    isDryRun: layered.isDryRun,
    onOutcome: (_, { outcome }) => outcomes.push(outcome),
    onAnswer: (_ticket, _message, answer) => answers.push(answer),
    pins: new Pins(),
    onChange: (change) => changes.push(change),
    onRefused: (from, why) => refused.push(`${from}: ${why}`),
  });
  const take = async (direction: Direction, line: Line): Promise<void> => {
    const sendBack = async (back: string) => void toClient.push(JSON.parse(back));
    const { onward, back } = await proxy.take(direction, line, direction === "to-server" ? sendBack : undefined);
    const [to, from] = direction === "to-server" ? [toServer, toClient] : [toClient, toServer];
    lines.push(...onward.map(String));
    to.push(...onward.map((one) => JSON.parse(String(one))));
    from.push(...back.map((one) => JSON.parse(one)));
  };
  const bytes = (frame: unknown): Uint8Array =>
    frame instanceof Uint8Array
      ? frame
      : Buffer.from(typeof frame === "string" ? frame : JSON.stringify({ jsonrpc: "2.0", ...(frame as object) }));
  return {
    ...{ take, toServer, toClient, changes, refused, outcomes, answers, lines },
    client: (frame: unknown) => take("to-server", bytes(frame)),
    server: (frame: unknown) => take("to-client", bytes(frame)),
  };
}

export function call(id: unknown, name: string, args?: unknown): object {
  return { id, method: "tools/call", params: { name, arguments: args } };
}

export function text(id: unknown, ...texts: string[]): object {
  return { id, result: { content: texts.map((one) => ({ type: "text", text: one })) } };
}
