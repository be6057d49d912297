// The Rust toolchain for checks and tools: cargo from PATH, or Debian's where there is none or it is too old.
import { debianRust } from "./debian-rust.mjs";
import { run } from "./processes.mjs";
import { say } from "./say.mjs";
import { oldestRust } from "./versions.mjs";

let found;

/** @returns {Promise<Record<string, string>>} the environment in which `cargo` and `rustc` are the right ones */
export function nativeRust() {
  found ??= find();
  return found;
}

async function find() {
  const [cargo, rustc] = await Promise.all([run("cargo", ["--version"]), run("rustc", ["--version"])]);
  if (cargo.code === 0 && rustc.code === 0 && isNewEnough(rustc.stdout)) return {};
  const has = cargo.code === 0 && rustc.code === 0 ? rustc.stdout.trim() : "no `cargo` and `rustc` that work";
  say(
    `this machine has ${has}, and the rule engine needs Rust ${oldestRust.join(".")}: using Debian's packages instead`,
  );
  return debianRust();
}

function isNewEnough(version) {
  const [, major, minor] = /^rustc (\d+)\.(\d+)/.exec(version) ?? [];
  const [oldestMajor, oldestMinor] = oldestRust;
  return Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
}
