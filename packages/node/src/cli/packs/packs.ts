// `packs [NAME]`: lists the packs of built-in rules with their figures, or the rules of one with their
// cases.

import { readFileSync } from "node:fs";
import { type Rule, Sentry } from "@a3s-sentry/core";
import { readTests } from "@a3s-sentry/core/tools";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import { ownFile } from "../../util/own-file.js";
import { effectTexts } from "../explain-text.js";
import { CliError, colorsFor, type ExitCode, type Io } from "../io.js";
import { writeOut } from "../write.js";
import { PACK_FIGURES } from "./figures.js";
import { PACK_NAMES, type PackName, type PacksOptions } from "./options.js";
import { type Case, type Pack, type PackRule, packPage, packTable } from "./pack-text.js";

export async function packs(name: PackName | undefined, { json }: PacksOptions, io: Io): Promise<ExitCode> {
  const [all, on] = [await rulesWith({ on: "*" }), await rulesWith({})];
  const defaults = new Set(on.map(({ pack }) => pack));
  const found = PACK_NAMES.map((pack): Pack => {
    const rules = all.filter((rule) => rule.pack === pack);
    return { name: pack, isOn: defaults.has(pack), rules: rules.map(ruleOf), figures: PACK_FIGURES.packs[pack] };
  });
  const one = found.find((pack) => pack.name === name);
  const colors = colorsFor(io.stdout, io.env);
  let text: string;
  if (one === undefined) {
    const { attacks, benign } = PACK_FIGURES;
    text = json ? asJson({ attacks, benign, packs: found }) : packTable(found, PACK_FIGURES, colors);
  } else {
    const cases = await casesOf(one.name);
    text = json ? asJson({ ...one, cases }) : packPage(one, cases, PACK_FIGURES, colors);
  }
  await writeOut(io.stdout, text);
  return 0;
}

/** The built-in rules of a policy that says this about packs. */
async function rulesWith(packs: { readonly on?: "*" }): Promise<readonly Rule[]> {
  const sentry = await Sentry.create({ packs }, { sae: null });
  const { rules } = sentry.policy;
  sentry.close();
  return rules;
}

function ruleOf({ name, on, verdict, severity, reason }: Rule): PackRule {
  return { name, on, verdict, severity, reason: reason.replace(`${name}: `, "") };
}

/** The cases that a release is tested with. */
async function casesOf(pack: PackName): Promise<readonly Case[]> {
  const file = ownFile(`../packs/${pack}.test.acl`);
  if (file === undefined) throw new CliError("the cases of the packs are not beside this program: see its package");
  const { tests } = await readTests(readFileSync(file, "utf8"), { holds: "tests" });
  const sentry = await Sentry.create({ packs: { on: pack } }, { sae: null });
  const cases = tests.map(({ event, expect, rule }): Case => {
    const shown = sentry.explain(event);
    const effects = effectTexts((shown?.commands?.commands ?? []).flatMap((command) => command.effects));
    return { kind: shown?.kind ?? "", subject: shown?.subject ?? event, expect, rule: rule ?? null, effects };
  });
  sentry.close();
  return cases;
}

function asJson(value: object): string {
  return `${escapeTerminalJson(JSON.stringify(value, null, 2))}\n`;
}
