// The module that begins with the built-in rules compiled: it is the other module, but for its
// memory.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import preparedUrl from "../../wasm/sentry_core_prepared.js";

/** What the tests use of WebAssembly beyond src/wasm.d.ts. */
const { Module, Instance } = WebAssembly as unknown as {
  Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): { module: string; name: string }[];
    exports(module: object): unknown[];
  };
  Instance: new (module: object, imports: object) => { readonly exports: Exports };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  prepare(): void;
}

const plain = readFileSync(new URL("../../wasm/sentry_core_bg.wasm", import.meta.url));
const prepared = readFileSync(preparedUrl());

function start(bytes: Uint8Array): Exports {
  const module = new Module(bytes);
  const imports: Record<string, Record<string, () => void>> = {};
  for (const { module: from, name } of Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => {} };
  }
  return new Instance(module, imports).exports;
}

/** Where the memory holds the reason of a built-in rule. */
function places({ memory }: Exports): number[] {
  const text = Buffer.from(memory.buffer).toString("latin1");
  return [...text.matchAll(/raw disk overwrite/g)].map(({ index }) => index);
}

it("has the built-in rules in memory from the start, as the other module has them once they are compiled", () => {
  const [from, to] = [start(plain), start(prepared)];
  expect(places(from)).toHaveLength(1);
  expect(places(to).length).toBeGreaterThan(1);
  from.prepare();
  // The other module may hold more of them, in memory that it has freed: the build clears that.
  expect(places(from)).toEqual(expect.arrayContaining(places(to)));
  const bytes = to.memory.buffer.byteLength;
  // To prepare what is prepared takes no memory; it may leave a copy in what it has freed.
  to.prepare();
  const before = places(to);
  for (let time = 0; time < 3; time += 1) to.prepare();
  expect({ bytes: to.memory.buffer.byteLength, places: places(to) }).toEqual({ bytes, places: before });
});

it("has the code, the imports and the exports of the other module", () => {
  const interfaceOf = (bytes: Uint8Array): unknown => {
    const module = new Module(bytes);
    return [Module.imports(module), Module.exports(module)];
  };
  expect(interfaceOf(prepared)).toEqual(interfaceOf(plain));
  expect(section(prepared, CODE).equals(section(plain, CODE))).toBe(true);
});

const CODE = 10;

/** The bytes of a section of a module. */
function section(bytes: Buffer, wanted: number): Buffer {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) * 2 ** shift;
    }
    if (id === wanted) return bytes.subarray(at, at + size);
    at += size;
  }
  throw new Error(`no section ${wanted}`);
}
