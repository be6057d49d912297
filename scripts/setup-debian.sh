#!/bin/sh
# Installs what the build and the tests need on a Debian system with Node.js and rustup, as root: a linker for cargo, a
# browser for the browser test, a NATS server for the tests of the fleet, and the Rust toolchain that rust-toolchain.toml pins.
set -eu
cd "$(dirname "$0")/.."

missing=""
command -v cc > /dev/null || missing="gcc libc6-dev"
command -v chromium > /dev/null || missing="$missing chromium"
command -v nats-server > /dev/null || missing="$missing nats-server"
if [ -n "$missing" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of packages
  apt-get install -y -qq --no-install-recommends $missing
fi

rustc --version > /dev/null 2>&1 || rustup toolchain install
rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
