// Runs the tools of this package: they drive the page like its tests, and write or print.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const place = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  test: { root: place("."), include: ["*.ts"], testTimeout: 120_000, reporters: ["default"] },
});
