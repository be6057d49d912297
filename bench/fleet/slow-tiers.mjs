// Two workers against one, with a slow tier of 50 ms for one event in twenty.

import { startModel } from "../../test/chaos/fleet/model.mjs";
import { begun, drained, end, init, rate, ship, startWorkers, writeEvents } from "./fleet.mjs";

const TIER_MS = 50;
const SLOW_EVERY = 20;

/** @param {import("./fleet.mjs").Setting} setting @returns {Promise<import("./fleet.mjs").Row[]>} */
export async function slowTiers(setting) {
  const { folder, sizes } = setting;
  const model = await startModel(TIER_MS);
  // No escalation may be decided by the fail mode because the queue is full.
  const env = { A3S_SENTRY_LLM_URL: model.url, A3S_SENTRY_QUEUE: "65536" };
  try {
    await init(setting);
    const rates = [];
    for (const count of [1, 2]) {
      const file = `${folder}/slow-${count}.ndjson`;
      await writeEvents(file, sizes.slowEvents, slowLine);
      const workers = await startWorkers(setting, count, env);
      const asked = model.requests;
      const shipped = ship(setting, file);
      await begun(setting);
      const begin = performance.now();
      await shipped;
      await drained(setting);
      rates.push(sizes.slowEvents / ((performance.now() - begin) / 1000));
      await end(workers);
      const [found, expected] = [model.requests - asked, Math.ceil(sizes.slowEvents / SLOW_EVERY)];
      if (found !== expected) throw new Error(`the slow tier was asked ${found} times, not ${expected}`);
    }
    const [one = 1, two = 0] = rates;
    return [
      { what: "a slow tier of 50 ms for 5 %: one worker", found: rate(one) },
      { what: "a slow tier of 50 ms for 5 %: two workers", found: rate(two) },
      { what: "two workers against one", found: `${(two / one).toFixed(2)} ×`, goal: "1.8 ×" },
    ];
  } finally {
    model.close();
  }
}

/** One event in twenty escalates, each with a question of its own. @param {number} number */
function slowLine(number) {
  const argv =
    number % SLOW_EVERY === 0
      ? ["docker", "run", "--privileged", `registry.example/build:${number}`]
      : ["/usr/bin/git", "status"];
  const identity = { agent: `agent-${(number * 7919) % 97}` };
  return `${JSON.stringify({ identity, id: `${number}`, event: { ToolExec: { pid: 7, argv } } })}\n`;
}
