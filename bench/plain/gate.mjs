// The gate that is compared with: the rules and the patterns of secrets as regular expressions in a
// loop, then a sort and a join.

import { readFileSync } from "node:fs";
import { toJavaScript } from "./pattern.mjs";

const source = readFileSync(new URL("../../core-rs/crates/core/src/redact/builtin.rs", import.meta.url), "utf8");

/** The built-in kinds of secrets, each with its pattern. */
export function secretPatterns() {
  const found = source.matchAll(/^const ([A-Z_]+): &str =\s*r(#?)"(.*?)"\2;/gms);
  const patterns = Array.from(found, ([, name = "", , text = ""]) => {
    const { source, flags } = toJavaScript(text);
    return { kind: name.toLowerCase(), pattern: new RegExp(source, `${flags}g`) };
  });
  if (patterns.length !== 12) throw new Error(`found ${patterns.length} patterns of secrets in builtin.rs`);
  return patterns;
}

/** What patterns of secrets are asked of: escapes as what they stand for. @param {string} content */
function withoutEscapes(content) {
  return content.replace(/\\+[nrt"'/]/g, (written) => {
    const last = written.at(-1) ?? "";
    const blank = last === "/" ? "/" : " ";
    return blank.repeat(written.length - 1) + (/[nrt]/.test(last) ? "\n" : last);
  });
}

/**
 * @param {readonly import("./judge.mjs").Compiled[]} rules @param {ReturnType<typeof secretPatterns>} secrets
 * @returns {(content: string) => { rule: string | undefined, masked: string }}
 */
export function plainGate(rules, secrets) {
  const judging = rules.filter(({ rule }) => rule.on.includes("SslContent"));
  return (content) => {
    const decided = judging.find(({ pattern }) => pattern.test(content));
    const text = withoutEscapes(content);
    const finds = [];
    for (const { kind, pattern } of secrets) {
      for (const { index, 0: found } of text.matchAll(pattern))
        finds.push({ start: index, end: index + found.length, kind });
    }
    finds.sort((a, b) => a.start - b.start);
    let masked = "";
    let at = 0;
    for (const [number, { start, end, kind }] of finds.entries()) {
      if (start < at) continue;
      masked += `${content.slice(at, start)}{{A3S_REDACTED:${kind}:${number}}}`;
      at = end;
    }
    return { rule: decided?.rule.name, masked: masked + content.slice(at) };
  };
}
