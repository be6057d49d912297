// The conditions of a measurement: machine and versions.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** One line. */
export function conditions() {
  const { version } = JSON.parse(readFileSync(new URL("../../packages/node/package.json", import.meta.url), "utf8"));
  const processors = cpus();
  const machine = `${processors.length} × ${processors[0]?.model.trim() || "processor of unknown model"}`;
  const { node, v8 } = process.versions;
  const rust = spawnSync("rustc", ["--version"], { encoding: "utf8" }).stdout?.split(" (")[0] ?? "";
  const parts = [
    `a3s-sentry ${version}`,
    `Node.js ${node} (V8 ${v8})`,
    rust,
    `${process.platform} ${process.arch}`,
    machine,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Versions of what a3s-sentry is compared with. */
export function versions() {
  const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const manifest = readFileSync(new URL("../baseline/Cargo.toml", import.meta.url), "utf8");
  const regex = /^regex = "=(.*)"$/m.exec(manifest)?.[1];
  const cedar = dependencies["@cedar-policy/cedar-wasm"];
  const opa = dependencies["@open-policy-agent/opa-wasm"];
  return `regex ${regex}, @cedar-policy/cedar-wasm ${cedar}, @open-policy-agent/opa-wasm ${opa}`;
}
