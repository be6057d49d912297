// Conversion of a policy in JSON to ACL text.

/** A string, or a bracket that opens or closes an object or a list. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;

const COLON = /\s*:/y;

/** A name that needs no quotes. */
const NAME = /^"([A-Za-z_][\w-]*)"$/;

/**
 * The ACL text of a valid JSON object, in steps: it yields after each string and bracket. What is
 * left stays at its line and column, so diagnostics have the places of the JSON; a key that occurs
 * twice is an error, as it is in ACL.
 */
export function* jsonAsAcl(text: string): Generator<undefined, string> {
  let acl = "";
  let end = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    acl += text.slice(end, index);
    end = index + token.length;
    if (token === "{" || token === "[") acl += depth++ === 0 ? " " : token;
    else if (token === "}" || token === "]") acl += --depth === 0 ? " " : token;
    else acl += (depth === 1 && setting(token, text, end)) || aclString(token);
    yield;
  }
  return acl + text.slice(end);
}

/** A setting's name without its quotes, if the string that ends at `end` is one. */
function setting(token: string, text: string, end: number): string | undefined {
  COLON.lastIndex = end;
  const name = COLON.test(text) ? NAME.exec(token)?.[1] : undefined;
  return name && ` ${name} `;
}

/** A string of JSON with the escapes that ACL has. Blanks behind it keep the columns. */
function aclString(token: string): string {
  const text = token.replace(/\\(.)/gs, (whole, kind: string) =>
    kind === "/" ? "/" : kind === "b" ? "\\u0008" : kind === "f" ? "\\u000c" : whole,
  );
  return text.padEnd(token.length);
}
