// Playbooks: Markdown files with instructions on how to investigate.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ownFile } from "../util/own-file.js";
import { causeOf, readText } from "./text-file.js";

/** The folder of this package's own playbooks. Throws an `Error` if it is missing. */
export function ownSkills(): string {
  const folder = ownFile("../skills");
  if (folder === undefined) throw new Error("the playbooks of this package are missing: name a folder with `--skills`");
  return folder;
}

const MAX_SKILLS = 32;
const MAX_SKILL_BYTES = 64 * 1024;
/** Every request to the model contains all playbooks. */
const MAX_TOTAL_BYTES = 192 * 1024;

export interface Skill {
  /** The file name without `.md`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the `*.md` files of a folder in the order of their names: at most 32, each at most 64 KiB,
 * together at most 192 KiB. Skips whole files that exceed a limit or cannot be read, since half a
 * playbook may say the opposite, and reports each to `onSkipped`. Follows symbolic links. Throws an
 * `Error` if the folder itself cannot be read.
 */
export function readSkills(folder: string, onSkipped: (why: string) => void): Skill[] {
  const skills: Skill[] = [];
  let bytesLeft = MAX_TOTAL_BYTES;
  for (const file of markdownIn(folder)) {
    try {
      if (skills.length === MAX_SKILLS) throw new Error(`only the first ${MAX_SKILLS} files are read`);
      const text = readText(join(folder, file), MAX_SKILL_BYTES);
      const bytes = Buffer.byteLength(text);
      if (bytes > bytesLeft) throw new Error(`all playbooks together would exceed ${MAX_TOTAL_BYTES} bytes`);
      bytesLeft -= bytes;
      skills.push({ name: file.slice(0, -".md".length), text });
    } catch (error) {
      onSkipped(`skipped the playbook \`${file}\`: ${causeOf(error)}`);
    }
  }
  return skills;
}

function markdownIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .sort();
  } catch (error) {
    throw new Error(`cannot read the playbooks in \`${folder}\`: ${causeOf(error)}`, { cause: error });
  }
}
