// Compiling a policy, the first time and again after a failure.

import type { CompileReport, Sae } from "../generated/wire.js";
import type { CoreSource } from "../policy/source.js";
import { EngineFailure } from "./engine-failure.js";
import { InputBuffer } from "./input-buffer.js";
import type { Instance } from "./instance.js";
import type { Compilation, Handle } from "./module.js";

/** A policy's text, what `env` gives in it, and its dictionary: all that is needed to compile it again. */
export interface EngineSpec {
  readonly source: CoreSource;
  readonly lookup: (name: string) => string | undefined;
  readonly sae?: Dictionary;
  /** Rules of secrets that are not in the policy itself, as ACL text. */
  readonly secrets?: string;
  /** Whether a stream tells of all events of a model's activations. */
  readonly activations?: true;
}

/** A dictionary of features as text, and from which scores it acts. */
export interface Dictionary extends Readonly<Sae> {
  readonly text: string;
}

/** A compiled policy in an instance, of use while that is of this generation. */
export interface CompiledPolicy {
  readonly generation: number;
  readonly handle: Handle;
  readonly room: InputBuffer;
}

/** Nothing live if the report has an error. Throws `EngineFailure`. */
export function start(
  instance: Instance,
  spec: EngineSpec,
): { live: CompiledPolicy | undefined; report: CompileReport } {
  return compiled(instance, spec, false, (compilation, report) => {
    const handle = compilation.takeHandle();
    if (handle === undefined) return { live: undefined, report };
    if (spec.sae !== undefined) attach(handle, spec.sae);
    if (spec.secrets !== undefined) handle.importSecrets(spec.secrets);
    if (spec.activations) handle.giveActivations();
    const { generation, memory } = instance;
    return { live: { generation, handle, room: new InputBuffer(handle, memory) }, report };
  });
}

/** Gives a handle a dictionary; nothing has changed if the report has diagnostics. */
export function attach(handle: Handle, { dict, text, escalateAt, blockAt }: Dictionary): CompileReport {
  return parse<CompileReport>(handle.attachSae(dict, text, escalateAt, blockAt));
}

/** A second handle on what is live, without compiling anything. Throws `EngineFailure`. */
export function forked(instance: Instance, live: CompiledPolicy): CompiledPolicy {
  try {
    const handle = live.handle.fork();
    return { generation: live.generation, handle, room: new InputBuffer(handle, instance.memory) };
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
  }
}

/** For a policy that has compiled before. Throws `EngineFailure`. */
export function restart(instance: Instance, spec: EngineSpec): CompiledPolicy {
  const { live } = start(instance, spec);
  if (live === undefined) throw new EngineFailure("the policy does not compile any more");
  return live;
}

/** The report on a policy, with warnings about its rules. Throws `EngineFailure`. */
export function lintReport(instance: Instance, spec: EngineSpec): CompileReport {
  return compiled(instance, spec, true, (_, report) => report);
}

function compiled<T>(
  instance: Instance,
  { source, lookup }: EngineSpec,
  lints: boolean,
  take: (compilation: Compilation, report: CompileReport) => T,
): T {
  try {
    const compilation = instance.core.compile(source.name, source.text, lookup, lints);
    const taken = take(compilation, parse<CompileReport>(compilation.report()));
    compilation.free();
    return taken;
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
  }
}

/** A value that the core gave as JSON. */
export function parse<T>(json: string | undefined): T {
  if (json === undefined) throw new Error("the rule engine gave no answer");
  return JSON.parse(json) as T;
}
