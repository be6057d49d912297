// Reads the arguments of tools, however their names are spelled, and in whatever object they are.

/** The most objects and lists in the arguments of a call. */
const MAX_OBJECTS = 10_000;

/** The arguments of one object, by their names in lower case and without separators. */
export type Arguments = ReadonlyMap<string, readonly unknown[]>;

/** The arguments as an object. Hosts write some as the text of their JSON. */
export function objectOf(args: unknown): Readonly<Record<string, unknown>> {
  if (typeof args === "object" && args !== null) return Array.isArray(args) ? { input: args } : { ...args };
  if (typeof args !== "string") return {};
  try {
    const value: unknown = JSON.parse(args);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // No JSON: the text is the only argument.
  }
  return { input: args };
}

/**
 * The arguments of the object itself first, then those of each object in it: tools that change
 * several files list them so. Throws a `RangeError` for more than 10,000 objects and lists.
 */
export function argumentsIn(args: unknown): Arguments[] {
  const found: Arguments[] = [];
  const values: object[] = [objectOf(args)];
  // Grows while it is read, without recursion.
  for (const value of values) {
    if (values.length > MAX_OBJECTS) throw new RangeError(`the arguments have more than ${MAX_OBJECTS} objects`);
    if (!Array.isArray(value)) found.push(byName(value));
    for (const item of Object.values(value)) if (typeof item === "object" && item !== null) values.push(item);
  }
  return found;
}

/** Nearly all names, which need no other spelling. */
const PLAIN_NAME = /^[a-z0-9]+$/;

function byName(value: object): Arguments {
  const named = new Map<string, unknown[]>();
  for (const [key, item] of Object.entries(value)) {
    const name = PLAIN_NAME.test(key) ? key : key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
    const before = named.get(name);
    if (before === undefined) named.set(name, [item]);
    else before.push(item);
  }
  return named;
}

const NONE: readonly unknown[] = [];

export function valuesAt(args: Arguments, keys: readonly string[]): unknown[] {
  // One call asks for dozens of keys, nearly all of which it has not.
  const found: unknown[] = [];
  for (const key of keys) for (const value of args.get(key) ?? NONE) found.push(value);
  return found;
}

/** The texts at the keys: a text, or each of a list of texts. */
export function textsAt(args: Arguments, keys: readonly string[]): string[] {
  const values = valuesAt(args, keys);
  if (values.length === 0) return [];
  return values.flatMap((value): unknown[] => (Array.isArray(value) ? value : [value])).filter(isText);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
