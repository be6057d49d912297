// Every entry of the packages has its types, in each way in which TypeScript resolves modules.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Installed, type PackageName, packages, root } from "./installed.js";
import { npmProgram } from "./npm-program.js";
import { must } from "./process.js";
import { skip } from "./skip.js";

/** What a package says of its entries. */
interface Manifest {
  readonly types: string;
  readonly typesVersions?: { readonly "*": Readonly<Record<string, readonly string[]>> };
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const NAMES = Object.keys(packages) as PackageName[];

/** Without the types of Node.js, which the entries for hosts use inside. */
const CHECK = ["--strict", "--noEmit", "--skipLibCheck"];

export function typesSuite(installed: () => Installed): void {
  const manifestOf = (name: PackageName): Manifest => JSON.parse(installed().text(name, "package.json"));

  /** The entries with types, by their path in the package, and the file of their types. */
  const entriesOf = (name: PackageName): [path: string, types: string][] =>
    Object.entries(manifestOf(name).exports).flatMap(([path, target]) =>
      typeof target === "string" ? [] : [[path, target.types]],
    );

  /** A program that uses each entry, and is wrong if one has no types. */
  const program = (): string => {
    const specifiers = NAMES.flatMap((name) => entriesOf(name).map(([path]) => join(name, path)));
    const uses = specifiers.map(
      (specifier, index) => `import * as e${index} from "${specifier}";
// @ts-expect-error: with types, this is an error.
export const wrong${index}: number = e${index};`,
    );
    return uses.join("\n");
  };

  test.each(NAMES)("%s names the types of each entry for compilers that know no `exports`", (name) => {
    const { types, typesVersions } = manifestOf(name);
    const listed = Object.entries(typesVersions?.["*"] ?? {}).map(([path, files]) => [`./${path}`, ...files]);
    expect([[".", types], ...listed].sort()).toEqual(entriesOf(name).sort());
  });

  test.each([
    ["node16", "entries.mts", ["--module", "node16"]],
    ["node16, from CommonJS", "entries.cts", ["--module", "node20"]],
    ["nodenext", "entries.mts", ["--module", "nodenext"]],
    ["bundler", "entries.ts", ["--module", "esnext", "--moduleResolution", "bundler"]],
  ])("with `moduleResolution` %s, each entry has types", async (name, file, flags) => {
    const folder = installed().scratch(`types-${name}`);
    writeFileSync(join(folder, file), program());
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    await must(process.execPath, [tsc, ...CHECK, ...flags, file], { cwd: folder });
  });

  test("with `moduleResolution` node10, each entry has types", { timeout: 300_000 }, async (context) => {
    const tsc = await npmProgram("typescript").catch((error: unknown) => skip(context, String(error)));
    const folder = installed().scratch("types-node10");
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "entries.ts"), program());
    const modules = ["--module", "commonjs", "--moduleResolution", "node10", "--target", "ES2022"];
    await must(tsc, [...CHECK, ...modules, "entries.ts"], { cwd: folder });
  });
}
