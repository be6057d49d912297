// The cost of a slow tier for the stream: 5 % of the events escalate to an L2 that takes half a
// second.

import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { session } from "../loads/session.mjs";
import { measure, ratio } from "../measure.mjs";
import { LAST_LINE, streamTimeOf } from "../processes/stream-time.mjs";

/** @typedef {import("../measure.mjs").Effort & { share: number }} Effort */

const MAIN = fileURLToPath(new URL("../../packages/node/dist/cli/main.cjs", import.meta.url));
const ANSWER_MS = 500;
/** One event in so many escalates. */
const ONE_IN = 20;
/** Lines of a load that is written again and again, and how often: four million events, beside which the first calls of L2 weigh little. */
const LINES = 2_000;
const TIMES = 2_000;
const ESCALATION = '{"event":{"FileAccess":{"pid":1,"path":"/home/u/.ssh/id_rsa"}}}';

/**
 * @param {import("a3s-sentry").Sentry} sentry used to find the lines that L1 allows
 * @param {import("../processes/folder.mjs").Folder} folder @param {Effort} effort
 * @returns {Promise<import("../rows.mjs").Result>}
 */
export async function slowTier(sentry, folder, effort) {
  const lines = mixed(session.filter((line) => sentry.classify(line)?.reason === "no rule matched"));
  const load = (/** @type {number} */ times) => {
    const { path, units } = folder.load("escalating", lines, LINES, times);
    appendFileSync(path, `${LAST_LINE}\n`);
    return { path, units };
  };
  const [small, large] = [load(1), load(Math.max(2, Math.ceil(TIMES * effort.share)))];
  const endpoint = await slowEndpoint();
  try {
    /** @param {readonly string[]} flags */
    const cost = (flags) => async () => {
      const command = /** @type {const} */ ([process.execPath, MAIN, "run", ...flags]);
      const some = await streamTimeOf(command, small.path);
      const all = await streamTimeOf(command, large.path);
      return Math.max(all - some, 0) / (large.units - small.units);
    };
    const without = cost([]);
    const with_ = cost(["--llm-url", endpoint.url, "--llm-model", "slow"]);
    const samples = await measure({ without, with: with_ }, effort);
    const row = { "rules alone": samples.without, "with L2": samples.with };
    return {
      rows: [{ what: "`run`, 5 % escalations, L2 of 0.5 s", unit: "event", ways: row }],
      figures: [
        {
          what: "speed of the stream with an L2 of 0.5 s against without, 5 % escalations",
          goal: { least: 0.9 },
          unit: "times",
          measured: ratio(samples.without, samples.with),
        },
      ],
    };
  } finally {
    endpoint.close();
  }
}

/** Lines of a load: harmless ones, and escalations among them. @param {readonly string[]} harmless */
function mixed(harmless) {
  return Array.from({ length: LINES }, (_, i) =>
    i % ONE_IN === 0 ? ESCALATION : (harmless[i % harmless.length] ?? ESCALATION),
  );
}

/** An L2 that allows everything, after its time. */
async function slowEndpoint() {
  const content = JSON.stringify({ verdict: "allow", severity: "low", reason: "none" });
  const body = JSON.stringify({ choices: [{ message: { role: "assistant", content } }] });
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), ANSWER_MS);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
