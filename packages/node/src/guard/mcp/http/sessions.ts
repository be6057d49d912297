// The proxies of the sessions of a server over HTTP, by the ids that the server gave them.

import { FormResults } from "../form-results.js";
import { FrameProxy, type ProxyOptions } from "../frame-proxy.js";

/** The most sessions that are remembered. In one that was forgotten, open requests get no answer. */
const MAX_SESSIONS = 1_000;

export class Sessions {
  readonly #options: ProxyOptions;
  /** The session that was used last is the last one. */
  readonly #proxies = new Map<string, FrameProxy>();

  readonly #forms: FormResults;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#forms = new FormResults(options.askTimeoutS, options.onAnswer);
  }

  /** The proxy of a session; without an id, that of a request which belongs to none yet. */
  of(id: string | undefined): FrameProxy {
    const proxy = (id === undefined ? undefined : this.#proxies.get(id)) ?? new FrameProxy(this.#options, this.#forms);
    if (id !== undefined) this.adopt(id, proxy);
    return proxy;
  }

  /** The session that began with a request of this proxy. */
  adopt(id: string, proxy: FrameProxy): void {
    this.#proxies.delete(id);
    this.#proxies.set(id, proxy);
    const [oldest] = this.#proxies.keys();
    if (this.#proxies.size > MAX_SESSIONS && oldest !== undefined) this.#proxies.delete(oldest);
  }

  end(id: string): void {
    this.#proxies.delete(id);
  }
}
