// The policies of the projects that agents work in, each compiled once.

import { statSync } from "node:fs";
import { openFile } from "../policy/open-source.js";
import { Sentry } from "../sentry.js";
import { Leased } from "./leased.js";

/** The most projects whose policies are kept. */
const MAX_KEPT = 32;

interface Kept {
  readonly fingerprint: string;
  readonly leased: Leased<Sentry>;
}

/**
 * Opens the policies of projects. They come from folders that agents write to, so they get no tiers,
 * no variables and no deny-files. A file that changes is compiled again.
 */
export class ProjectPolicies {
  /** The one used last is at the end. */
  readonly #kept = new Map<string, Kept>();

  /** Does some work with the policy of a file. Rejects with a `PolicyError` for an invalid one. */
  async use<Result>(path: string, work: (sentry: Sentry) => Promise<Result>): Promise<Result> {
    const fingerprint = fingerprintOf(path);
    const before = this.#kept.get(path);
    const kept = before?.fingerprint === fingerprint ? before : { fingerprint, leased: new Leased(open(path)) };
    if (before !== kept) before?.leased.retire();
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#forget(oldest);
    return await kept.leased.use(work);
  }

  close(): void {
    for (const path of this.#kept.keys()) this.#forget(path);
  }

  #forget(path: string): void {
    this.#kept.get(path)?.leased.retire();
    this.#kept.delete(path);
  }
}

async function open(path: string): Promise<Sentry> {
  const deny = { egress: null, file: null, exec: null };
  return await Sentry.open(openFile(path), { env: {}, tiers: () => ({}), deny });
}

function fingerprintOf(path: string): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
