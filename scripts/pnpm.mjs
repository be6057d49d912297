// `npm run pnpm -- ARGS`: pnpm in the pinned version, for example `npm run pnpm -- install` after a change of a package.json.

import process from "node:process";
import { root } from "./lib/places.mjs";
import { pnpmScript } from "./lib/pnpm.mjs";
import { foreground } from "./lib/processes.mjs";
import { main } from "./lib/say.mjs";

await main(async () => foreground(process.execPath, [await pnpmScript(), ...process.argv.slice(2)], { cwd: root }));
