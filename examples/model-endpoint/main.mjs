// `node examples/model-endpoint/main.mjs [--port N] [--delay-ms N]`: a stand-in for a model, until
// it gets a signal.

import process from "node:process";
import { parseArgs } from "node:util";
import { startEndpoint } from "./server.mjs";

const USAGE = `node examples/model-endpoint/main.mjs [--port N] [--delay-ms N]

A stand-in for a model, to try the slow tiers with. Its address is the first line on stdout; Ctrl-C ends it.
  --port N       the port on 127.0.0.1; 0, which is the default, is any free one
  --delay-ms N   how long an answer takes
`;

/** Prints a usage error without a stack, and exits. @type {(why: string) => never} */
const refuse = (why) => {
  process.stderr.write(`error: ${why}\n(see --help)\n`);
  process.exit(2);
};

const values = given();
if (values.help) {
  process.stdout.write(USAGE);
} else {
  const endpoint = await startEndpoint({
    port: wholeNumber("port", 65_535),
    delayMs: wholeNumber("delay-ms", 86_400_000),
  }).catch((error) => refuse(`cannot listen: ${error instanceof Error ? error.message : error}`));
  process.stderr.write(
    "THIS IS NO MODEL: a stand-in that looks for a few words, to try the tiers with. It judges nothing.\n",
  );
  // The first line of stdout is the address, for the process that started this.
  process.stdout.write(`${endpoint.url}\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void endpoint.close());
}

function given() {
  const text = /** @type {const} */ ({ type: "string" });
  try {
    return parseArgs({ options: { port: text, "delay-ms": text, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** @param {"port" | "delay-ms"} name @param {number} most */
function wholeNumber(name, most) {
  const text = values[name] ?? "0";
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  if (number > most) refuse(`\`--${name}\` must be a whole number from 0 to ${most}, not \`${text}\``);
  return number;
}
