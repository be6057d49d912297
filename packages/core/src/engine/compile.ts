// Compiling a policy, the first time and again after a failure.

import type { CompileReport, Sae } from "../generated/wire.js";
import type { CoreSource } from "../policy/source.js";
import { EngineFailure } from "./engine-failure.js";
import { EventRoom } from "./input-buffer.js";
import type { Instance } from "./instance.js";
import type { Compilation, Handle } from "./module.js";

/** A policy's text, what `env` gives in it, and its dictionary: all that is needed to compile it again. */
export interface Recipe {
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
export interface Live {
  readonly generation: number;
  readonly handle: Handle;
  readonly room: EventRoom;
}

/** Nothing live if the report has an error. Throws `EngineFailure`. */
export function start(instance: Instance, recipe: Recipe): { live: Live | undefined; report: CompileReport } {
  return compiled(instance, recipe, false, (compilation, report) => {
    const handle = compilation.takeHandle();
    if (handle === undefined) return { live: undefined, report };
    if (recipe.sae !== undefined) attach(handle, recipe.sae);
    if (recipe.secrets !== undefined) handle.importSecrets(recipe.secrets);
    if (recipe.activations) handle.giveActivations();
    const { generation, memory } = instance;
    return { live: { generation, handle, room: new EventRoom(handle, memory) }, report };
  });
}

/** Gives a handle a dictionary; nothing has changed if the report has diagnostics. */
export function attach(handle: Handle, { dict, text, escalateAt, blockAt }: Dictionary): CompileReport {
  return parse<CompileReport>(handle.attachSae(dict, text, escalateAt, blockAt));
}

/** A second handle on what is live, without compiling anything. Throws `EngineFailure`. */
export function forked(instance: Instance, live: Live): Live {
  try {
    const handle = live.handle.fork();
    return { generation: live.generation, handle, room: new EventRoom(handle, instance.memory) };
  } catch (error) {
    throw new EngineFailure(instance.discard(error));
  }
}

/** For a policy that has compiled before. Throws `EngineFailure`. */
export function restart(instance: Instance, recipe: Recipe): Live {
  const { live } = start(instance, recipe);
  if (live === undefined) throw new EngineFailure("the policy does not compile any more");
  return live;
}

/** The report on a policy, with warnings about its rules. Throws `EngineFailure`. */
export function lintReport(instance: Instance, recipe: Recipe): CompileReport {
  return compiled(instance, recipe, true, (_, report) => report);
}

function compiled<T>(
  instance: Instance,
  { source, lookup }: Recipe,
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
