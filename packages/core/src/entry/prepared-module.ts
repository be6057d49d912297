// The file of the module that begins with the built-in rules compiled, which takes no time to start.

import preparedUrl from "../../wasm/sentry_core_prepared.js";

interface Host {
  readonly process?: { getBuiltinModule?(name: "node:fs"): { readFileSync(url: URL): Uint8Array } | undefined };
  readonly Deno?: { readonly permissions: { querySync(wanted: object): { readonly state: string } } };
}

/** The bytes of the module; `undefined` where its file is missing or may not be read. */
export function preparedModule(): Uint8Array | undefined {
  const { process, Deno } = globalThis as Host;
  try {
    const url = preparedUrl();
    // Deno would ask the user for a permission that it has not been given.
    const read = { name: "read", path: url };
    if (Deno !== undefined && Deno.permissions.querySync(read).state !== "granted") return undefined;
    return process?.getBuiltinModule?.("node:fs")?.readFileSync(url);
  } catch {
    return undefined;
  }
}
