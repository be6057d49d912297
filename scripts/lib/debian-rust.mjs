// A Rust toolchain with the wasm32 target from Debian's packages, unpacked into the cache: no root, no system folder.
//
// Debian's rustc-web has no standard library for wasm32-unknown-unknown, but rust-web-src holds its sources with all
// they depend on, so it is built here once. Wrappers in `bin/` run the unpacked programs with the libraries beside them.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cached } from "./cache.mjs";
import { fetchPackages } from "./debian-packages.mjs";
import { hiddenPlaces } from "./hidden-places.mjs";
import { cache } from "./places.mjs";
import { must, run } from "./processes.mjs";
import { Stop, step } from "./say.mjs";
import { oldestRust } from "./versions.mjs";

const target = "wasm32-unknown-unknown";
const name = "debian-rust-1";

/** @returns {Promise<Record<string, string>>} the environment that puts this toolchain first */
export async function debianRust() {
  if (!existsSync(join(cache, name))) await needDebian();
  const folder = await cached(name, build);
  return environment(folder);
}

function environment(folder) {
  const bin = join(folder, "bin");
  return {
    PATH: `${bin}:${process.env.PATH ?? ""}`,
    RUSTC: join(bin, "rustc"),
    RUSTDOC: join(bin, "rustdoc"),
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: join(bin, "wasm-ld"),
  };
}

async function needDebian() {
  const tools = await Promise.all([run("apt-get", ["--version"]), run("dpkg-deb", ["--version"])]);
  if (tools.every((tool) => tool.code === 0)) return;
  throw new Stop(
    `this machine lacks Rust ${oldestRust.join(".")} or newer with the target ${target}, and has no apt-get to fetch it with`,
    `install Rust with rustup, type \`rustup target add ${target}\`, then run this again`,
  );
}

async function build(folder) {
  const packages = join(folder, "packages");
  const unpacked = join(folder, "root");
  await step("fetching Debian's Rust packages (about 150 MB, no root needed)", () => fetchPackages(packages));
  await step("unpacking them", async () => {
    for (const file of readdirSync(packages).filter((file) => file.endsWith(".deb"))) {
      await must("unpacking", "check the free disk space, then run this again", "dpkg-deb", [
        "-x",
        join(packages, file),
        unpacked,
      ]);
    }
    rmSync(packages, { recursive: true });
    writeWrappers(folder, unpacked);
  });
  await step(`building Rust's standard library for ${target} (about a minute)`, () => buildStandardLibrary(folder));
  for (const spent of ["src", "share"]) rmSync(join(unpacked, "usr", spent), { recursive: true, force: true });
}

function writeWrappers(folder, unpacked) {
  const lib = join(unpacked, "usr", "lib");
  const folders = readdirSync(lib).filter((entry) => /-linux-gnu$/.test(entry));
  const llvm = readdirSync(lib).filter((entry) => /^llvm-\d+$/.test(entry));
  const libraries = [...folders, ...llvm.map((entry) => `${entry}/lib`)].map((entry) => `$root/usr/lib/${entry}`);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const program of readdirSync(join(unpacked, "usr", "bin"))) {
    // `wasm-ld-22` is called `wasm-ld`; the other linkers of that package are not for wasm.
    const as = program.replace(/-\d+$/, "");
    if (as !== program && as !== "wasm-ld") continue;
    writeFileSync(join(bin, as), wrapper(program, libraries));
    chmodSync(join(bin, as), 0o755);
  }
}

function wrapper(program, libraries) {
  return `#!/bin/sh
# Runs the unpacked ${program} with the libraries unpacked beside it.
root=$(dirname "$(readlink -f "$0")")/../root
export LD_LIBRARY_PATH="${libraries.join(":")}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$root/usr/bin/${program}" "$@"
`;
}

/** Builds `std` through an empty crate and puts the libraries where rustc looks for them. */
async function buildStandardLibrary(folder) {
  const crate = join(folder, "std");
  mkdirSync(join(crate, "src"), { recursive: true });
  writeFileSync(join(crate, "Cargo.toml"), '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n');
  writeFileSync(join(crate, "src", "lib.rs"), "#![no_std]\n");
  const buildStd = ["--target", target, "-Z", "build-std=std,panic_abort"];
  const env = { ...environment(folder), RUSTC_BOOTSTRAP: "1", CARGO_TARGET_DIR: join(crate, "target") };
  const todo = "make sure that the machine has gcc, 2 GB of free disk space and the network, then run this again";
  await must("fetching what the standard library uses", todo, "cargo", ["fetch", ...buildStd], { cwd: crate, env });
  await must("building the standard library", todo, "cargo", ["build", "--release", ...buildStd], {
    cwd: crate,
    env: {
      ...env,
      CARGO_ENCODED_RUSTFLAGS: hiddenPlaces(join(folder, "root", "usr", "lib", "rustlib", "src", "rust"), "/rustc"),
    },
  });
  const made = join(crate, "target", target, "release", "deps");
  const place = join(folder, "root", "usr", "lib", "rustlib", target, "lib");
  mkdirSync(place, { recursive: true });
  for (const file of readdirSync(made).filter((file) => file.endsWith(".rlib") && !file.startsWith("libempty"))) {
    copyFileSync(join(made, file), join(place, file));
  }
  rmSync(crate, { recursive: true });
}
