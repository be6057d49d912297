// `npm start`: sets up what is missing, builds, and runs the command `a3s-sentry`; without arguments, the demo.
import process from "node:process";
import { demo } from "./demo.mjs";
import { commandLine } from "./lib/packages.mjs";
import { foreground } from "./lib/processes.mjs";
import { build } from "./lib/ready.mjs";
import { main, say } from "./lib/say.mjs";

await main(async () => {
  await build();
  const args = process.argv.slice(2);
  if (args.length === 0) return demo();
  const { npm_lifecycle_event: script, npm_config_loglevel: loglevel, INIT_CWD: startedIn } = process.env;
  const byNpm = script === "start";
  if (byNpm && loglevel !== "silent" && process.stdout.isTTY !== true) {
    say("note: npm itself printed a banner on stdout before this; `npm start --silent -- …` leaves it out");
  }
  // npm starts scripts in the root of the work tree, but the person's paths are meant from where they are.
  const cwd = byNpm && startedIn !== undefined ? startedIn : process.cwd();
  return foreground(process.execPath, [commandLine(), ...args], { cwd });
});
