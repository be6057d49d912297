// The entry `@a3s-sentry/core/tools`: what people use who write policies. It has a wasm module of its
// own, which the first call loads.

export {
  BUILTIN_RULES,
  KINDS,
  PACKS,
  RISK_CATEGORIES,
  RULE_ACTIONS,
  SECRET_KINDS,
} from "../generated/boundary.js";
export { PROGRAMS } from "../generated/programs.js";
export { type FormatOptions, format } from "./format.js";
export type { KeyValue, SchemaKey, Scope } from "./language/key.js";
export { definitionsIn, type Named, type NamePlace, namedBy, referencesIn } from "./language/names.js";
export { type Context, type Outline, outlineOf, type Role, type Section } from "./language/outline.js";
export { type Place, placeAt, tokenAt } from "./language/place.js";
export { type QuickFix, quickFixes } from "./language/quick-fixes.js";
export { keyOf, scopeOf } from "./language/schema.js";
export {
  type KnownNames,
  type Suggestion,
  type Suggestions,
  suggestionsAt,
  templateOf,
} from "./language/suggestions.js";
export { type Token, wordOf } from "./language/tokens.js";
export { docsOfWord } from "./language/words.js";
export { type PolicyTest, type PolicyTests, readTests, type TestOptions } from "./policy-tests.js";
export {
  type Coverage,
  coverageOf,
  type Judged,
  reasonsOf,
  runTests,
  shareOf,
  type TestResult,
} from "./run-tests.js";
export { writeTest } from "./write-test.js";
