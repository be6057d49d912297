// The one wasm instance that all policies of a process share, and a fresh one when it fails.

import type { CoreModule, Memory } from "./module.js";

/** The instance behind a module. A new generation begins with each failure; handles of an older one are of no use. */
export class Instance {
  static readonly #known = new WeakMap<CoreModule, Instance>();
  readonly #core: CoreModule;
  #generation = 0;
  #failed = false;

  private constructor(core: CoreModule) {
    this.#core = core;
  }

  static of(core: CoreModule): Instance {
    const instance = Instance.#known.get(core) ?? new Instance(core);
    Instance.#known.set(core, instance);
    return instance;
  }

  get generation(): number {
    return this.#generation;
  }

  /** The module, with a fresh instance if the last one failed. Throws if there is none to be had. */
  get core(): CoreModule {
    if (this.#failed) this.#renew();
    return this.#core;
  }

  /** The present memory. Ask again after a failure: a fresh instance has its own. */
  get memory(): Memory {
    return this.#core.memory();
  }

  /**
   * Gives the instance up after `error`, and says what went wrong. After a trap, nothing that its memory holds can
   * be relied on.
   */
  discard(error: unknown): string {
    this.#generation++;
    this.#failed = true;
    return error instanceof Error ? error.message : String(error);
  }

  #renew(): void {
    const before = this.#core.memory();
    this.#core.reset();
    // The glue writes the arguments of a call into memory before it brings up the instance that is due, so the first
    // call must have none.
    this.#core.ready();
    if (this.#core.memory() === before) throw new Error("a fresh instance did not come up");
    this.#failed = false;
  }
}
