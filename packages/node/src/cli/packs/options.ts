// The options of `packs`, and the names that it takes.

export const PACK_NAMES = [
  "credentials",
  "persistence",
  "privilege",
  "defences",
  "traces",
  "escapes",
  "containers",
  "exfiltration",
  "mining",
  "prompts",
  "self",
  "git-history",
  "databases",
  "cloud",
  "publishing",
] as const;

export type PackName = (typeof PACK_NAMES)[number];

export interface PacksOptions {
  readonly json?: boolean;
}
