// The packages, packed, installed and used: one installation, many suites.

import { afterAll, beforeAll, describe } from "vitest";
import { browserSuite } from "./browser.js";
import { bundledSuite } from "./bundled.js";
import { commandSuite } from "./command.js";
import { commonjsSuite } from "./commonjs.js";
import { compiledSuite } from "./compiled.js";
import { contentSuite } from "./content.js";
import { entrySuite } from "./entries.js";
import { fleetSuite } from "./fleet.js";
import { type Installed, install } from "./installed.js";
import { jestSuite } from "./jest.js";
import { nextSuite } from "./next.js";
import { pagesSuite } from "./pages.js";
import { previewSuite } from "./preview.js";
import { readmeSuite } from "./readme.js";
import { runtimeSuite } from "./runtimes.js";
import { typesSuite } from "./types.js";
import { webSuite } from "./web-bundles.js";

let installed: Installed | undefined;
const get = (): Installed => {
  if (installed === undefined) throw new Error("the packages are not installed");
  return installed;
};

beforeAll(async () => {
  installed = await install();
}, 180_000);
afterAll(() => installed?.remove());

describe("the tarballs", () => contentSuite(get));
describe("the examples of the READMEs", () => readmeSuite(get));
describe("the pages for the first hour", () => pagesSuite(get));
describe("the entries", () => entrySuite(get));
describe("types", () => typesSuite(get));
describe("the installed command", () => commandSuite(get));
describe("the commands of a fleet", () => fleetSuite(get));
describe("other runtimes", () => runtimeSuite(get));
describe("bundled programs", () => bundledSuite(get));
describe("compiled applications", () => compiledSuite(get));
describe("CommonJS", () => commonjsSuite(get));
describe("Jest", () => jestSuite(get));
describe("Next.js", () => nextSuite(get));
describe("web applications and sizes", () => webSuite(get));
describe("a browser", { timeout: 600_000 }, () => browserSuite(get));
describe("the installed preview", { timeout: 600_000 }, () => previewSuite(get));
