// Preloaded into the daemon: SIGUSR2 ends one of its workers, in the middle of its work.

import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

if (threads.isMainThread) {
  const workers = new Set();
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    /** @param {ConstructorParameters<typeof Worker>} args */
    constructor(...args) {
      super(...args);
      workers.add(this);
      this.once("exit", () => workers.delete(this));
    }
  };
  syncBuiltinESMExports();
  process.on("SIGUSR2", () => {
    for (const worker of workers) return void worker.terminate();
  });
  // Without a listener it would end the process instead of failing the write.
  process.on("SIGXFSZ", () => {});
}
