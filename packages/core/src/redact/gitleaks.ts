// Conversion of a gitleaks configuration to secret patterns in ACL.

import type { Engine } from "../engine/engine.js";
import { writeText } from "../policy/acl-text.js";
import type { PolicyFiles } from "../policy/files.js";
import { parseToml } from "../policy/toml.js";
import { pause } from "../util/slices.js";
import { fromGo } from "./go-regex.js";

/** The patterns as ACL text, and the parts of the configuration that cannot be used. */
interface Gitleaks {
  readonly acl: string;
  readonly problems: readonly string[];
}

type Table = ReadonlyMap<string, unknown>;

const TOP_LEVEL = ["title", "description", "minversion", "extend", "rules", "allowlist", "allowlists"];
const RULE = ["id", "description", "regex", "path", "secretgroup", "entropy", "keywords", "tags", "allowlist"];
const RULE_TOO = ["allowlists", "required", "skipreport"];
const ALLOWLIST = [
  "description",
  "condition",
  "commits",
  "paths",
  "regextarget",
  "regexes",
  "stopwords",
  "targetrules",
];

/** The types of keys. A value of another type is ignored. */
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  secretgroup: (value) => typeof value === "number",
  entropy: Number.isFinite,
  keywords: isTexts,
  regextarget: (value) => typeof value === "string",
  regexes: isTexts,
  stopwords: isTexts,
};

/**
 * Reads the parts of a gitleaks 8 configuration that apply to texts. `problems` lists the others:
 * paths, commits, and other configurations, which are not read. Rejects with a `PolicyError`, which
 * calls the file `name`, if it is not TOML.
 */
async function readGitleaks(name: string, toml: string): Promise<Gitleaks> {
  const config = tableOf(await parseToml(name, toml));
  const reader = new Reader();
  reader.checkKeys(config, TOP_LEVEL, "it");
  if (config.has("extend")) {
    reader.problem("`extend` is not followed: only the rules of the file itself are used");
  }
  const shared = [...tables(config, "allowlist"), ...tables(config, "allowlists")];
  const everywhere = shared.filter((allowlist) => texts(allowlist, "targetrules").length === 0);
  let acl = `allow = [${everywhere.map((allowlist) => reader.allowlist(allowlist, "the whole")).join("")}]\n`;
  for (const rule of tables(config, "rules")) {
    const id = text(rule, "id");
    const aimed = shared.filter((allowlist) => texts(allowlist, "targetrules").includes(id));
    acl += reader.rule(rule, id, aimed);
  }
  if (reader.hasPaths) {
    reader.problem("`paths` and `commits` of allowlists are ignored: a text has neither");
  }
  return { acl, problems: reader.problems };
}

/** A problem on one line, whatever the id. */
function about(id: string, problem: string): string {
  return id === "" ? problem : `rule \`${id.replace(/[\r\n]+/g, " ")}\`: ${problem}`;
}

/**
 * Imports the configuration at `path` into the engine. Returns one sentence for each part that
 * cannot be used.
 */
export async function importGitleaks(engine: Engine, path: string, files: PolicyFiles): Promise<string[]> {
  const { acl, problems } = await readGitleaks(path, files.read("redact.gitleaks", path));
  await pause();
  const unusable = engine.importSecrets(acl).map(({ id, problem }) => about(id, problem));
  return [...problems, ...unusable].map((problem) => `gitleaks configuration ${JSON.stringify(path)}: ${problem}`);
}

class Reader {
  readonly problems: string[] = [];
  /** Whether an allowlist has paths or commits. */
  hasPaths = false;

  problem(problem: string, id = ""): void {
    this.problems.push(about(id, problem));
  }

  /** Reports keys that are unknown or of a wrong type. */
  checkKeys(table: Table, keys: readonly string[], what: string, id = ""): void {
    for (const [key, value] of table) {
      if (!keys.includes(key)) this.problem(`${what} has a key \`${key}\`, which is unknown and ignored`, id);
      else if (TYPES[key]?.(value) === false)
        this.problem(`${what} has a \`${key}\` of the wrong type, which is ignored`, id);
    }
  }

  rule(rule: Table, id: string, aimed: readonly Table[]): string {
    this.checkKeys(rule, [...RULE, ...RULE_TOO], "the rule", id);
    const regex = text(rule, "regex");
    const why = whyNot(rule, regex);
    if (why !== undefined) {
      this.problem(`not used, ${why}`, id === "" ? "(without an id)" : id);
      return "";
    }
    const allow = [...tables(rule, "allowlist"), ...tables(rule, "allowlists"), ...aimed];
    const settings = [`match = ${writeText(fromGo(regex))}`];
    const group = rule.get("secretgroup");
    if (typeof group === "number" && group !== 0) settings.push(`value_group = ${group}`);
    const entropy = rule.get("entropy");
    if (Number.isFinite(entropy)) settings.push(`entropy = ${entropy}`);
    settings.push(`keywords = ${list(texts(rule, "keywords"))}`);
    settings.push(`allow = [${allow.map((allowlist) => this.allowlist(allowlist, "an", id)).join("")}]`);
    return `rule ${writeText(id)} {\n${settings.join("\n")}\n}\n`;
  }

  /** An object in ACL; empty if the allowlist allows nothing. */
  allowlist(allowlist: Table, what: string, id = ""): string {
    this.checkKeys(allowlist, ALLOWLIST, `${what} allowlist`, id);
    const isAll = ["and", "&&"].includes(text(allowlist, "condition").toLowerCase());
    const hasPaths = texts(allowlist, "paths").length + texts(allowlist, "commits").length > 0;
    this.hasPaths ||= hasPaths;
    const patterns = texts(allowlist, "regexes").map(fromGo);
    const words = texts(allowlist, "stopwords");
    // A text has no path, so an allowlist that requires one allows nothing.
    if ((isAll && hasPaths) || patterns.length + words.length === 0) return "";
    const target = text(allowlist, "regextarget");
    return `{ target = ${writeText(target)}, all = ${isAll}, patterns = ${list(patterns)}, words = ${list(words)} }\n`;
  }
}

/** Why a rule cannot be used for texts; `undefined` if it can. */
function whyNot(rule: Table, regex: string): string | undefined {
  // The rule engine reports a rule on two lines: its id, and its problem.
  if (/[\r\n]/.test(text(rule, "id"))) return "since its id has a line break";
  if (rule.has("path")) return "since it is for certain paths, and a text has none";
  if (regex === "") return "since it has no `regex`";
  if (tables(rule, "required").length > 0) return "since it requires finds of other rules nearby";
  if (rule.get("skipreport") === true) return "since its finds are only for other rules";
  return undefined;
}

/** A table with its keys in lower case, as gitleaks reads them. */
function tableOf(value: unknown): Table {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return new Map(entries.map(([key, member]) => [key.toLowerCase(), member]));
}

/** The tables of an array, or a single table. */
function tables(table: Table, key: string): Table[] {
  const value = table.get(key);
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(tableOf);
}

function text(table: Table, key: string): string {
  const value = table.get(key);
  return typeof value === "string" ? value : "";
}

function texts(table: Table, key: string): string[] {
  const value = table.get(key);
  return Array.isArray(value) ? value.filter((member): member is string => typeof member === "string") : [];
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((member) => typeof member === "string");
}

function list(members: readonly string[]): string {
  return `[${members.map(writeText).join(", ")}]`;
}
