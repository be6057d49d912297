// Recorded sessions, made up: the formats of their hosts, with nothing of anybody's work.

const json = (line: unknown): string => JSON.stringify(line);
export const lines = (...all: readonly unknown[]): string => `${all.map(json).join("\n")}\n`;

const FRAME = { parentUuid: null, isSidechain: false, cwd: "/home/dev/app", sessionId: "s-1", version: "2.1.0" };

/** Lines of a session of Claude Code. */
export const claude = {
  user: (content: unknown) => ({ ...FRAME, type: "user", message: { role: "user", content }, uuid: "u" }),
  call: (name: string, input: unknown) => ({
    ...FRAME,
    type: "assistant",
    message: {
      role: "assistant",
      content: [
        { type: "text", text: "ok" },
        { type: "tool_use", id: "t", name, input },
      ],
    },
    uuid: "a",
  }),
  result: (content: unknown) => claude.user([{ type: "tool_result", tool_use_id: "t", content }]),
  summary: { type: "summary", summary: "rm -rf /", leafUuid: "u" },
  snapshot: { type: "file-history-snapshot", messageId: "u", snapshot: {} },
};

/** Lines of a session of Codex. */
export const codex = {
  meta: { timestamp: "t", type: "session_meta", payload: { id: "c-1", cwd: "/home/dev/api", cli_version: "0.65.0" } },
  item: (payload: unknown) => ({ timestamp: "t", type: "response_item", payload }),
  user: (text: string) => codex.item({ type: "message", role: "user", content: [{ type: "input_text", text }] }),
  call: (name: string, args: unknown) =>
    codex.item({ type: "function_call", name, arguments: json(args), call_id: "c" }),
  patch: (input: string) => codex.item({ type: "custom_tool_call", name: "apply_patch", input, call_id: "c" }),
  result: (output: unknown) => codex.item({ type: "function_call_output", call_id: "c", output }),
  echo: (message: string) => ({ timestamp: "t", type: "event_msg", payload: { type: "user_message", message } }),
};
