// Reads the fields of a host's JSON.

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field of the object itself: one that it inherits, such as `constructor`, is absent. */
export function field(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A text that is not empty. */
export function text(object: JsonObject, key: string): string | undefined {
  const value = field(object, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}
