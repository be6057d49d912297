// The examples in the READMEs and in docs: each is type-checked strictly, compiled and run, and
// each value that a comment states is compared with the actual one.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Installed, type PackageName, root } from "./installed.js";
import { must } from "./process.js";

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const OPTIONS = ["--strict", "--module", "NodeNext", "--target", "ES2022", "--types", "node"];

export function readmeSuite(installed: () => Installed): void {
  test("a3s-sentry: the quick start works, and writes one deny-file", { timeout: 120_000 }, async () => {
    const readme = installed().text("a3s-sentry", "README.md");
    const policy = blocks(readme, "")[0] ?? "";
    const folder = await runAll(installed(), "quick-start", code(readme), { "sentry.acl": policy });
    expect(promisesIn(code(readme))).toHaveLength(9);
    expect(readFileSync(join(folder, "exec.txt"), "utf8")).toBe("/usr/bin/nc\n");
    expect(readdirSync(folder).filter((name) => name.endsWith(".txt"))).toEqual(["exec.txt"]);
  });

  test("the project: the quick start equals the package's, and masking works", { timeout: 120_000 }, async () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [quickStart, gate, masking = ""] = blocks(readme, "ts");
    const ofPackage = installed().text("a3s-sentry", "README.md");
    expect([quickStart, gate]).toEqual(blocks(ofPackage, "ts"));
    expect(blocks(readme, "")[0]).toBe(blocks(ofPackage, "")[0]);
    expect(promisesIn(masking)).toHaveLength(3);
    await runAll(installed(), "masking", masking, {});
  });

  test("@a3s-sentry/core: the example works", { timeout: 120_000 }, async () => {
    const example = code(installed().text("@a3s-sentry/core" satisfies PackageName, "README.md"));
    expect(promisesIn(example)).toHaveLength(3);
    await runAll(installed(), "core-example", example, {});
  });

  test("the types need only those of the language and the platform", { timeout: 120_000 }, async () => {
    const folder = installed().scratch("types");
    writeFileSync(
      join(folder, "all.ts"),
      'export * from "a3s-sentry";\nexport * from "@a3s-sentry/core/ai-sdk";\nexport * from "@a3s-sentry/core/llm";\nexport * from "@a3s-sentry/core/slim";\n',
    );
    const libraries = ["--lib", "ES2022,DOM", "--skipLibCheck", "false"];
    await must(process.execPath, [tsc, "--strict", "--module", "NodeNext", "--noEmit", ...libraries, "all.ts"], {
      cwd: folder,
    });
  });

  test.each([
    ["api.md", 25],
    ["events.md", 5],
    ["l2.md", 4],
    ["redaction.md", 10],
    ["tiers.md", 13],
    ["tool-calls.md", 3],
  ])("docs/%s: the examples work", { timeout: 120_000 }, async (page, promises) => {
    const example = code(readFileSync(join(root, "docs", page), "utf8"));
    expect(promisesIn(example)).toHaveLength(promises);
    await runAll(installed(), page.replace(".", "-"), example, {});
  });

  test("docs/sae.md: the example works with the page's policy and dictionary", {
    timeout: 120_000,
  }, async () => {
    const page = readFileSync(join(root, "docs", "sae.md"), "utf8");
    const [policy = ""] = blocks(page, "acl");
    const [dictionary = "", score = ""] = blocks(page, "json");
    const example = `${code(page)}decision.explain; // ${JSON.stringify(JSON.parse(score))}\n`;
    expect(promisesIn(example)).toHaveLength(5);
    await runAll(installed(), "sae-md", example, { "site.acl": policy, "features.json": dictionary });
  });
}

function blocks(markdown: string, language: string): string[] {
  const all = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  return all.flatMap(([, of, text]) => (of === language && text !== undefined ? [text] : []));
}

function code(markdown: string): string {
  return blocks(markdown, "ts").join("\n");
}

/**
 * Finds `value; // text` in lines: the text, up to three spaces or the line's end, states the
 * value.
 */
function promisesIn(example: string): { line: string; value: string; promised: string }[] {
  return example.split("\n").flatMap((line) =>
    line.split(/\s{3,}/).flatMap((part) => {
      const [, value, promised] = /^(\S.*?);\s+\/\/ (.*?)(?:, which .*)?$/.exec(part) ?? [];
      return value === undefined || promised === undefined ? [] : [{ line, value, promised }];
    }),
  );
}

/** Replaces each stated value in the example with an assertion. */
function asserting(example: string): string {
  const promises = promisesIn(example);
  const lines = example.split("\n").map((line) => {
    const here = promises.filter((promise) => promise.line === line);
    return here.length === 0 ? line : here.map(({ value, promised }) => `deepEqual(${value}, ${promised});`).join("\n");
  });
  return `import { deepStrictEqual as deepEqual } from "node:assert";\n${lines.join("\n")}`;
}

/**
 * Compiles and runs the example in its own folder with these files, as written and with assertions.
 */
async function runAll(installed: Installed, name: string, example: string, files: Record<string, string>) {
  const folder = installed.scratch(name);
  const texts = { "example.ts": example, "asserted.ts": asserting(example), ...files };
  for (const [file, text] of Object.entries(texts)) writeFileSync(join(folder, file), text);
  const types = ["--typeRoots", join(root, "node_modules", "@types")];
  await must(process.execPath, [tsc, ...OPTIONS, ...types, "example.ts", "asserted.ts"], { cwd: folder });
  await must(process.execPath, ["example.js"], { cwd: folder });
  await must(process.execPath, ["asserted.js"], { cwd: folder });
  return folder;
}
