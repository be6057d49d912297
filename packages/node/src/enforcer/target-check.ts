// Decides whether the target of an action goes into a deny-file, and why not.

import type { Action, Decision, TargetFrom } from "@a3s-sentry/core";
import { isIPv4 } from "./ipv4.js";
import { normalisePath } from "./normalise-path.js";
import {
  EVERYDAY_FILES,
  EVERYDAY_PATHS,
  EVERYDAY_PROGRAMS,
  NEVER,
  PROGRAM_FOLDERS,
  TOP_FOLDERS,
} from "./protected-targets.js";
import { type Mounts, type Resolved, resolvePath } from "./resolve-path.js";
import { denyLine } from "./target.js";
import { hostKey, hostPattern, pathPattern } from "./wildcard.js";

/**
 * Why a target is not written. These words are an interface: audit lines have them as
 * `not_enforced`.
 *
 * - `"program-from-argv"`: only the event's arguments name the program, and no site rule asks for
 *   it.
 * - `"invalid-target"`: a deny-file cannot hold it: not an absolute path, an IPv6 address,
 *   loopback, or more than one line.
 * - `"never-denied"`: it is one of the targets that are never denied, whoever asks.
 * - `"not-by-itself"`: it is an everyday program or file, or a folder, and no site rule asks for
 *   it.
 * - `"deleted-program"`: the program's file is gone, and the kernel reported ` (deleted)` behind its
 *   path. Another program may have the path now.
 * - `"unresolved-path"`: where its links lead is not known: a network or FUSE file system would have
 *   to be asked, which may not answer, or it has too many parts.
 */
export type NotEnforced =
  | "program-from-argv"
  | "invalid-target"
  | "never-denied"
  | "not-by-itself"
  | "deleted-program"
  | "unresolved-path";

export const NOT_ENFORCED: readonly NotEnforced[] = [
  "program-from-argv",
  "invalid-target",
  "never-denied",
  "not-by-itself",
  "deleted-program",
  "unresolved-path",
];

/** What the kernel adds to the path of a running program whose file is gone. */
const DELETED = " (deleted)";

export interface TargetCheckOptions {
  /** The policy's patterns of paths and hosts that are never denied. */
  readonly never?: readonly string[];
  /** Absolute paths of the programs and files that sentry itself needs. */
  readonly own?: readonly string[];
  /** For tests: the mounted file systems. */
  readonly mounts?: () => Mounts | undefined;
}

type Test = (text: string) => boolean;

/** The lists of one enforcer. */
export class TargetCheck {
  readonly #neverPaths: readonly Test[];
  readonly #neverHosts: readonly Test[];
  readonly #own: ReadonlySet<string>;
  readonly #resolve: (path: string) => Resolved;

  constructor({ never = [], own = [], mounts }: TargetCheckOptions = {}) {
    this.#resolve = (path) => resolvePath(path, mounts);
    const isPath = (pattern: string): boolean => /^~?\//.test(pattern);
    const site = never.filter(isPath).flatMap((pattern) => this.#canonicalPatterns(pattern));
    this.#neverPaths = [...NEVER, ...site].map(pathPattern);
    this.#neverHosts = never.filter((pattern) => !isPath(pattern)).map(hostPattern);
    this.#own = new Set(own.flatMap((path) => this.#forms(path)));
  }

  /**
   * The line to write for a target, or why it is not written. `from` is absent if a site rule, or
   * the caller, asks for the target.
   */
  check(action: Action, from: TargetFrom | undefined): { readonly line: string } | { readonly refused: NotEnforced } {
    if (from === "argv") return { refused: "program-from-argv" };
    const line = denyLine(action);
    if (line === null) return { refused: "invalid-target" };
    if (action.kind === "DenyEgress") return this.#isNeverHost(line) ? { refused: "never-denied" } : { line };
    return this.#checkPath(action.kind, line, from);
  }

  #checkPath(
    kind: Action["kind"],
    line: string,
    from: TargetFrom | undefined,
  ): { readonly line: string } | { readonly refused: NotEnforced } {
    const refusal = (path: string, isFolder: boolean): NotEnforced | undefined => {
      if (isTopFolder(path, isFolder) || this.#isNeverPath(path)) return "never-denied";
      // A folder stands for everything below it.
      return from !== undefined && (isFolder || isEveryday(path)) ? "not-by-itself" : undefined;
    };
    const byText = refusal(normalisePath(line), false);
    if (byText === "never-denied") return { refused: byText };
    const resolved = this.#resolve(line);
    const isProgram = kind === "DenyExec";
    if (isProgram && line.endsWith(DELETED) && (resolved === "unresolved" || resolved.kind === "missing")) {
      return { refused: "deleted-program" };
    }
    if (resolved === "unresolved") {
      // The kernel reports programs without links.
      const isKnown = isProgram && from === "observed";
      return byText !== undefined || !isKnown ? { refused: byText ?? "unresolved-path" } : { line };
    }
    const refused = refusal(normalisePath(resolved.path), resolved.kind === "folder") ?? byText;
    return refused === undefined ? { line } : { refused };
  }

  /** Why a block's target would not be written, whatever deny-files there are. */
  refusal({ action, targetFrom }: Pick<Decision, "action" | "targetFrom">): NotEnforced | undefined {
    if (action === undefined) return undefined;
    const checked = this.check(action, targetFrom);
    return "refused" in checked ? checked.refused : undefined;
  }

  /** A name without a dot is a host of the local network, such as a database or a gateway. */
  #isNeverHost(host: string): boolean {
    if (!isIPv4(host) && !hostKey(host).includes(".")) return true;
    return this.#neverHosts.some((test) => test(host));
  }

  #isNeverPath(path: string): boolean {
    return this.#own.has(path) || this.#neverPaths.some((test) => test(path));
  }

  /** The canonical forms of a path: by its text, and without its links. */
  #forms(path: string): string[] {
    const resolved = this.#resolve(path);
    const texts = resolved === "unresolved" ? [path] : [path, resolved.path];
    return [...new Set(texts.map(normalisePath))];
  }

  /** A site's pattern of paths, with the folders before its first wildcard in canonical form. */
  #canonicalPatterns(pattern: string): string[] {
    if (!pattern.startsWith("/")) return [pattern];
    const star = pattern.indexOf("*");
    const end = star === -1 ? pattern.length : pattern.lastIndexOf("/", star);
    return this.#forms(pattern.slice(0, end) || "/").map(
      (folder) => (folder === "/" ? "" : folder) + pattern.slice(end),
    );
  }
}

/** `/`, or a folder directly below it. Canonical paths have `/bin` as `/usr/bin`. */
function isTopFolder(path: string, isFolder: boolean): boolean {
  const [, first = "", second = "", ...more] = path.split("/");
  if (more.length > 0) return false;
  if (second === "") return first === "" || TOP_FOLDERS.includes(first) || isFolder;
  return first === "usr" && TOP_FOLDERS.includes(second);
}

let everyday: { readonly programs: ReadonlySet<string>; readonly tests: readonly Test[] } | undefined;

function isEveryday(path: string): boolean {
  everyday ??= {
    programs: new Set(PROGRAM_FOLDERS.flatMap((folder) => EVERYDAY_PROGRAMS.map((name) => `${folder}/${name}`))),
    tests: [...EVERYDAY_PATHS, ...EVERYDAY_FILES].map(pathPattern),
  };
  const { programs, tests } = everyday;
  // `/usr/bin/python3.12` is a version of `/usr/bin/python`.
  const unversioned = withoutVersion(path);
  return programs.has(path) || programs.has(unversioned) || tests.some((test) => test(path));
}

/** Not by a pattern: searching one that ends in `$` takes quadratic time in a path of many digits. */
function withoutVersion(path: string): string {
  let end = path.length;
  while (end > 0 && "-.0123456789".includes(path.charAt(end - 1))) end -= 1;
  return path.slice(0, end);
}
