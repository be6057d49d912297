// The parts of WebAssembly that every runtime has, and `.wasm` files imported as modules by
// bundlers for the edge.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: ArrayBufferView | ArrayBuffer);
  }
  class Memory {
    constructor(size: { initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {}
  class CompileError extends Error {}
  class RuntimeError extends Error {}
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

// Used in the types of wasm-bindgen's glue.
type RequestInfo = Request | string;
type BufferSource = ArrayBufferView | ArrayBuffer;
