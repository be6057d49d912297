// Finds the transcripts that paths name.

import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { CliError, errorText } from "../io.js";

/** The names of transcripts in folders. A file that is named itself may have any name. */
const NAMES = /\.(?:jsonl|ndjson)$/;

/** A file to read, or a folder that cannot be listed. */
export type Found = { readonly file: string } | { readonly file: string; readonly unreadable: string };

/**
 * Yields the files, and the transcripts in the folders and all folders in them, in the order of
 * their names. Links in folders are not followed: they may lead in circles. Rejects with a
 * `CliError` if a path does not exist.
 */
export async function* transcriptFiles(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) {
    const pending = [{ path, isFolder: await isFolder(path) }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (!next.isFolder) yield { file: next.path };
      else {
        const { path: folder } = next;
        try {
          const entries = await readdir(folder, { withFileTypes: true });
          const wanted = entries.filter(isWanted).sort((a, b) => (a.name < b.name ? 1 : -1));
          pending.push(...wanted.map((entry) => ({ path: join(folder, entry.name), isFolder: entry.isDirectory() })));
        } catch (error) {
          yield { file: folder, unreadable: errorText(error) };
        }
      }
    }
  }
}

function isWanted(entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isFile() && NAMES.test(entry.name));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new CliError(`cannot read \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}
