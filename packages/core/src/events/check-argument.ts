// Checks of an event builder's arguments. Each returns the argument as JSON text, or throws a
// `TypeError` that names it.

const U32_MAX = 0xffff_ffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

export function u32(name: string, value: unknown): string {
  return integer(name, value, U32_MAX, "an unsigned 32-bit integer");
}

export function port(value: unknown): string {
  return integer("port", value, 65_535, "an integer from 0 to 65535");
}

export function u64(name: string, value: unknown): string {
  const wanted = "an unsigned 64-bit integer (a bigint above Number.MAX_SAFE_INTEGER)";
  if (typeof value === "bigint") {
    if (value < 0n || value > U64_MAX) throw wrong(name, wanted, value);
    return value.toString();
  }
  return integer(name, value, Number.MAX_SAFE_INTEGER, wanted);
}

export function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(name, "a string", value);
  return JSON.stringify(value);
}

/** Any value that has a JSON text. */
export function json(name: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`\`${name}\` cannot be written as JSON: it contains a bigint, a cycle, or too many levels`, {
      cause,
    });
  }
  if (text === undefined) throw wrong(name, "a value that has a JSON text", value);
  return text;
}

/** A text that is not empty: without it, there is nothing to judge. */
export function nonEmpty(name: string, value: unknown): string {
  const json = text(name, value);
  if (value === "") throw new TypeError(`\`${name}\` must not be empty`);
  return json;
}

/** An IP address or a host name: not a URL, and without a port. */
export function peer(value: unknown): string {
  const json = nonEmpty("peer", value);
  const host = String(value);
  if (host.includes("://")) throw new TypeError("`peer` must be an IP address or a host name, not a URL");
  if (/^(?:[^:]+|\[.*\]):\d+$/.test(host)) {
    throw new TypeError("`peer` must be an IP address or a host name without a port: pass the port as `port`");
  }
  return json;
}

/** A name to look up: not a URL. */
export function hostName(name: string, value: unknown): string {
  const json = nonEmpty(name, value);
  if (String(value).includes("://")) throw new TypeError(`\`${name}\` must be a host name, not a URL`);
  return json;
}

/** A path; that of a `file://` URL is taken from the URL. */
export function path(value: unknown): string {
  const json = nonEmpty("path", value);
  const given = String(value);
  if (!/^file:\/\//i.test(given)) return json;
  const [, encoded] = /^file:\/\/(?:localhost)?(\/[^?#]*)$/i.exec(given) ?? [];
  try {
    if (encoded !== undefined) return JSON.stringify(decodeURIComponent(encoded));
  } catch {
    // An invalid escape: reported below, like the URL of another machine.
  }
  throw new TypeError("`path` must be a path, or the `file://` URL of a local file");
}

export function flag(name: string, value: unknown): string {
  if (typeof value !== "boolean") throw wrong(name, "a boolean", value);
  return String(value);
}

/** An array of one text or more. */
export function texts(name: string, value: unknown): string {
  if (!Array.isArray(value)) throw wrong(name, "an array of strings", value);
  if (value.length === 0) throw new TypeError(`\`${name}\` must not be empty`);
  return `[${Array.from(value, (item, i) => text(`${name}[${i}]`, item)).join(",")}]`;
}

/** Pairs of a feature's id and its activation, which must be a finite 32-bit float. */
export function features(value: unknown): string {
  if (!Array.isArray(value)) throw wrong("features", "an array of [id, activation] pairs", value);
  return `[${Array.from(value, feature).join(",")}]`;
}

function feature(pair: unknown, i: number): string {
  const name = `features[${i}]`;
  if (!Array.isArray(pair) || pair.length !== 2) throw wrong(name, "an [id, activation] pair", pair);
  const [id, activation]: unknown[] = pair;
  if (typeof activation !== "number" || !Number.isFinite(Math.fround(activation))) {
    throw wrong(`${name}[1]`, "a finite 32-bit float", activation);
  }
  return `[${u32(`${name}[0]`, id)},${activation}]`;
}

function integer(name: string, value: unknown, max: number, wanted: string): string {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max)
    throw wrong(name, wanted, value);
  return value.toFixed(0);
}

export function wrong(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`\`${name}\` must be ${wanted}, not ${shown(value)}`);
}

/** The value of a number, otherwise the type alone: the value may hold a secret. */
function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return value === undefined ? "undefined" : `a value of type ${typeof value}`;
}
