// `hook status`: where the hook is installed, and which policies decide there.

import { HOST_NAMES } from "../../../guard/hosts/host-names.js";
import { HOSTS } from "../../../guard/hosts/hosts.js";
import { LayeredPolicy } from "../../../guard/layered-policy.js";
import { findLayers } from "../../../guard/policy-layers.js";
import { escapeTerminal } from "../../../util/escape-terminal.js";
import { formatCount } from "../../../util/format.js";
import { type Colors, colorsFor, type ExitCode, type Io } from "../../io.js";
import { writeOut } from "../../write.js";
import { type Installed, installedIn } from "./installed.js";

export async function status(io: Io): Promise<ExitCode> {
  const colors = colorsFor(io.stdout, io.env);
  const hosts = HOST_NAMES.map((name) => ({ name, installed: installedIn(name, io.env) }));
  const lines = hosts.map(({ name, installed }) => hostLine(HOSTS[name].title, installed, colors));
  const policies = new Set(
    hosts.map(({ installed }) => (installed.state === "absent" ? undefined : (installed.options.policy ?? null))),
  );
  policies.delete(undefined);
  if (policies.size === 0) policies.add(null);
  for (const policy of policies) lines.push("", ...(await layerLines(policy ?? undefined, colors)));
  await writeOut(io.stdout, `${lines.join("\n")}\n`);
  return 0;
}

function hostLine(title: string, installed: Installed, colors: Colors): string {
  const file = escapeTerminal(installed.file);
  switch (installed.state) {
    case "absent":
      return `${title.padEnd(16)} not installed`;
    case "installed":
      return `${title.padEnd(16)} ${colors.green("installed")} in ${file}`;
    case "changed":
      return `${title.padEnd(16)} ${colors.red("changed")} in ${file}: run \`a3s-sentry hook install\` again`;
  }
}

/** The policies that decide, with the rules of each, in the order of the layers. */
async function layerLines(policy: string | undefined, colors: Colors): Promise<string[]> {
  const opened = await LayeredPolicy.open(findLayers(policy === undefined ? {} : { user: policy }));
  try {
    const lines = opened.layers.flatMap(({ layer, sentry }) => {
      const rules = sentry.policy.rules.filter(({ origin }) => origin === "site");
      const title = colors.bold(`${layer.origin}: ${escapeTerminal(layer.path)}`);
      const { dryRun } = sentry.policy;
      return [
        `${title}, ${formatCount(rules.length, "rule")}${dryRun ? ", dry run: nothing is denied" : ""}`,
        ...rules.map(({ name, verdict, on }) => `  ${verdict.padEnd(9)} ${escapeTerminal(name)} (${on.join(", ")})`),
      ];
    });
    const builtIn = opened.layers[0]?.sentry.policy.rules.filter(({ origin }) => origin === "builtin").length ?? 0;
    return [...lines, colors.bold(`built in: ${formatCount(builtIn, "rule")}`)];
  } finally {
    opened.close();
  }
}
