// A `.wasm` file imported as a module, as bundlers for the edge do it.

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
