// The reaper: a process that kills what investigations leave behind, even after sentry has died.
//
// It reads requests, one JSON object per line, and answers `clear` with the number of the run. The
// end of its stdin means that sentry has ended, for any reason: it then clears all open runs.

import { createInterface } from "node:readline";
import { killAll, killAndRemove, type ProcessMarker } from "./process-tree.js";
import type { ReaperRequest } from "./reaper.js";

const instance = process.argv[2] ?? "";
const open = new Map<number, { readonly marker: ProcessMarker; readonly folder: string }>();

// A signal that ends sentry must not end the reaper, whose work begins then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// Sentry may be gone before it reads an answer.
process.stdout.on("error", () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => handle(JSON.parse(line)))
  .on("close", async () => {
    await Promise.all([...open.keys()].map(clear));
    // Sentry may have died before it could report a run.
    await killAll({ mark: instance });
  });

function handle(request: ReaperRequest): void {
  const { run } = request;
  switch (request.type) {
    case "track":
      open.set(run, { marker: { mark: request.mark }, folder: request.folder });
      break;
    case "leader": {
      const tracked = open.get(run);
      if (tracked === undefined) break;
      open.set(run, { ...tracked, marker: { ...tracked.marker, leader: request.leader } });
      break;
    }
    case "clear":
      void clear(run).then(() => process.stdout.write(`${run}\n`));
      break;
  }
}

async function clear(run: number): Promise<void> {
  const tracked = open.get(run);
  if (tracked !== undefined) await killAndRemove(tracked.marker, tracked.folder);
  open.delete(run);
}
