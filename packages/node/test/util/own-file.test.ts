// The files of this package.

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { ownFile } from "../../dist/util/own-file.js";
import { scratch } from "../support/scratch.js";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

it("are found by their path in the folder of the compiled code", () => {
  expect(ownFile("agent/main.js")).toBe(join(dist, "agent/main.js"));
  expect(ownFile("../skills")).toBe(join(dist, "../skills"));
});

it("are missing if they do not exist", () => {
  expect(ownFile("agent/no-such.js")).toBeUndefined();
});

it("are missing in an archive, which only this process can read", async () => {
  const folder = join(scratch(), "a3s-sentry.zip", "util");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(dist, "util/own-file.js"), join(folder, "own-file.js"));
  const { ownFile: inArchive } = await import(pathToFileURL(join(folder, "own-file.js")).href);
  expect(inArchive("util/own-file.js")).toBeUndefined();
});

it("are not confused with files of an application that was bundled with this package", async () => {
  const bundle = join(scratch(), "app.js");
  copyFileSync(join(dist, "util/own-file.js"), bundle);
  const { ownFile: inBundle } = await import(pathToFileURL(bundle).href);
  expect(inBundle("app.js")).toBeUndefined();
  expect(inBundle("../app.js")).toBeUndefined();
});
