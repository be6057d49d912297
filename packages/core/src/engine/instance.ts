// The one wasm instance that all policies of a process share, and its replacement after a failure.

import { messageOf } from "../util/error.js";
import type { CoreModule, Memory } from "./module.js";

/**
 * The instance behind a module. Each failure starts a new generation; handles of an older one are
 * unusable.
 */
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

  /**
   * The module, with a fresh instance if the last one failed. Throws if no fresh instance starts.
   */
  get core(): CoreModule {
    if (this.#failed) this.#replace();
    return this.#core;
  }

  /** The current memory. Read it again after a failure: a fresh instance has its own. */
  get memory(): Memory {
    return this.#core.memory();
  }

  /**
   * Discards the instance after `error`, and returns the error's message. After a trap, nothing in
   * the instance's memory can be relied on.
   */
  discard(error: unknown): string {
    this.#generation++;
    this.#failed = true;
    return messageOf(error);
  }

  #replace(): void {
    const before = this.#core.memory();
    this.#core.reset();
    // The glue writes a call's arguments into memory before it starts the fresh instance, so the
    // first call must have none.
    this.#core.ready();
    if (this.#core.memory() === before) throw new Error("no fresh instance started");
    this.#failed = false;
  }
}
