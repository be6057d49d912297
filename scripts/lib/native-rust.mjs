// The Rust toolchain for checks and tools: cargo from PATH, or Debian's where that is too old for the crate.
import { debianRust } from "./debian-rust.mjs";
import { run } from "./processes.mjs";
import { Stop, say } from "./say.mjs";
import { oldestRust } from "./versions.mjs";

let found;

/**
 * @returns {Promise<{ env: Record<string, string> }>} the environment in which `cargo` and `rustc` are the right ones
 */
export function nativeRust() {
  found ??= find();
  return found;
}

async function find() {
  const wanted = oldestRust.join(".");
  const [cargo, rustc] = await Promise.all([run("cargo", ["--version"]), run("rustc", ["--version"])]);
  if (cargo.code === 0 && rustc.code === 0) {
    const version = /^rustc (\d+)\.(\d+)/.exec(rustc.stdout);
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])];
    if (major > oldestRust[0] || (major === oldestRust[0] && minor >= oldestRust[1])) return { env: {} };
    say(`${rustc.stdout.trim()} is too old for the crate (it needs ${wanted}): using Debian's packages instead`);
    return { env: (await debianRust()).env };
  }
  const why = cargo.missing ? "there is no `cargo`" : `\`cargo --version\` or \`rustc --version\` fails`;
  throw new Stop(
    `${why}; the rule engine is written in Rust`,
    `install Rust ${wanted} or newer (with rustup, or on Debian 12 as root: \`apt-get install cargo-web rustc-web\`), then run this again`,
    cargo.missing ? "" : `${cargo.output}${rustc.output}`,
  );
}
