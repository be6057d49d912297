// The files that a patch changes.

/** A file that a patch changes. */
export interface PatchedFile {
  readonly path: string;
  readonly change: "write" | "delete";
}

/** How a line begins that names a file, in the form of `apply_patch` and in that of `diff`. */
const HEADERS: readonly (readonly [begin: string, change: PatchedFile["change"] | "move"])[] = [
  ["*** Add File:", "write"],
  ["*** Update File:", "write"],
  ["*** Delete File:", "delete"],
  ["*** Move to:", "move"],
  ["--- ", "write"],
  ["+++ ", "write"],
  ["rename from ", "delete"],
  ["rename to ", "write"],
  ["copy to ", "write"],
  ["Index: ", "write"],
];

/**
 * The files that a patch names, in the form of `apply_patch` or of a unified diff. A moved file is
 * deleted at its old place and written at the new one. Throws a `RangeError` for more than `limit`.
 *
 * @example
 * patchedFiles("*** Begin Patch\n*** Delete File: a.txt\n*** End Patch", 10); // [{ path: "a.txt", change: "delete" }]
 */
export function patchedFiles(patch: string, limit: number): PatchedFile[] {
  const files: PatchedFile[] = [];
  for (const line of patch.split("\n")) {
    const text = line.trim();
    const header = HEADERS.find(([begin]) => text.startsWith(begin));
    if (header === undefined) continue;
    const [begin, change] = header;
    const path = pathOf(text.slice(begin.length), begin.startsWith("***"));
    if (path === undefined) continue;
    // An indented line is one of the file, whatever it says.
    if (change === "move" && line.startsWith(begin)) moveLast(files);
    files.push({ path, change: change === "move" ? "write" : change });
    if (files.length > limit) throw new RangeError(`the patch changes more than ${limit} files`);
  }
  return files;
}

/** The file that was named last is the old place of one that moves. */
function moveLast(files: PatchedFile[]): void {
  const last = files.pop();
  if (last !== undefined) files.push({ path: last.path, change: "delete" });
}

/** In a diff, a time may follow after a tab, and the first folder stands for the old or new state. */
function pathOf(text: string, isWhole: boolean): string | undefined {
  const path = (isWhole ? text : unquoted(text.split("\t", 1)[0] ?? "").replace(/^[ab]\//, "")).trim();
  return path === "" || path === "/dev/null" ? undefined : path;
}

/** A name that git and patch write in quotes, as in C. */
function unquoted(text: string): string {
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  if (quoted === undefined) return text;
  return quoted.replaceAll(/\\([0-7]{3}|.)/g, (_, what: string) =>
    what.length === 3 ? String.fromCharCode(Number.parseInt(what, 8)) : what,
  );
}
