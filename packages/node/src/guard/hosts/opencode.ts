// opencode: what it sends before an agent acts, and the answers that it understands.

import type { Host, HostEvent } from "./host.js";
import { field, text } from "./json-object.js";
import { call } from "./requests.js";

/** What the plugin sends and understands, which `hook install` writes. */
const OPENCODE_BEFORE: HostEvent = {
  name: "tool.execute.before",
  answers: { noOpinion: { decision: "allow" }, deny: (reason) => ({ decision: "deny", reason }) },
};

export const OPENCODE: Host = {
  name: "opencode",
  title: "opencode",
  testedWith: "1.18.33",
  onCrash: "blocks",
  onTimeout: "blocks",
  notCovered: [
    "opencode goes on without a plugin that it cannot load.",
    "opencode cannot ask a person for a plugin: `ask_fallback` decides.",
    "Version 2 has another interface of plugins, and is not supported.",
  ],
  example: (command, cwd) => ({ tool: "bash", args: { command }, sessionID: "a3s-sentry-doctor", directory: cwd }),
  read: (input) =>
    call(OPENCODE_BEFORE, {
      tool: text(input, "tool"),
      args: field(input, "args"),
      cwd: text(input, "directory"),
      session: text(input, "sessionID"),
      canAsk: false,
    }),
};
