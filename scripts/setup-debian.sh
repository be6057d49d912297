#!/bin/sh
# Installs what the build and the tests need on a Debian system with Node.js and rustup, as root: a linker for cargo, a
# browser for the browser test, a NATS server for the tests of the fleet, promtool for those of the alarms, and the Rust
# toolchain that rust-toolchain.toml pins.
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

# One program of a package that would also start a server. Without it, only the tests of the alarms' timing are skipped.
if ! command -v promtool > /dev/null; then
  [ -n "$missing" ] || apt-get update -qq || true
  folder=$(mktemp -d)
  if (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root prometheus); then
    dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -x -C "$folder" ./usr/bin/promtool
    install "$folder/usr/bin/promtool" /usr/local/bin/promtool
  else
    echo "promtool was not downloaded: the tests of the alarms' timing are skipped" >&2
  fi
  rm -r "$folder"
fi

rustc --version > /dev/null 2>&1 || rustup toolchain install
rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
