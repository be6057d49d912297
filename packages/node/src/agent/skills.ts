// Playbooks: Markdown files of a folder, which tell a model how to investigate.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { causeOf, readText } from "./text-file.js";

/** The playbooks that come with this package. */
export const OWN_SKILLS = fileURLToPath(new URL("../../skills", import.meta.url));

const MAX_SKILLS = 32;
const MAX_SKILL_BYTES = 64 * 1024;
/** All of them are part of every request to the model. */
const MAX_TOTAL_BYTES = 192 * 1024;

export interface Skill {
  /** Its file's name without `.md`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the `*.md` of a folder in the order of their names: at most 32, of at most 64 KiB each and 192 KiB together. What is over
 * a limit or cannot be read is left out whole, since half a playbook may say the opposite, and `leftOut` is told of it.
 * Links to files are followed. Throws an `Error` if the folder itself cannot be read.
 */
export function readSkills(folder: string, leftOut: (why: string) => void): Skill[] {
  const skills: Skill[] = [];
  let room = MAX_TOTAL_BYTES;
  for (const file of markdownIn(folder)) {
    try {
      if (skills.length === MAX_SKILLS) throw new Error(`there are ${MAX_SKILLS} before it`);
      const text = readText(join(folder, file), MAX_SKILL_BYTES);
      const bytes = Buffer.byteLength(text);
      if (bytes > room) throw new Error(`with it, there would be more than ${MAX_TOTAL_BYTES} bytes`);
      room -= bytes;
      skills.push({ name: file.slice(0, -".md".length), text });
    } catch (error) {
      leftOut(`the playbook \`${file}\` is left out: ${causeOf(error)}`);
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
    throw new Error(`cannot read the playbooks of \`${folder}\`: ${causeOf(error)}`, { cause: error });
  }
}
