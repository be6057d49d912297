// The spool: what survives, what is cut, what is removed.

import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { EventGroups } from "../src/ship/event-groups.js";
import { Spool } from "../src/ship/spool.js";
import { scratch } from "./support/scratch.js";

const record = (text: string) => ({ events: 1, agent: "a", payload: Buffer.from(`${text}\n`) });
const texts = (records: readonly { readonly payload: Uint8Array }[]): string[] =>
  records.map(({ payload }) => Buffer.from(payload).toString().trim());
const segments = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".spool"));

function readAll(spool: Spool): string[] {
  const all: string[] = [];
  for (let next = spool.read(); next.length > 0; next = spool.read()) all.push(...texts(next));
  return all;
}

it("records that were not released are read again, and new ones have higher sequences", async () => {
  const folder = scratch();
  const first = await Spool.open({ folder, maxBytes: 1 << 26 });
  first.append([record("one"), record("two")]);
  const [one] = first.read();
  first.release((one?.sequence ?? 0) + 1);
  first.close();
  const second = await Spool.open({ folder, maxBytes: 1 << 26 });
  second.append([record("three")]);
  const records = [...second.read(), ...second.read()];
  expect(texts(records)).toEqual(["two", "three"]);
  expect(records[1]?.sequence).toBeGreaterThan(records[0]?.sequence ?? 0);
  second.close();
});

it("a sequence is not given twice, even if its record was lost with the machine", async () => {
  const folder = scratch();
  const first = await Spool.open({ folder, maxBytes: 1 << 26 });
  first.append([record("lost")]);
  const [lost] = first.read();
  first.close();
  for (const name of segments(folder)) truncateSync(join(folder, name), 0);
  // Sequences begin at the time in milliseconds, and no machine starts again within one.
  const end = Date.now();
  await vi.waitUntil(() => Date.now() > end, { interval: 1 });
  const second = await Spool.open({ folder, maxBytes: 1 << 26 });
  second.append([record("next")]);
  expect(second.read()[0]?.sequence).toBeGreaterThan(lost?.sequence ?? Number.POSITIVE_INFINITY);
  second.close();
});

it("a write that was cut is dropped, and what is before it is read", async () => {
  const folder = scratch();
  const first = await Spool.open({ folder, maxBytes: 1 << 26 });
  first.append([record("whole"), record("cut")]);
  first.close();
  const [name = ""] = segments(folder);
  const file = join(folder, name);
  truncateSync(file, readFileSync(file).length - 2);
  const second = await Spool.open({ folder, maxBytes: 1 << 26 });
  expect(second.recovered.cutBytes).toBeGreaterThan(0);
  second.append([record("after")]);
  expect(readAll(second)).toEqual(["whole", "after"]);
  second.close();
});

it("a damaged record is dropped, never read", async () => {
  const folder = scratch();
  const first = await Spool.open({ folder, maxBytes: 1 << 26 });
  first.append([record("good"), record("damaged")]);
  first.close();
  const [name = ""] = segments(folder);
  const file = join(folder, name);
  writeFileSync(file, readFileSync(file, "latin1").replace("damaged", "changed"), "latin1");
  appendFileSync(file, Buffer.alloc(100, 255));
  const second = await Spool.open({ folder, maxBytes: 1 << 26 });
  expect(readAll(second)).toEqual(["good"]);
  second.close();
});

it("segments are removed once they are released, and the limit counts what is left", async () => {
  const folder = scratch();
  const maxBytes = 1 << 20;
  const spool = await Spool.open({ folder, maxBytes });
  const large = { events: 1, agent: "a", payload: Buffer.alloc(60_000, 120) };
  for (let i = 0; i < 16; i++) spool.append([large]);
  expect(spool.hasRoomFor(200_000)).toBe(false);
  let last = 0;
  for (let next = spool.read(); next.length > 0; next = spool.read()) last = next.at(-1)?.sequence ?? last;
  spool.release(last + 1);
  expect(segments(folder)).toHaveLength(1);
  expect(spool.hasRoomFor(200_000)).toBe(true);
  spool.close();
  expect(segments(folder)).toHaveLength(0);
});

it("a spool in use is refused, and is free once its process has ended", async () => {
  const folder = scratch();
  const spool = await Spool.open({ folder, maxBytes: 1 << 26 });
  await expect(Spool.open({ folder, maxBytes: 1 << 26 })).rejects.toThrow("another shipper uses the spool");
  spool.close();
  (await Spool.open({ folder, maxBytes: 1 << 26 })).close();
});

it("lines are grouped by agent in their order, and cut anywhere", () => {
  const lines = [
    '{"identity":{"agent":"a"},"n":1}',
    '{"identity":{"agent":"b"},"n":2}',
    '{"identity":{"agent":"a"},"n":3}',
  ];
  const bytes = Buffer.from(`${lines.join("\n")}\n\nnot json`);
  const groups = new EventGroups("node");
  for (let at = 0; at < bytes.length; at += 5) groups.push(bytes.subarray(at, at + 5));
  groups.end();
  const found = groups.take().map(({ agent, events, payload }) => [agent, events, Buffer.from(payload).toString()]);
  expect(found).toEqual([
    ["a", 2, `${lines[0]}\n${lines[2]}\n`],
    ["b", 1, `${lines[1]}\n`],
    ["~node", 1, "not json\n"],
  ]);
});

it("of a line of more than 4 MiB the beginning is kept, and its length", () => {
  const groups = new EventGroups("node");
  const chunk = Buffer.alloc(1 << 20, 120);
  for (let i = 0; i < 5; i++) groups.push(chunk);
  groups.push(Buffer.from("\n"));
  expect(groups.take()).toMatchObject([{ events: 1, oversized: 5 << 20, payload: { length: 1024 } }]);
});
