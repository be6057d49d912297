// The built page: its size, what it allows, and that nothing in it leads elsewhere.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { siteFiles, transferredBytes } from "./site.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("less than 870 kB are transferred, the wasm module included", () => {
  expect(transferredBytes()).toBeGreaterThan(400_000);
  expect(transferredBytes()).toBeLessThan(870_000);
});

test("the page allows no connections, and no code or styles but its own", () => {
  const page = siteFiles().get("index.html")?.toString() ?? "";
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ") ?? [];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'none'");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).toContain("style-src 'self'");
  expect(page).not.toMatch(/\b(?:src|href)="(?!\.\/|data:)/);
});

test("the files are those of the page, without a path of the machine that built them", () => {
  const files = siteFiles();
  const known = /^(?:index\.html|sentry-preview\.js(?:\.br)?|assets\/[\w.-]+\.(?:css|js)(?:\.br)?)$/;
  expect([...files.keys()].filter((path) => !known.test(path))).toEqual([]);
  for (const [path, bytes] of files) {
    expect(bytes.includes(root), path).toBe(false);
  }
});

test("the worker has `setImmediate` before the core looks for it: timers would pause it for 4 ms each", () => {
  const worker = [...siteFiles()].find(([path]) => /judge-worker-[\w-]+\.js$/.test(path))?.[1].toString() ?? "";
  expect(worker).toContain("typeof setImmediate");
  expect(worker.indexOf("setImmediate:")).toBeGreaterThan(0);
  expect(worker.indexOf("setImmediate:")).toBeLessThan(worker.indexOf("typeof setImmediate"));
});
