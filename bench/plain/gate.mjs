// The gate that is compared with: the rules and the patterns of secrets as regular expressions in a
// loop, then a sort and a join.

/** What patterns of secrets are asked of: escapes as what they stand for. @param {string} content */
function withoutEscapes(content) {
  return content.replace(/\\+[nrt"'/]/g, (written) => {
    const last = written.at(-1) ?? "";
    const blank = last === "/" ? "/" : " ";
    return blank.repeat(written.length - 1) + (/[nrt]/.test(last) ? "\n" : last);
  });
}

/**
 * @param {readonly import("./judge.mjs").Compiled[]} rules
 * @param {readonly { kind: string, pattern: RegExp }[]} secrets
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
