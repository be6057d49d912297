// Edits the policy while it is in force: valid, invalid, truncated and unchanged versions.

import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** A daemon that has not reported a change after this time is not watching. */
const PATIENCE_MS = 30_000;
/** How long half a policy is all that is there. */
const HALF_MS = 300;

export class Editor {
  #file;
  #sentry;

  /** @param {import("./policy-file.mjs").PolicyFile} file @param {import("./process.mjs").SentryProcess} sentry */
  constructor(file, sentry) {
    this.#file = file;
    this.#sentry = sentry;
  }

  /** Edits in every way, in turns, until the signal aborts. @param {AbortSignal} signal */
  async edit(signal) {
    const file = this.#file;
    const ways = [
      () => this.#untilReloaded(() => file.replace(file.next())),
      () => this.#untilReloaded(() => file.write(file.next())),
      () => this.#untilRefused(() => file.write(file.bad())),
      () => this.#untilReloaded(() => file.replace(file.next())),
      () => this.#untilReloaded(() => this.#writeSlowly(file.next())),
      () => this.#untilRefused(() => rmSync(file.path)),
      () => this.#untilReloaded(() => file.replace(file.next())),
      () => this.#hurry(),
    ];
    for (let turn = 0; !signal.aborted; turn++) await ways[turn % ways.length]?.();
  }

  /** Puts so many versions in force, each as soon as the one before is. @param {number} times @param {AbortSignal} signal */
  async reload(times, signal) {
    for (let turn = 0; turn < times && !signal.aborted; turn++) await this.#hurry();
  }

  /** A new version, and the signal that asks to read it now. */
  async #hurry() {
    await this.#untilReloaded(() => {
      this.#file.replace(this.#file.next());
      this.#sentry.signal("SIGHUP");
    });
  }

  /** @param {string} text */
  async #writeSlowly(text) {
    this.#file.write(text.slice(0, text.length / 2));
    await pause(HALF_MS);
    this.#file.write(text);
  }

  /** @param {() => void | Promise<void>} change */
  #untilReloaded(change) {
    return this.#until(() => this.#sentry.reloads, change);
  }

  /** @param {() => void | Promise<void>} change */
  #untilRefused(change) {
    return this.#until(() => this.#sentry.refusals, change);
  }

  /** Makes a change and waits until the daemon has reported it. @param {() => number} reported @param {() => void | Promise<void>} change */
  async #until(reported, change) {
    const before = reported();
    await change();
    const patience = performance.now() + PATIENCE_MS;
    while (reported() === before && !this.#sentry.gone) {
      if (performance.now() > patience)
        throw new Error(`a change of the policy was not reported within ${PATIENCE_MS / 1000} s`);
      await pause(5);
    }
  }
}
