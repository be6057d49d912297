// `npm run build`: sets up what is missing and builds the wasm module and the packages.
import { build } from "./lib/ready.mjs";
import { main } from "./lib/say.mjs";

await main(async () => {
  await build();
  return 0;
});
