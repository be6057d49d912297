// The one wasm instance that all policies of a process share, and its end when it fails.

import type { CoreModule, Memory } from "./module.js";

/** The instance behind a module. A new generation begins with each failure; handles of an older one are of no use. */
export class Instance {
  readonly core: CoreModule;
  #generation = 0;

  private constructor(core: CoreModule) {
    this.core = core;
  }

  static readonly #known = new WeakMap<CoreModule, Instance>();

  static of(core: CoreModule): Instance {
    const known = Instance.#known.get(core);
    if (known !== undefined) return known;
    const instance = new Instance(core);
    Instance.#known.set(core, instance);
    return instance;
  }

  get generation(): number {
    return this.#generation;
  }

  /** The present memory. Ask again after a failure: a fresh instance has its own. */
  get memory(): Memory {
    return this.core.memory();
  }

  /**
   * Gives the instance up after `error`, and says what went wrong. After a trap, nothing that its memory holds can
   * be relied on.
   */
  discard(error: unknown): string {
    this.#generation++;
    try {
      this.core.reset();
    } catch {
      // The instance cannot even take note. Compiling again will fail as well, which fails the event, not the caller.
    }
    return error instanceof Error ? error.message : String(error);
  }
}
