// A thread that judges blocks of lines.

import { parentPort, workerData } from "node:worker_threads";
import { Sentry } from "@a3s-sentry/core";
import { Clerk } from "../line-judge.js";
import { Slots } from "../shared-semaphore.js";
import type { Answer, Order, WorkerData } from "./protocol.js";

const port = parentPort;
if (port === null) throw new Error("this is no program of its own");

const born: WorkerData = workerData;
const slots = new Slots(born.slots, born.thread);
let sentry: Sentry | undefined;
let clerk: Clerk | undefined;
/** The order before: none is begun before that is done. */
let last = Promise.resolve();
port.on("message", (order: Order) => {
  last = last.then(() => obey(order));
});

// What goes wrong ends the thread: the crew judges without it then.
async function obey(order: Order): Promise<void> {
  if (order.kind === "policy") {
    await adopt(order);
    answer({ kind: "policy" }, []);
    return;
  }
  if (clerk === undefined) throw new Error("there is no policy to judge by");
  if (order.kind === "stretch") {
    const batch = clerk.read(order.stretch);
    answer({ kind: "judged", batch }, [batch.lines.buffer]);
    return;
  }
  const { room, length } = order;
  const batch = clerk.push(room.subarray(0, length));
  answer({ kind: "judged", batch, room }, [batch.lines.buffer, room.buffer]);
}

async function adopt({ recipe, routes }: Extract<Order, { kind: "policy" }>): Promise<void> {
  const next = await Sentry.create(recipe.source, recipe.options);
  if (clerk === undefined) clerk = new Clerk(next, { routes, slots });
  else clerk.switchTo(next, routes);
  sentry?.close();
  sentry = next;
}

function answer(message: Answer, transfer: ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
}
