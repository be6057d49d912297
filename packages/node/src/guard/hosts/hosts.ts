// The one table of hosts. Every adapter derives its answer from it.

import { ANTIGRAVITY } from "./antigravity.js";
import { CLAUDE_CODE } from "./claude-code.js";
import { CODEX } from "./codex.js";
import { COPILOT } from "./copilot.js";
import { CURSOR } from "./cursor.js";
import { GEMINI } from "./gemini.js";
import type { Host } from "./host.js";
import type { HostName } from "./host-names.js";
import { OPENCODE } from "./opencode.js";

/** All hosts, in the order in which they are shown. */
export const HOSTS: Readonly<Record<HostName, Host>> = {
  "claude-code": CLAUDE_CODE,
  codex: CODEX,
  copilot: COPILOT,
  cursor: CURSOR,
  gemini: GEMINI,
  antigravity: ANTIGRAVITY,
  opencode: OPENCODE,
};

export function hostNamed(name: string): Host | undefined {
  return Object.hasOwn(HOSTS, name) ? HOSTS[name as HostName] : undefined;
}
