// The guard: a process that ends what investigations leave behind, also when sentry itself has died.
//
// It reads orders, one JSON object a line, and writes the number of each investigation that it has cleared. The end of its
// stdin is the end of sentry, however that came about: all that is still open is cleared then.

import { createInterface } from "node:readline";
import { clear, killAll, type Trace } from "./process-tree.js";
import type { Order } from "./reaper.js";

const instance = process.argv[2] ?? "";
const open = new Map<number, { readonly trace: Trace; readonly folder: string }>();

// Whoever ends sentry politely does not mean the guard, which has its work to do then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// Nobody may be left to be told.
process.stdout.on("error", () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => obey(JSON.parse(line)))
  .on("close", async () => {
    await Promise.all([...open.keys()].map(close));
    // And what was started so late that nobody could tell of it.
    await killAll({ mark: instance });
  });

function obey(order: Order): void {
  const { run } = order;
  if (order.verb === "open") open.set(run, { trace: { mark: order.mark }, folder: order.folder });
  const known = open.get(run);
  if (order.verb === "started" && known !== undefined) {
    open.set(run, { ...known, trace: { ...known.trace, leader: order.leader } });
  }
  if (order.verb === "close") void close(run).then(() => process.stdout.write(`${run}\n`));
}

async function close(run: number): Promise<void> {
  const known = open.get(run);
  if (known !== undefined) await clear(known.trace, known.folder);
  open.delete(run);
}
