// The code that a process loads before it does anything: no more than it needs.

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

/** The chunks of the command itself: what answers a hook. */
const COMMON_JS: ReadonlySet<string> = new Set(["answer", "own-guard"]);

/** The modules that a bundle imports, directly or through its chunks, without those loaded later. */
function imports(file: string, found = new Set<string>()): Set<string> {
  const text = readFileSync(file, "utf8");
  // The bundle of a hook is in few lines; `=>require("…")` loads later.
  const pattern = file.endsWith(".cjs") ? /[\w$]=require\("([^"]+)"\)/g : /^(?:import|export) [^;]*?"([^"]+)";$/gm;
  for (const [, specifier = ""] of text.matchAll(pattern)) {
    const name = specifier.startsWith(".") ? join(dirname(file), specifier) : specifier;
    if (found.has(name)) continue;
    found.add(name);
    if (specifier.startsWith(".")) imports(name, found);
  }
  return found;
}

/** The chunk that is loaded for a command, or for the commands together. */
function chunkOf(command: string): string {
  const names = readdirSync(join(dist, "chunks"));
  const extension = COMMON_JS.has(command) ? ".cjs" : ".js";
  const chunk = names.find((name) => name.startsWith(`${command}-`) && name.endsWith(extension));
  if (chunk === undefined) throw new Error(`no chunk for ${command} in ${names}`);
  return join(dist, "chunks", chunk);
}

const outside = (modules: Iterable<string>): string[] => [...modules].filter((name) => !name.startsWith(dist)).sort();

it("importing the package loads the core, and of Node.js what reads files", () => {
  const core = ["@a3s-sentry/core", "@a3s-sentry/core/host"];
  expect(outside(imports(join(dist, "index.js")))).toEqual([...core, "node:buffer", "node:fs", "node:path"]);
});

it("`explain` loads neither the daemon nor the packages of other commands", () => {
  const modules = new Set([...imports(join(dist, "cli/command-line.js")), ...imports(chunkOf("explain"))]);
  expect(outside(modules)).toEqual(expect.arrayContaining(["commander", "picocolors"]));
  for (const name of ["cli-table3", "execa", "node:http", "node:worker_threads", "prom-client"]) {
    expect(modules).not.toContain(name);
  }
  expect(outside(imports(chunkOf("run")))).toContain("node:worker_threads");
});

it("`lsp` alone loads the library of the protocol", () => {
  const loading = readdirSync(join(dist, "chunks")).filter((name) =>
    [...imports(join(dist, "chunks", name))].some((module) => module.startsWith("vscode-languageserver")),
  );
  expect(loading.filter((name) => name.endsWith(".js"))).toEqual([basename(chunkOf("lsp"))]);
});

it("a hook with a resident judge loads no rule engine and no package", () => {
  const modules = new Set([...imports(join(dist, "cli/main.cjs")), ...imports(chunkOf("answer"))]);
  expect(outside(modules)).toEqual(["node:buffer", "node:fs", "node:net", "node:os", "node:path"]);
});

it("a hook loads no ES module, with which Node.js takes longer to start", () => {
  const modules = [...imports(chunkOf("own-guard"))];
  expect(outside(modules).filter((name) => !name.startsWith("node:"))).toEqual([]);
  expect(modules).toContain(chunkOf("answer"));
});

it("no code of this package names the client of NATS: the fleet is a package of its own", () => {
  const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  expect(files.filter((name) => readFileSync(join(dist, name), "utf8").includes("@nats-io"))).toEqual([]);
});
