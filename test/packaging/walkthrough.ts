// Follows a page word for word: writes its files, runs its commands and compares their output.
//
// A fence with `title=NAME` is a file. A fence `sh` is a script. A fence `text` is the output of the
// script before it. Other fences are for reading.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { must } from "./process.js";

type Step =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "script"; readonly text: string; readonly output: string | undefined };

/** Follows the steps of a page, or of one section, in this folder. Returns the number of scripts. */
export async function follow(markdown: string, folder: string, env: Readonly<Record<string, string>> = {}) {
  const steps = stepsOf(markdown);
  for (const step of steps) {
    if (step.kind === "file") write(join(folder, step.name), step.text);
    else await execute(step, folder, env);
  }
  return steps.filter(({ kind }) => kind === "script").length;
}

function stepsOf(markdown: string): Step[] {
  const fences = [...markdown.matchAll(/^```(\w*)(?: title=(\S+))?\n([\s\S]*?)^```$/gm)];
  return fences.flatMap(([, language, name, text = ""], at): Step[] => {
    if (name !== undefined) return [{ kind: "file", name, text }];
    if (language !== "sh") return [];
    const next = fences[at + 1];
    return [{ kind: "script", text, output: next?.[1] === "text" ? next[3] : undefined }];
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Ends the jobs that a script leaves in the background. */
const END_JOBS = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT";

async function execute({ text, output }: Step & { kind: "script" }, folder: string, env: Record<string, string>) {
  const { stdout, stderr } = await must("bash", ["-eu", "-c", `${END_JOBS}\n${text}`], {
    cwd: folder,
    env,
    timeout: 60_000,
  });
  if (output !== undefined) expect(stdout, `${text}\n${stderr}`).toBe(output);
}
