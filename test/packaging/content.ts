// The content of each tarball: the files that users need, and no path of the build machine.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Installed, type PackageName, packages, root } from "./installed.js";

const EXPECTED: Record<PackageName, RegExp> = {
  "@a3s-sentry/core":
    /^(?:dist\/[\w/-]+\.(?:d\.ts|js|js\.map)|wasm\/sentry_(?:core|tools)[\w.-]*\.(?:d\.ts|js|wasm)|[\w.]+)$/,
  "a3s-sentry":
    /^(?:dist\/[\w/-]+\.(?:d\.ts|c?js|c?js\.map)|(?:packs|policies)\/[\w.-]+\.acl|skills\/[\w-]+\.md|[\w.]+)$/,
};
const AT_TOP = ["LICENSE", "README.md", "package.json"];

/** Folders of this machine, and those that compilers leave in their output. */
const BUILD_PATHS = [root, join(homedir(), ".cargo"), join(homedir(), ".rustup"), ".cargo/registry", "/rustlib/src"];

export function contentSuite(installed: () => Installed): void {
  describe.each(Object.keys(packages) as PackageName[])("%s", (name) => {
    const folder = (): string => join(installed().folder, "node_modules", name);
    const files = (): string[] => filesIn(folder());

    test("contains only files for its users, with a license and a README", () => {
      expect(files().filter((file) => !EXPECTED[name].test(file))).toEqual([]);
      expect(files().filter((file) => !file.includes("/"))).toEqual(AT_TOP);
      expect(installed().text(name, "LICENSE")).toMatch(/^MIT License\n/);
    });

    test("contains no output of deleted sources", () => {
      const made = files().filter((file) => /^dist\/(?!chunks\/).*\.js$/.test(file));
      const sources = made.map((file) =>
        join(root, "packages", packages[name], file.replace(/^dist/, "src").replace(/\.js$/, ".ts")),
      );
      expect(made.length).toBeGreaterThan(4);
      expect(sources.filter((source) => statSync(source, { throwIfNoEntry: false }) === undefined)).toEqual([]);
    });

    test("contains no path of the build machine", () => {
      expect(buildPathsIn(folder(), files())).toEqual([]);
    });

    test("has self-contained source maps, and links to no missing one", () => {
      const pointers = files()
        .filter((file) => /\.(?:js|d\.ts)$/.test(file))
        .flatMap((file) => {
          const to = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(folder(), file), "utf8"))?.[1];
          return to === undefined ? [] : [relative(folder(), resolve(folder(), dirname(file), to))];
        });
      expect(pointers.length).toBeGreaterThan(4);
      for (const map of pointers) {
        const { sources, sourcesContent } = JSON.parse(installed().text(name, map)) as Record<string, string[]>;
        expect(
          sourcesContent?.map((text) => typeof text),
          map,
        ).toEqual(sources?.map(() => "string"));
      }
    });

    test("is unpacked by Yarn if it starts processes of its own files", () => {
      const manifest = JSON.parse(installed().text(name, "package.json")) as { preferUnplugged?: boolean };
      expect(manifest.preferUnplugged).toBe(name === "a3s-sentry" ? true : undefined);
    });

    test("depends on exact versions, and not on a workspace", () => {
      const { dependencies = {} } = JSON.parse(installed().text(name, "package.json")) as {
        dependencies?: Record<string, string>;
      };
      for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    });
  });

  test("a3s-sentry contains the stock policies", () => {
    const stock = join(root, "examples", "policies");
    const names = readdirSync(stock).filter((name) => name.endsWith(".acl"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(installed().text("a3s-sentry", `policies/${name}`)).toBe(readFileSync(join(stock, name), "utf8"));
    }
  });
}

/** Expects a package to have only files that `known` matches, those of `needed` among them, and no path of the build machine. */
export function expectContent(folder: string, known: RegExp, needed: readonly string[]): void {
  const files = filesIn(folder);
  expect(files.filter((file) => !known.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining([...needed]));
  expect(buildPathsIn(folder, files)).toEqual([]);
}

function buildPathsIn(folder: string, files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), "latin1");
    return BUILD_PATHS.filter((path) => text.includes(path)).map((path) => `${file} contains ${path}`);
  });
}

/** Returns the sorted relative paths of all files below a folder, without installed packages. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.startsWith("node_modules/"))
    .sort();
}
