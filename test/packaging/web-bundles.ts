// What the entries for browsers add to a web application, and the size of an installation: the
// numbers of the READMEs.

import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Installed, root } from "./installed.js";
import { must } from "./process.js";

const judge = (entry: string): string => `import { egress, Sentry } from "${entry}";
Sentry.create("").then((sentry) => console.log(sentry.classify(egress(1, "169.254.169.254", 80)).rule));
`;
const SLIM = `import { init } from "@a3s-sentry/core/slim";
import url from "@a3s-sentry/core/sentry.wasm?url";
init(url);
${judge("@a3s-sentry/core/slim")}`;
const TYPED = `import { init } from "@a3s-sentry/core/slim";
import module from "@a3s-sentry/core/sentry.wasm";
init(module).then(() => new WebAssembly.Instance(module));
// @ts-expect-error: it is not a text.
module.length;
`;

export function webSuite(installed: () => Installed): void {
  const options = { timeout: 120_000 };

  /** Builds the program for the web, and returns the bytes of its files by their extension. */
  async function build(name: string, program: string): Promise<Readonly<Record<string, number[]>>> {
    const folder = installed().scratch(name);
    writeFileSync(join(folder, "main.mjs"), program);
    const script = fileURLToPath(new URL("bundle-web.mjs", import.meta.url));
    await must(process.execPath, [script, join(folder, "main.mjs"), join(folder, "built")]);
    const sizes: Record<string, number[]> = {};
    for (const file of filesIn(join(folder, "built"))) {
      sizes[extname(file)] = [...(sizes[extname(file)] ?? []), statSync(file).size];
    }
    return sizes;
  }

  test("the main entry has the module in its code, and brings no second copy of it", options, async () => {
    const { ".js": code = [], ...others } = await build("web-main", judge("@a3s-sentry/core"));
    expect(others).toEqual({});
    expect(code.filter((bytes) => bytes > 1_000_000)).toHaveLength(1);
  });

  test("the slim entry is small, beside one copy of the module", options, async () => {
    const readme = readFileSync(join(root, "packages/core/README.md"), "utf8");
    const [, kilobytes] = /(\d+) kB of code/.exec(readme) ?? [];
    const { ".js": scripts = [], ...others } = await build("web-slim", SLIM);
    expect(others).toEqual({ ".wasm": [expect.any(Number)] });
    const code = scripts.reduce((sum, bytes) => sum + bytes, 0);
    expect(code).toBeGreaterThan(Number(kilobytes) * 600);
    expect(code).toBeLessThan(Number(kilobytes) * 1000);
  });

  test("an import of the module has a type", options, async () => {
    const folder = installed().scratch("module-type");
    writeFileSync(join(folder, "main.ts"), TYPED);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    for (const modules of [
      ["--module", "nodenext"],
      ["--module", "esnext", "--moduleResolution", "bundler"],
    ]) {
      await must(process.execPath, [tsc, "--strict", "--noEmit", ...modules, "main.ts"], { cwd: folder });
    }
  });

  test("an installation is as small as the README says", () => {
    const readme = readFileSync(join(root, "packages/node/README.md"), "utf8");
    const [, megabytes] = /takes less than (\d+) MB/.exec(readme) ?? [];
    const files = filesIn(join(installed().folder, "node_modules"));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeGreaterThan(Number(megabytes) * 600_000);
    expect(bytes).toBeLessThan(Number(megabytes) * 1_000_000);
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
