// Compiling a policy into an instance: the first time, and again after a failure.

import type { CompileReport, RuleInfo, Sae } from "../generated/wire.js";
import type { CoreSource } from "../policy/source.js";
import { deepFreeze } from "../util/freeze.js";
import { pause, slice } from "../util/slices.js";
import { dayNumber } from "./day.js";
import { EngineFailure } from "./engine-failure.js";
import { InputBuffer } from "./input-buffer.js";
import type { Instance } from "./instance.js";
import type { Compilation, GraveLints, Handle } from "./module.js";

/** Everything that is needed to compile a policy again. */
export interface EngineSpec {
  readonly source: CoreSource;
  /** The value of `env("NAME")` in the policy. */
  readonly lookup: (name: string) => string | undefined;
  /** The day of judgement; see {@link dayNumber}. */
  readonly date?: string | null | undefined;
  readonly sae?: Dictionary;
  /** Imported secret patterns, as ACL text. */
  readonly secrets?: string;
  /** Whether streams return a row for every `LlmActivations` event. */
  readonly activations?: true;
  /** Whether streams return a row for every line. */
  readonly everyLine?: true;
}

/** A dictionary of features as text, and the scores from which it escalates and blocks. */
export interface Dictionary extends Readonly<Sae> {
  readonly text: string;
}

/** A policy compiled into an instance. Usable only while the instance is of the same generation. */
export interface CompiledPolicy {
  readonly generation: number;
  readonly handle: Handle;
  readonly input: InputBuffer;
}

/** What a compilation returns: `compiled` is absent if the report has an error. */
export interface CompileResult {
  readonly compiled: CompiledPolicy | undefined;
  readonly report: CompileReport;
  /** How many steps it took, each some milliseconds at most. */
  readonly steps: number;
}

/**
 * Compiles a policy in slices of time. If the instance fails in between, by another policy, it
 * begins anew. With `lints`, the report also has warnings about rules. Rejects with an
 * `EngineFailure`.
 */
export async function compile(
  instance: Instance,
  spec: EngineSpec,
  { lints }: { readonly lints: boolean },
): Promise<CompileResult> {
  for (;;) {
    const steps = begin(instance, spec, lints);
    const { generation } = instance;
    while (generation === instance.generation) {
      const result = attempt(instance, () => slice(() => steps.next()));
      if (result !== undefined) return result;
      await pause();
    }
  }
}

function begin(instance: Instance, spec: EngineSpec, lints: boolean): Steps {
  const { name, text } = spec.source;
  return new Steps(
    instance,
    spec,
    attempt(instance, () => instance.core.compile(name, text, lints, dayNumber(spec.date))),
  );
}

/** One compilation, in steps of some milliseconds. */
class Steps {
  readonly #instance: Instance;
  readonly #spec: EngineSpec;
  readonly #compilation: Compilation;
  #report: CompileReport | undefined;
  #count = 0;

  constructor(instance: Instance, spec: EngineSpec, compilation: Compilation) {
    this.#instance = instance;
    this.#spec = spec;
    this.#compilation = compilation;
  }

  /** Takes the next step. Returns the result with the last one. */
  next(): CompileResult | undefined {
    const compilation = this.#compilation;
    this.#count += 1;
    if (this.#report === undefined) {
      if (compilation.step(this.#spec.lookup)) this.#report = parseJson<CompileReport>(compilation.report());
      return undefined;
    }
    const rules = compilation.nextRules();
    if (rules !== undefined) {
      this.#report.policy?.rules.push(...deepFreeze(parseJson<RuleInfo[]>(rules)));
      return undefined;
    }
    const handle = compilation.takeHandle();
    compilation.free();
    const compiled = handle && prepare(this.#instance, handle, this.#spec);
    return { compiled, report: this.#report, steps: this.#count };
  }
}

function prepare(instance: Instance, handle: Handle, spec: EngineSpec): CompiledPolicy {
  const { sae, secrets, activations, everyLine } = spec;
  if (sae !== undefined) attachDictionary(handle, sae);
  if (secrets !== undefined) handle.importSecrets(secrets);
  if (activations) handle.includeActivations();
  if (everyLine) handle.setEvery(true);
  return { generation: instance.generation, handle, input: new InputBuffer(handle, instance.memory) };
}

/**
 * Attaches a dictionary of features to a handle. If the report has diagnostics, nothing has
 * changed.
 */
export function attachDictionary(handle: Handle, { dict, text, escalateAt, blockAt }: Dictionary): CompileReport {
  return parseJson<CompileReport>(handle.attachSae(dict, text, escalateAt, blockAt));
}

/** A second handle on a compiled policy, without compiling it again. Throws `EngineFailure`. */
export function fork(instance: Instance, { generation, handle }: CompiledPolicy): CompiledPolicy {
  return attempt(instance, () => {
    const forked = handle.fork();
    return { generation, handle: forked, input: new InputBuffer(forked, instance.memory) };
  });
}

/** Compiles a policy that has compiled before, at once. Throws `EngineFailure`. */
export function recompile(instance: Instance, spec: EngineSpec): CompiledPolicy {
  const steps = begin(instance, spec, false);
  for (;;) {
    const result = attempt(instance, () => steps.next());
    if (result === undefined) continue;
    if (result.compiled === undefined) throw new EngineFailure("the policy no longer compiles");
    return result.compiled;
  }
}

/**
 * The messages of grave warnings, searched for in slices of time; none once they are not `wanted`
 * any more. Rejects with an `EngineFailure`.
 */
export async function findGraveLints(instance: Instance, lints: GraveLints, wanted: () => boolean): Promise<string[]> {
  const { generation } = instance;
  while (generation === instance.generation) {
    if (!wanted()) {
      lints.free();
      return [];
    }
    const json = attempt(instance, () => slice(() => lints.step()));
    if (json !== undefined) {
      lints.free();
      return parseJson<string[]>(json);
    }
    await pause();
  }
  throw new EngineFailure("it failed before the rules were checked");
}

/** Makes a call into the instance, which is discarded if it fails. Throws `EngineFailure`. */
function attempt<T>(instance: Instance, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
  }
}

/** A value that the rule engine returned as JSON. */
export function parseJson<T>(json: string | undefined): T {
  return JSON.parse(required(json)) as T;
}

/** Throws an `Error` if the rule engine returned nothing where it must return a value. */
export function required(value: string | undefined): string {
  if (value === undefined) throw new Error("the rule engine returned nothing");
  return value;
}
