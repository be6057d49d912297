// The file of the module that begins with the built-in rules compiled, which takes no time to start.

import preparedUrl from "../../wasm/sentry_core_prepared.js";

interface Host {
  readonly process?: { getBuiltinModule?(name: "node:fs"): Reader | undefined };
  readonly Deno?: Reader & { readonly permissions: { querySync(wanted: object): { readonly state: string } } };
}

interface Reader {
  readFileSync(url: URL): Uint8Array;
}

/** The bytes of the module; `undefined` where its file is missing or may not be read. */
export function preparedModule(): Uint8Array | undefined {
  const { process, Deno } = globalThis as Host;
  try {
    const url = preparedUrl();
    if (Deno === undefined) return process?.getBuiltinModule?.("node:fs")?.readFileSync(url);
    // Deno would ask the user for a permission that it has not been given.
    const { state } = Deno.permissions.querySync({ name: "read", path: url });
    return state === "granted" ? Deno.readFileSync(url) : undefined;
  } catch {
    return undefined;
  }
}
