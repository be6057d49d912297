// JSON objects inside a text, and the members of one.

/** A string of an object, with the key before it. Its value may be in a list, or deeper. */
export interface StringMember {
  readonly key: string;
  /** `null` for a key whose value is not a string. */
  readonly value: string | null;
}

/**
 * The outermost texts from a brace to its closing brace, at most `max` and one more; braces in
 * strings do not count. Runs in time linear in the text's length.
 */
export function objectsIn(text: string, max: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  let inString = false;
  for (let i = 0; i < text.length && found.length <= max; i++) {
    const unit = text[i];
    if (inString) {
      if (unit === "\\") i++;
      else if (unit === '"') inString = false;
    } else if (unit === '"' && depth > 0) inString = true;
    else if (unit === "{") {
      if (depth === 0) start = i;
      depth++;
    } else if (unit === "}" && depth > 0) {
      depth--;
      if (depth === 0) found.push(text.slice(start, i + 1));
    }
  }
  return found;
}

/**
 * All keys of a valid JSON object and of the objects in it, also those that a parser drops because
 * the key occurs again, each with its string. A list gives a member for each of its strings.
 */
export function stringMembers(json: string): StringMember[] {
  const members: StringMember[] = [];
  let key = "";
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at)) {
    const end = endOfString(json, at);
    const text: string = JSON.parse(json.slice(at, end));
    at = end;
    if (/[\t\n\r ]/.test(json[at] ?? "")) at = afterSpace(json, at);
    if (json[at] !== ":") members.push({ key, value: text });
    else {
      key = text;
      at = afterSpace(json, at + 1);
      if (json[at] !== '"') members.push({ key, value: null });
    }
  }
  return members;
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === "\\") at++;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

function afterSpace(json: string, start: number): number {
  let at = start;
  while (/[\t\n\r ]/.test(json[at] ?? "")) at++;
  return at;
}
