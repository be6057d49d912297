// The packages as a user gets them: packed, and installed by npm into an empty folder outside this
// work tree.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "./process.js";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The names of the packages of code, and their folders in `packages/`. Others hold the page of the preview and the fleet. */
export const packages = { "@a3s-sentry/core": "core", "a3s-sentry": "node" } as const;
export type PackageName = keyof typeof packages;

export interface Installed {
  /** The folder with `package.json` and `node_modules`. */
  readonly folder: string;
  /** Creates an empty folder of that name, from which imports find the installed packages. */
  scratch(name: string): string;
  /** Reads a file of an installed package. */
  text(name: PackageName, path: string): string;
  remove(): void;
}

export async function install(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), "a3s-sentry-packaging-"));
  const remove = (): void => rmSync(folder, { recursive: true });
  try {
    const tarballs = await Promise.all(
      [...Object.values(packages), "preview", "fleet"].map((name) => pack(name, folder)),
    );
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
    await must("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", ...tarballs], { cwd: folder });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    folder,
    scratch: (name) => {
      const place = join(folder, name);
      mkdirSync(place);
      return place;
    },
    text: (name, path) => readFileSync(join(folder, "node_modules", name, path), "utf8"),
    remove,
  };
}

async function pack(name: string, into: string): Promise<string> {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
  const args = ["--yes", packageManager, "-C", join(root, "packages", name), "pack", "--json"];
  const { stdout } = await must("npx", [...args, "--pack-destination", into]);
  const { filename } = JSON.parse(stdout) as { filename: string };
  return filename;
}
