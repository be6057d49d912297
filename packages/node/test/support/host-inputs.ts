// Inputs as the hosts send them, by host and event, each for a command or a prompt.

export interface HostInput {
  readonly host: string;
  readonly event: string;
  /** The input for a shell command, a file or a prompt. */
  readonly input: (text: string) => Record<string, unknown>;
  /** What `text` is. */
  readonly of: "command" | "file" | "prompt";
}

const claude = {
  session_id: "0b6c7e0e-53a4-4b55-8f6e-0e0c8fd1a001",
  transcript_path: "/home/dev/.claude/projects/-home-dev-app/0b6c7e0e.jsonl",
  cwd: "/home/dev/app",
  permission_mode: "default",
};

const codex = {
  session_id: "019a0c1e-7a58-7d53-b7a5-3a1d6d3e5a01",
  turn_id: "3",
  transcript_path: null,
  cwd: "/home/dev/app",
  model: "gpt-5-codex",
  permission_mode: "default",
};

const copilot = { sessionId: "f3b2a1", timestamp: 1764400000000, cwd: "/home/dev/app" };

const cursor = {
  conversation_id: "c-1",
  generation_id: "g-1",
  model: "auto",
  cursor_version: "2.1.0",
  workspace_roots: ["/home/dev/app"],
  user_email: "dev@example.com",
  transcript_path: null,
};

const gemini = {
  session_id: "s-1",
  transcript_path: "/home/dev/.gemini/tmp/1/logs.json",
  cwd: "/home/dev/app",
  timestamp: "2026-11-28T09:00:00.000Z",
};

export const HOST_INPUTS: readonly HostInput[] = [
  {
    host: "claude-code",
    event: "PreToolUse",
    of: "command",
    input: (command) => ({
      ...claude,
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command, description: "a step" },
      tool_use_id: "toolu_01",
    }),
  },
  {
    host: "claude-code",
    event: "PreToolUse",
    of: "file",
    input: (file_path) => ({
      ...claude,
      hook_event_name: "PreToolUse",
      tool_name: "Read",
      tool_input: { file_path },
      tool_use_id: "toolu_02",
    }),
  },
  {
    host: "claude-code",
    event: "PreSkillShellCommand",
    of: "command",
    input: (command) => ({
      ...claude,
      hook_event_name: "PreSkillShellCommand",
      tool_name: "Bash",
      tool_input: { command },
      tool_use_id: "skill_01",
      command_name: "release",
      invoked_by: "claude",
    }),
  },
  {
    host: "claude-code",
    event: "UserPromptSubmit",
    of: "prompt",
    input: (prompt) => ({ ...claude, hook_event_name: "UserPromptSubmit", prompt }),
  },
  {
    host: "codex",
    event: "PreToolUse",
    of: "command",
    input: (command) => ({
      ...codex,
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command },
      tool_use_id: "call_1",
    }),
  },
  {
    host: "codex",
    event: "UserPromptSubmit",
    of: "prompt",
    input: (prompt) => ({ ...codex, hook_event_name: "UserPromptSubmit", prompt }),
  },
  {
    host: "copilot",
    event: "preToolUse",
    of: "command",
    input: (command) => ({
      ...copilot,
      toolName: "bash",
      toolArgs: JSON.stringify({ command, description: "a step" }),
    }),
  },
  {
    host: "copilot",
    event: "preToolUse",
    of: "file",
    input: (path) => ({ ...copilot, toolName: "view", toolArgs: { path } }),
  },
  {
    host: "copilot",
    event: "PreToolUse",
    of: "command",
    input: (command) => ({
      hook_event_name: "PreToolUse",
      session_id: "f3b2a1",
      timestamp: "2026-11-28T09:00:00.000Z",
      cwd: "/home/dev/app",
      tool_name: "Bash",
      tool_input: { command },
    }),
  },
  {
    host: "cursor",
    event: "beforeShellExecution",
    of: "command",
    input: (command) => ({ ...cursor, hook_event_name: "beforeShellExecution", command, cwd: "", sandbox: false }),
  },
  {
    host: "cursor",
    event: "beforeMCPExecution",
    of: "command",
    input: (command) => ({
      ...cursor,
      hook_event_name: "beforeMCPExecution",
      tool_name: "run_command",
      tool_input: JSON.stringify({ command }),
      command: "npx shell-server",
    }),
  },
  {
    host: "cursor",
    event: "preToolUse",
    of: "command",
    input: (command) => ({
      ...cursor,
      hook_event_name: "preToolUse",
      tool_name: "Shell",
      tool_input: { command },
      tool_use_id: "t-1",
    }),
  },
  {
    host: "cursor",
    event: "beforeReadFile",
    of: "file",
    input: (file_path) => ({ ...cursor, hook_event_name: "beforeReadFile", file_path, content: "…" }),
  },
  {
    host: "cursor",
    event: "beforeSubmitPrompt",
    of: "prompt",
    input: (prompt) => ({ ...cursor, hook_event_name: "beforeSubmitPrompt", prompt, attachments: [] }),
  },
  {
    host: "gemini",
    event: "BeforeTool",
    of: "command",
    input: (command) => ({
      ...gemini,
      hook_event_name: "BeforeTool",
      tool_name: "run_shell_command",
      tool_input: { command },
    }),
  },
  {
    host: "antigravity",
    event: "PreToolUse",
    of: "command",
    input: (command) => ({
      toolCall: { name: "run_command", args: { CommandLine: command, Cwd: "/home/dev/app" } },
      workspacePaths: ["/home/dev/app"],
      conversationId: "a-1",
      stepIdx: 4,
      modelName: "gemini-3-pro",
      transcriptPath: "/home/dev/.gemini/antigravity/a-1.json",
    }),
  },
  {
    host: "opencode",
    event: "tool.execute.before",
    of: "command",
    input: (command) => ({
      tool: "bash",
      args: { command },
      sessionID: "ses_1",
      callID: "call_1",
      directory: "/home/dev/app",
    }),
  },
];
