// `node examples/model-endpoint/main.mjs [--port N] [--delay-ms N]`: a stand-in for a model, until it is told to end.

import process from "node:process";
import { parseArgs } from "node:util";
import { startEndpoint } from "./server.mjs";

const { values } = parseArgs({ options: { port: { type: "string" }, "delay-ms": { type: "string" } } });
const endpoint = await startEndpoint({ port: wholeNumber("port"), delayMs: wholeNumber("delay-ms") });

process.stderr.write(
  "THIS IS NO MODEL: a stand-in that looks for a few words, to try the tiers with. It judges nothing.\n",
);
// The first line of stdout is the address, for whoever started this.
process.stdout.write(`${endpoint.url}\n`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void endpoint.close());

/** @param {"port" | "delay-ms"} name */
function wholeNumber(name) {
  const text = values[name] ?? "0";
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`\`--${name}\` must be a whole number, not \`${text}\``);
  return Number(text);
}
