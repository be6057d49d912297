// The names of the formats that can be converted.

export const FORMAT_NAMES = ["tetragon", "falco", "auditd", "ai-sdk", "openai-agents"] as const;

export type FormatName = (typeof FORMAT_NAMES)[number];
