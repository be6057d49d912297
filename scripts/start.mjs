// `npm start`, after the build: runs the command `a3s-sentry` with the given arguments; without
// any, the demo.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./lib/paths.mjs";
import { foreground } from "./lib/processes.mjs";
import { log, main } from "./lib/report.mjs";

await main(async () => {
  const args = process.argv.slice(2);
  if (args.length === 0) return foreground(process.execPath, [join(root, "examples", "demo", "main.mjs")]);
  const { npm_lifecycle_event: script, npm_config_loglevel: loglevel, INIT_CWD: startedIn } = process.env;
  const byNpm = script === "start" || script === "preview";
  if (byNpm && loglevel !== "silent" && process.stdout.isTTY !== true) {
    log("note: npm has printed its own banner on stdout; `npm start --silent -- …` leaves it out");
  }
  // npm runs scripts in the root of the work tree, but the user's paths are relative to their own
  // folder.
  const cwd = byNpm && startedIn !== undefined ? startedIn : process.cwd();
  const folder = join(root, "packages", "node");
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return foreground(process.execPath, [join(folder, bin["a3s-sentry"]), ...args], { cwd });
});
