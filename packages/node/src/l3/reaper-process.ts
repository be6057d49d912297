// The reaper: a process that kills what investigations leave behind, even after sentry has died.
//
// It reads requests, one JSON object per line, and answers `clear` with the number of the run. The
// end of its stdin without `stop` means that sentry has ended, for any reason: it then clears all
// open runs.

import { createInterface } from "node:readline";
import { type InvestigationFolders, killAll, killAndRemove, type ProcessMarker } from "./process-tree.js";
import type { ReaperRequest } from "./reaper.js";

const instance = process.argv[2] ?? "";
interface Tracked {
  readonly marker: ProcessMarker;
  readonly folders: InvestigationFolders;
}

const open = new Map<number, Tracked>();
let isStopped = false;

// A signal that ends sentry must not end the reaper, whose work begins then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// Sentry may be gone before it reads an answer.
process.stdout.on("error", () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => handle(JSON.parse(line)))
  .on("close", async () => {
    await Promise.all([...open.keys()].map(clear));
    // Sentry may have died before it could report a run.
    if (!isStopped) await killAll({ mark: instance });
  });

function handle(request: ReaperRequest): void {
  if (request.type === "stop") {
    isStopped = true;
    return;
  }
  const { run } = request;
  switch (request.type) {
    case "track":
      open.set(run, { marker: { mark: request.mark }, folders: request.folders });
      break;
    case "leader": {
      const tracked = open.get(run);
      if (tracked === undefined) break;
      open.set(run, { ...tracked, marker: request.marker });
      break;
    }
    case "clear":
      void clear(run).then(() => process.stdout.write(`${run}\n`));
      break;
  }
}

async function clear(run: number): Promise<void> {
  const tracked = open.get(run);
  if (tracked !== undefined) await killAndRemove(tracked.marker, tracked.folders);
  open.delete(run);
}
