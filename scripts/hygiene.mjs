// Checks of the repository's files and of the wasm module: local paths, first lines, lengths, size.
import { readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { root, wasmFolder } from "./lib/paths.mjs";
import { run } from "./lib/processes.mjs";

/** Recorded events and test cases may name any host and path: they are data. */
const DATA = /^(?:examples|test\/corpus)\/|\.test\.ts$|^core-rs\/crates\/\w+\/tests\/|^core-rs\/fuzz\//;

/** Folders of the machine that this runs on. */
const LOCAL_PATHS = [
  ...["core-rs", "node_modules", "packages", "scripts"].map((folder) => join(root, folder)),
  ...[".cargo/registry", ".rustup/toolchains", ".npm/_cacache", ".cache/a3s-sentry"].map((folder) =>
    join(homedir(), folder),
  ),
];
const REGISTRY_HOST =
  /\b(?:registry|index|static|deb|proxy|files|repo1?)\.(?:npmjs|crates|debian|rust-lang|golang|pythonhosted|maven)\b/;

const LEFTOVER = /\.(?:log|cpuprofile|heapsnapshot|heapprofile|orig|rej|tmp)$/;

const FIRST_LINE = {
  ".ts": /^\/\/ /,
  ".mjs": /^\/\/ /,
  ".rs": /^\/\/(?:!|\/)? /,
  ".acl": /^(?:#|\/\/) /,
  ".sh": /^# /,
};
const SOFT_LIMITS = { ".ts": 150, ".mjs": 150, ".rs": 500 };

const wasm = join(wasmFolder, "sentry_core_bg.wasm");
/** In bytes. Browsers and the edge load the module compressed. */
const WASM_LIMITS = { raw: 1_400_000, gzip: 574_000 };

export async function localPaths() {
  return overFiles((files) =>
    files
      .filter(({ name }) => !DATA.test(name))
      .flatMap(({ name, text }) => {
        const paths = LOCAL_PATHS.filter((path) => text.includes(path));
        const host = REGISTRY_HOST.exec(text)?.[0];
        return [...paths, ...(host === undefined ? [] : [host])].map((found) => `${name} contains \`${found}\``);
      }),
  );
}

/** What tools leave behind is no source. */
export async function leftovers() {
  return overFiles((files) =>
    files.filter(({ name }) => LEFTOVER.test(name)).map(({ name }) => `${name} was left by a tool: remove it`),
  );
}

export async function firstLines() {
  return overFiles((files) => {
    const missing = files.filter(({ name, text }) => {
      const shebang = /^#!.*\n/.exec(text)?.[0] ?? "";
      return FIRST_LINE[extname(name)]?.test(text.slice(shebang.length)) === false;
    });
    return missing.map(({ name }) => `${name} does not begin with a comment that says what it is`);
  });
}

/** Names the files that grow long, and always passes. */
export async function lengths() {
  const long = ((await trackedFiles()) ?? [])
    .map(({ name, text }) => ({
      name,
      lines: text.split("\n").length - 1,
      limit: SOFT_LIMITS[extname(name)] ?? Infinity,
    }))
    .filter(({ lines, limit }) => lines > limit)
    .map(({ name, lines }) => `${name} ${lines}`);
  return { passed: 1, note: long.length === 0 ? "" : `long: ${long.join(", ")}` };
}

export function moduleSize() {
  const bytes = readFileSync(wasm);
  const sizes = { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  const forms = Object.entries(WASM_LIMITS).map(([form, limit]) => ({ form, limit, size: sizes[form] }));
  const note = forms.map(({ form, limit, size }) => `${size} of at most ${limit} bytes ${form}`).join(", ");
  const fits = forms.every(({ limit, size }) => size < limit);
  return fits ? { passed: 1, note } : { failed: 1, output: `the wasm module has ${note}` };
}

/** Panic messages name source files, of crates and of the standard library: without the folders of this machine. */
export function pathsInModule() {
  const files = readFileSync(wasm, "latin1").match(/[\w\-./+]+\.rs\b/g) ?? [];
  const local = [root, homedir(), tmpdir(), "registry/src"];
  const found = files.filter((file) => local.some((path) => file.includes(`${path}/`)));
  return result([...new Set(found)].map((file) => `the wasm module contains \`${file}\``));
}

async function overFiles(find) {
  const files = await trackedFiles();
  return files === undefined ? { skipped: 1, note: "not a git work tree" } : result(find(files));
}

/** A check that passes if it found nothing. @param {string[]} findings */
function result(findings) {
  return findings.length === 0 ? { passed: 1 } : { failed: 1, output: findings.join("\n") };
}

/** Tracked text files with their text; undefined outside of a git work tree. */
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
    // Deleted in the work tree, but not in the index yet.
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}
