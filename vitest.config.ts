// Which test files belong to which project, and how long one test may take.
import { defineConfig } from "vitest/config";

const project = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    projects: [project("core", "packages/core/test"), project("node", "packages/node/test"), project("cross", "test")],
  },
});
