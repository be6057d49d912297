// The real page in a real browser, panel by panel.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { accessSuite } from "./browser/access.js";
import { eventSuite } from "./browser/event.js";
import { launch, type Served, serve } from "./browser/pages.js";
import { panelsSuite } from "./browser/panels.js";
import { policySuite } from "./browser/policy.js";
import { replaySuite } from "./browser/replay.js";
import { testsSuite } from "./browser/tests.js";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve()]);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const stage = { browser: () => browser, url: () => served.url };
describe("event", () => eventSuite(stage));
describe("policy", () => policySuite(stage));
describe("tests", () => testsSuite(stage));
describe("panels", () => panelsSuite(stage));
describe("replay", () => replaySuite(stage));
describe("access", () => accessSuite(stage));
