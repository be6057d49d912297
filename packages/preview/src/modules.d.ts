// Modules that the build makes: the grammar's parser, the wasm module, workers, texts of files.

declare module "*.grammar" {
  import type { LRParser } from "@lezer/lr";
  export const parser: LRParser;
}

declare module "*.grammar.terms" {
  export const Heredoc: number;
}

declare module "virtual:wasm" {
  /** The wasm module of the core, one unit for each byte. */
  const text: string;
  export default text;
}

declare module "*?worker&url" {
  const url: string;
  export default url;
}

declare module "*?raw" {
  const text: string;
  export default text;
}
