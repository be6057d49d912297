// Runs a function of a wasm module when the module is built, and keeps the memory that it leaves:
// every instance then begins where the function ended. (Wizer does the same to WASI programs.)

const MEMORY = 5;
const GLOBAL = 6;
const EXPORT = 7;
const DATA = 11;
const DATA_COUNT = 12;
const I32 = 0x7f;
const PAGE = 65536;
/** Fewer zeros between two other bytes take less time than a segment of their own, of which each start decodes all. */
const MIN_ZEROS = 16;
/** The blocks that free memory is cleared in: from a page down to the least that is allocated. */
const BLOCKS = Array.from({ length: 14 }, (_, i) => 2 ** (16 - i));

/**
 * The module with the memory as the exported function `name` leaves it. The function takes nothing,
 * calls nothing outside the module, and leaves all globals as they are.
 * @param {Uint8Array} bytes @param {string} name @returns {Uint8Array}
 */
export function snapshot(bytes, name) {
  const sections = sectionsOf(bytes);
  const globals = mutableGlobals(sections);
  const module = new WebAssembly.Module(withExports(sections, globals));
  const { exports } = new WebAssembly.Instance(module, failingImports(module));
  const values = () => globals.map(({ exported }) => exports[exported].value);
  const before = values().join();
  exports[name]();
  clearFreeMemory(exports);
  if (values().join() !== before) throw new Error(`\`${name}\` changes a global`);
  return withMemory(sections, new Uint8Array(exports.memory.buffer));
}

/** Functions in place of what the module imports, which fail. @param {WebAssembly.Module} module */
function failingImports(module) {
  /** @type {Record<string, Record<string, () => never>>} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`\`${name}\` was called when the module was built`);
    };
  }
  return imports;
}

/**
 * Overwrites freed memory with zeros, which take no room in the module. Each block leaves a header behind; a later pass
 * with larger blocks clears those of the smaller ones.
 * @param {WebAssembly.Exports} exports
 */
function clearFreeMemory(exports) {
  for (const count of [BLOCKS.length, BLOCKS.length / 2]) clearBlocks(exports, BLOCKS.slice(0, count));
}

function clearBlocks({ memory, __wbindgen_malloc: allocate, __wbindgen_free: free }, sizes) {
  const taken = [];
  for (const size of sizes) {
    for (let grown = false; !grown; ) {
      const bytes = memory.buffer.byteLength;
      const at = allocate(size, 1) >>> 0;
      new Uint8Array(memory.buffer, at, size).fill(0);
      taken.push([at, size]);
      grown = memory.buffer.byteLength > bytes;
    }
  }
  for (const [at, size] of taken) free(at, size, 1);
}

/** @param {Uint8Array} bytes @returns {{ id: number, body: Uint8Array }[]} */
function sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  while (!reader.atEnd) sections.push({ id: reader.byte(), body: reader.take(reader.number()) });
  return sections;
}

/** @param {{ id: number, body: Uint8Array }[]} sections */
function mutableGlobals(sections) {
  const reader = new Reader(bodyOf(sections, GLOBAL));
  const found = [];
  for (let index = 0, count = reader.number(); index < count; index++) {
    const type = reader.byte();
    const isMutable = reader.byte() === 1;
    // `i32.const N`, then `end`: the linker writes no other initial value.
    if (type !== I32 || reader.byte() !== 0x41) throw new Error(`global ${index} is not a constant of 32 bits`);
    reader.number();
    reader.byte();
    if (isMutable) found.push({ index, exported: `global ${index}` });
  }
  return found;
}

/** The module with exports of these globals. */
function withExports(sections, globals) {
  const old = new Reader(bodyOf(sections, EXPORT));
  const count = old.number();
  const added = globals.map(({ index, exported }) => [...vector(new TextEncoder().encode(exported)), 3, ...leb(index)]);
  const body = [...leb(count + globals.length), ...old.rest(), ...added.flat()];
  return moduleOf(sections.map((section) => (section.id === EXPORT ? { id: EXPORT, body } : section)));
}

/** The module with this memory in place of its own. */
function withMemory(sections, memory) {
  const data = segments(memory).map(([start, end]) =>
    Buffer.concat([Buffer.from([0, 0x41, ...signedLeb(start), 0x0b]), vector(memory.subarray(start, end))]),
  );
  const bodies = {
    [MEMORY]: [1, 0, ...leb(memory.length / PAGE)],
    [DATA]: Buffer.concat([Buffer.from(leb(data.length)), ...data]),
    [DATA_COUNT]: leb(data.length),
  };
  return moduleOf(sections.map(({ id, body }) => ({ id, body: bodies[id] ?? body })));
}

/** The parts of the memory that are not zero. @param {Uint8Array} memory @returns {[start: number, end: number][]} */
function segments(memory) {
  const all = [];
  let last;
  for (let at = 0; at < memory.length; at++) {
    if (memory[at] === 0) continue;
    if (last !== undefined && at - last[1] < MIN_ZEROS) last[1] = at + 1;
    else {
      last = [at, at + 1];
      all.push(last);
    }
  }
  return all;
}

function moduleOf(sections) {
  const parts = sections.map(({ id, body }) => Buffer.concat([Buffer.from([id]), vector(body)]));
  return Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), ...parts]);
}

function bodyOf(sections, id) {
  const section = sections.find((one) => one.id === id);
  if (section === undefined) throw new Error(`the module has no section ${id}`);
  return section.body;
}

/** Bytes after their number. */
function vector(bytes) {
  return Buffer.concat([Buffer.from(leb(bytes.length)), Buffer.from(bytes)]);
}

/** An unsigned number as LEB128. @param {number} value @returns {number[]} */
function leb(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** A number that is not negative as signed LEB128. @param {number} value @returns {number[]} */
function signedLeb(value) {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >>> 7)];
}

class Reader {
  #at;
  #bytes;

  constructor(bytes, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get atEnd() {
    return this.#at >= this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.#at++];
  }

  take(length) {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  rest() {
    return this.take(this.#bytes.length - this.#at);
  }

  /** A number as LEB128; the sign is ignored. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}
