// Downloads Debian packages with apt-get into a folder, with lists and locks of their own, so that no root is needed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { must, run } from "./processes.mjs";
import { Stop } from "./say.mjs";

const rust = ["rustc-web", "libstd-rust-web-dev", "cargo-web", "rust-web-src", "rustfmt-web", "rust-web-clippy"];
const todo =
  "check that this machine reaches its Debian mirror (`apt-get update` as root shows it), then run this again";

/**
 * Fetches a Rust toolchain, the sources of its standard library, and the linker of the LLVM that it is built with.
 * @param {string} folder where the `.deb` files come to lie
 */
export async function fetchPackages(folder) {
  const lists = join(folder, "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(folder, "partial"), { recursive: true });
  const options = {
    "Dir::State::lists": lists,
    "Dir::Cache": folder,
    "Dir::Cache::archives": folder,
    "Debug::NoLocking": "1",
    // Root would hand the download to a user who may not write here.
    ...(process.getuid?.() === 0 ? { "APT::Sandbox::User": "root" } : {}),
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  // One unreachable source of many makes this fail though Debian's own was read; what is missing shows below.
  await run("apt-get", [...flags, "update"], { env });

  const tree = await run("apt-cache", [...flags, "depends", "--recurse", "--important", "rustc-web"], { env });
  const llvm = /\blibllvm(\d+)\b/.exec(tree.stdout)?.[1];
  const runtime = /\blibstd-rust-web-\d+\.\d+\b/.exec(tree.stdout)?.[0];
  if (llvm === undefined || runtime === undefined) {
    throw new Stop("Debian's package rustc-web could not be found", todo, tree.output);
  }
  // `--reinstall` fetches these also where the system has them installed.
  const names = [...rust, runtime, `libllvm${llvm}`, `lld-${llvm}`];
  const install = ["install", "-y", "--download-only", "--reinstall", "--no-install-recommends"];
  await must("fetching Debian's Rust packages", todo, "apt-get", [...flags, ...install, ...names], { env });
}
