// Compiling a policy into an instance: the first time, and again after a failure.

import type { CompileReport, Sae } from "../generated/wire.js";
import type { CoreSource } from "../policy/source.js";
import { EngineFailure } from "./engine-failure.js";
import { InputBuffer } from "./input-buffer.js";
import type { Instance } from "./instance.js";
import type { Handle } from "./module.js";

/** Everything that is needed to compile a policy again. */
export interface EngineSpec {
  readonly source: CoreSource;
  /** The value of `env("NAME")` in the policy. */
  readonly lookup: (name: string) => string | undefined;
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
}

/**
 * Compiles a policy. With `lints`, the report also has warnings about rules. Throws
 * `EngineFailure`.
 */
export function compile(instance: Instance, spec: EngineSpec, { lints }: { readonly lints: boolean }): CompileResult {
  const { source, lookup } = spec;
  try {
    const compilation = instance.core.compile(source.name, source.text, lookup, lints);
    const report = parseJson<CompileReport>(compilation.report());
    const handle = compilation.takeHandle();
    compilation.free();
    return { compiled: handle && prepare(instance, handle, spec), report };
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
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
  try {
    const forked = handle.fork();
    return { generation, handle: forked, input: new InputBuffer(forked, instance.memory) };
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
  }
}

/** Compiles a policy that has compiled before. Throws `EngineFailure`. */
export function recompile(instance: Instance, spec: EngineSpec): CompiledPolicy {
  const { compiled } = compile(instance, spec, { lints: false });
  if (compiled === undefined) throw new EngineFailure("the policy no longer compiles");
  return compiled;
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
