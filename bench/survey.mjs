// Prints what the gate masks in the sources of npm packages, which have no secrets: `npm run survey`. E-mail addresses
// of authors are counted apart. Exits with 1 if more than one in 10,000 lines is masked.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Sentry } from "a3s-sentry";

const root = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = [
  "@types/node",
  "axe-core",
  "chart.js",
  "commander",
  "execa",
  "playwright-core",
  "prom-client",
  "typescript",
  "vite",
  "vitest",
];
const KINDS = new Set([".cjs", ".css", ".cts", ".html", ".js", ".json", ".md", ".mjs", ".mts", ".ts"]);
/** The characters before a masked text that are shown. */
const CONTEXT = 50;
/** The highest share of lines. */
const LIMIT = 1 / 10_000;

/** The folder of a package in the store of pnpm. @param {string} name */
function folderOf(name) {
  const store = join(root, "node_modules/.pnpm");
  const entry = readdirSync(store).find((entry) => entry.startsWith(`${name.replace("/", "+")}@`));
  if (entry === undefined) throw new Error(`\`${name}\` is not installed: run \`npm run build\``);
  return join(store, entry, "node_modules", name);
}

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && KINDS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const sentry = await Sentry.create("");
let lines = 0;
let addresses = 0;
let masked = 0;
for (const name of PACKAGES) {
  const folder = folderOf(name);
  for (const file of filesOf(folder)) {
    const text = readFileSync(file, "utf8");
    lines += text.split("\n").length;
    const { redactions } = await sentry.inspectWire(text, "response");
    for (const { start, end, kind } of redactions) {
      if (kind === "email") addresses++;
      else {
        masked++;
        const place = `${name}/${file.slice(folder.length + 1)}`;
        process.stdout.write(`${place}: ${kind}: ${JSON.stringify(text.slice(Math.max(0, start - CONTEXT), end))}\n`);
      }
    }
  }
}
sentry.close();
process.stdout.write(`${lines} lines, ${masked} masked, and ${addresses} e-mail addresses\n`);
process.exit(masked > lines * LIMIT ? 1 : 0);
