// The arguments of the scripts: help and mistakes do no work.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function script(name: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${name}.mjs`, ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

it.each([
  ["app", "usage: node scripts/app.mjs FOLDER\n"],
  ["build", "usage: npm run build\n"],
  ["fuzz", "usage: npm run fuzz -- [--minutes N] [--target NAME]\n"],
  ["pack-figures", "usage: node scripts/pack-figures.mjs FOLDER\n"],
  ["test", "usage: npm test\n"],
])("`%s --help` prints how to use it and ends", (name, usage) => {
  expect(script(name, "--help")).toEqual({ status: 0, stdout: usage, stderr: "" });
  expect(existsSync(`${root}/--help`)).toBe(false);
});

it.each([
  ["build", ["--fast"], "unknown option `--fast`"],
  ["app", [], "an argument is missing"],
  ["app", ["a", "b"], "unknown argument `b`"],
  ["fuzz", ["--minutes"], "option `--minutes <value>` argument missing"],
])("`%s %j` is refused before any work", (name, args, message) => {
  const { status, stderr } = script(name, ...args);
  expect([status, stderr]).toEqual([1, expect.stringContaining(`error: ${message}\nwhat to do: type \``)]);
});
