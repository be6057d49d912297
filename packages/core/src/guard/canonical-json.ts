// JSON with sorted keys: equal values have equal texts.

/** The most levels of a value. */
const MAX_DEPTH = 128;

/**
 * The compact JSON of a value, with the keys of objects sorted by their code units. Members that
 * have no JSON are left out, as by `JSON.stringify`. Throws a `TypeError` for a value without a
 * JSON text (a cycle, a bigint), and a `RangeError` for more than 128 levels.
 *
 * @example
 * canonicalJson({ b: [1, undefined], a: "x" }); // '{"a":"x","b":[1,null]}'
 */
export function canonicalJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json === undefined ? "null" : sorted(JSON.parse(json), 0);
}

function sorted(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`the arguments have more than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return `[${value.map((item) => sorted(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item, depth + 1)}`).join(",")}}`;
}
