// What no tracked file may hold, and what each must begin with.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { extname, join } from "node:path";
import { cache, root } from "../lib/places.mjs";
import { run } from "../lib/processes.mjs";
import { findings, skipped } from "./result.mjs";

/** Recorded events and cases tell of any host and path: they are data. */
const data = /^(?:examples|test\/corpus)\/|\.test\.ts$|^core-rs\/crates\/\w+\/tests\//;

/** Places on the machine that this runs on; one in a file is there by accident. */
const places = [
  ...["core-rs", "node_modules", "packages", "scripts"].map((folder) => join(root, folder)),
  ...[".cargo/registry", ".rustup/toolchains", ".npm/_cacache"].map((folder) => join(homedir(), folder)),
  cache,
];
const hosts =
  /\b(?:registry|index|static|deb|proxy|files|repo1?)\.(?:npmjs|crates|debian|rust-lang|golang|pythonhosted|maven)\b/;

const comment = {
  ".ts": /^\/\/ /,
  ".mjs": /^\/\/ /,
  ".rs": /^\/\/(?:!|\/)? /,
  ".acl": /^(?:#|\/\/) /,
  ".sh": /^# /,
};
const softLimits = { ".ts": 150, ".mjs": 150, ".rs": 500 };

/** Tracked files with their text; files that are not text are left out. `undefined` where this is no git work tree. */
async function trackedFiles() {
  const { code, stdout } = await run("git", ["ls-files", "-z"], { cwd: root });
  if (code !== 0) return undefined;
  const names = stdout.split("\0").filter((name) => name !== "");
  return names.flatMap((name) => {
    const text = read(name);
    return text === undefined || text.includes("\0") ? [] : [{ name, text }];
  });
}

function read(name) {
  try {
    return readFileSync(join(root, name), "utf8");
  } catch (error) {
    // Deleted in the work tree, not yet in the index.
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function overFiles(find) {
  return async () => {
    const files = await trackedFiles();
    return files === undefined ? skipped("this is no git work tree") : find(files);
  };
}

function strangePlaces(files) {
  return findings(
    files
      .filter(({ name }) => !data.test(name))
      .flatMap(({ name, text }) => {
        const found = places.filter((place) => text.includes(place));
        const host = hosts.exec(text)?.[0];
        return [...found, ...(host === undefined ? [] : [host])].map((what) => `${name} holds \`${what}\``);
      }),
  );
}

function firstLines(files) {
  const missing = files.filter(({ name, text }) => {
    const shebang = /^#!.*\n/.exec(text)?.[0] ?? "";
    return comment[extname(name)]?.test(text.slice(shebang.length)) === false;
  });
  return findings(missing.map(({ name }) => `${name} does not begin with a comment that says what it is`));
}

/** Not a rule, but worth a look: the check passes and names the files. */
function lengths(files) {
  const long = files
    .map(({ name, text }) => ({
      name,
      lines: text.split("\n").length - 1,
      limit: softLimits[extname(name)] ?? Infinity,
    }))
    .filter(({ lines, limit }) => lines > limit)
    .map(({ name, lines }) => `${name} ${lines}`);
  return { passed: 1, note: long.length === 0 ? "" : `long: ${long.join(", ")}` };
}

/** @type {import("./result.mjs").Check[]} */
export const hygiene = [
  { name: "no places of this machine, no registry hosts", run: overFiles(strangePlaces) },
  { name: "first lines", run: overFiles(firstLines) },
  { name: "file lengths", run: overFiles(lengths) },
];
