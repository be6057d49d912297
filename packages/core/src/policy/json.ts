// Conversion of a policy in JSON to ACL text.

/** A string, or a bracket that opens or closes an object or a list. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;

/** A name that needs no quotes. */
const NAME = /^"([A-Za-z_][\w-]*)"$/;

/**
 * The ACL text of a valid JSON object. What is left stays at its line and column, so diagnostics
 * have the places of the JSON; a key that occurs twice is an error, as it is in ACL.
 */
export function jsonAsAcl(text: string): string {
  let depth = 0;
  return text.replace(TOKEN, (token: string, at: number) => {
    if (token === "{" || token === "[") return depth++ === 0 ? " " : token;
    if (token === "}" || token === "]") return --depth === 0 ? " " : token;
    const isSetting = depth === 1 && /^\s*:/.test(text.slice(at + token.length));
    const name = isSetting ? NAME.exec(token)?.[1] : undefined;
    return name === undefined ? aclString(token) : ` ${name} `;
  });
}

/** A string of JSON with the escapes that ACL has. Blanks behind it keep the columns. */
function aclString(token: string): string {
  const text = token.replace(/\\(.)/gs, (whole, kind: string) =>
    kind === "/" ? "/" : kind === "b" ? "\\u0008" : kind === "f" ? "\\u000c" : whole,
  );
  return text.padEnd(token.length);
}
