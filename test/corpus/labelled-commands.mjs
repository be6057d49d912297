// Prints the tables of commands as labelled events, for `a3s-sentry eval /dev/stdin`.

import { readdirSync, readFileSync } from "node:fs";
import { parse } from "smol-toml";

const folder = new URL("commands/", import.meta.url);
for (const name of readdirSync(folder).sort()) {
  const { label, ...tables } = parse(readFileSync(new URL(name, folder), "utf8"));
  for (const [table, rows] of Object.entries(tables)) {
    for (const [, , command] of rows) {
      const argv = typeof command === "string" ? ["bash", "-c", command] : command;
      console.log(JSON.stringify({ label, category: table, event: { ToolExec: { pid: 1, argv } } }));
    }
  }
}
