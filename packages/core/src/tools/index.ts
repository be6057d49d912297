// The entry `@a3s-sentry/core/tools`: what people use who write policies. It has a wasm module of its
// own, which the first call loads.

export { type FormatOptions, format } from "./format.js";
