// `npm run bench`: builds, then measures the judge beside a plain one in JavaScript.
import { join } from "node:path";
import process from "node:process";
import { root } from "./lib/places.mjs";
import { foreground } from "./lib/processes.mjs";
import { build } from "./lib/ready.mjs";
import { main } from "./lib/say.mjs";

await main(async () => {
  await build();
  return foreground(process.execPath, [join(root, "bench", "main.mjs"), ...process.argv.slice(2)]);
});
