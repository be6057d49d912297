// A folder that exists during one test.

import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Returns the absolute path of a new empty folder, which is removed when the test ends. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "a3s-sentry-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
