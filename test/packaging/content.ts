// What each tarball holds: what its users need, and nothing of the machine that made it.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Installed, type PackageName, packages, root } from "./installed.js";

const MEANT: Record<PackageName, RegExp> = {
  "@a3s-sentry/core": /^(?:dist\/[\w/-]+\.(?:d\.ts|js|js\.map)|wasm\/sentry_core[\w.]*\.(?:d\.ts|js|wasm)|[\w.]+)$/,
  "a3s-sentry": /^(?:dist\/[\w/-]+\.(?:d\.ts|js|js\.map)|skills\/[\w-]+\.md|[\w.]+)$/,
};
const AT_TOP = ["LICENSE", "README.md", "package.json"];

/** Folders of this machine, and those that compilers leave in what they make. */
const PLACES = [root, join(homedir(), ".cargo"), join(homedir(), ".rustup"), ".cargo/registry", "/rustlib/"];

export function contentSuite(installed: () => Installed): void {
  describe.each(Object.keys(packages) as PackageName[])("%s", (name) => {
    const folder = (): string => join(installed().folder, "node_modules", name);
    const files = (): string[] => filesIn(folder());

    test("holds what is meant for its users, with a licence and a read-me", () => {
      expect(files().filter((file) => !MEANT[name].test(file))).toEqual([]);
      expect(files().filter((file) => !file.includes("/"))).toEqual(AT_TOP);
      expect(installed().text(name, "LICENSE")).toMatch(/^MIT License\n/);
    });

    test("holds nothing that its sources do not make any more", () => {
      const made = files().filter((file) => file.startsWith("dist/") && file.endsWith(".js"));
      const sources = made.map((file) =>
        join(root, "packages", packages[name], file.replace(/^dist/, "src").replace(/\.js$/, ".ts")),
      );
      expect(made.length).toBeGreaterThan(10);
      expect(sources.filter((source) => statSync(source, { throwIfNoEntry: false }) === undefined)).toEqual([]);
    });

    test("names no place of the machine that made it", () => {
      const found = files().flatMap((file) => {
        const text = readFileSync(join(folder(), file), "latin1");
        return PLACES.filter((place) => text.includes(place)).map((place) => `${file} holds ${place}`);
      });
      expect(found).toEqual([]);
    });

    test("has source maps that need no other file, and names none that is missing", () => {
      const pointers = files()
        .filter((file) => /\.(?:js|d\.ts)$/.test(file))
        .flatMap((file) => {
          const to = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(folder(), file), "utf8"))?.[1];
          return to === undefined ? [] : [relative(folder(), resolve(folder(), dirname(file), to))];
        });
      expect(pointers.length).toBeGreaterThan(10);
      for (const map of pointers) {
        const { sources, sourcesContent } = JSON.parse(installed().text(name, map)) as Record<string, string[]>;
        expect(
          sourcesContent?.map((text) => typeof text),
          map,
        ).toEqual(sources?.map(() => "string"));
      }
    });

    test("depends on exact versions, and on nothing of a workspace", () => {
      const { dependencies = {} } = JSON.parse(installed().text(name, "package.json")) as {
        dependencies?: Record<string, string>;
      };
      for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    });
  });
}

/** All files below a folder, by their paths in it, sorted; what is installed inside is left out. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.startsWith("node_modules/"))
    .sort();
}
