// `npm run soak`: builds, then lets the real command judge a mixed load for two minutes while its files are edited.
import { join } from "node:path";
import process from "node:process";
import { root } from "./lib/places.mjs";
import { foreground } from "./lib/processes.mjs";
import { build } from "./lib/ready.mjs";
import { main } from "./lib/say.mjs";

await main(async () => {
  await build();
  return foreground(process.execPath, [join(root, "bench", "soak", "main.mjs"), ...process.argv.slice(2)]);
});
