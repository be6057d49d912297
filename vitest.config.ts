// Which test files belong to which project, and how long one test may take.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Keeps the bundles up to date: tests start the command and import the packages. */
const bundles = fileURLToPath(new URL("scripts/lib/bundle.mjs", import.meta.url));

const project = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    globalSetup: bundles,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("core", "packages/core/test"),
      project("node", "packages/node/test"),
      project("fleet", "packages/fleet/test"),
      project("cross", "test"),
      "packages/preview/vite.config.mjs",
    ],
  },
});
