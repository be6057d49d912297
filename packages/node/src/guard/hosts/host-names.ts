// The names of the hosts. The command's entry point loads only these, so that a hook starts quickly.

export const HOST_NAMES = ["claude-code", "codex", "copilot", "cursor", "gemini", "antigravity", "opencode"] as const;

export type HostName = (typeof HOST_NAMES)[number];

export function isHostName(name: string | undefined): name is HostName {
  return HOST_NAMES.some((host) => host === name);
}
