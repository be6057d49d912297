// Says what is wrong with a target that a person gives, with the place.

import { Buffer } from "node:buffer";
import { LINE_BREAKERS, MAX_PATH_BYTES } from "../../enforcer/target.js";
import type { NotEnforced } from "../../enforcer/target-check.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import type { DenyKind } from "./options.js";

/** The most of a target that a message shows, in characters. */
const SHOWN = 72;
/** What a shell, but no deny-file, takes for several names. */
const WILDCARD = /[*?[\]{}]/;

interface Problem {
  readonly what: string;
  /** The first character that is wrong. */
  readonly at: number;
  readonly length?: number;
  readonly help?: string;
}

/**
 * The message for a text that is not one line of a deny-file, whatever its kind; `undefined` if it
 * may be one.
 */
export function lineProblem(target: string): string | undefined {
  const problem = problemOfLine(target);
  return problem && framed(target, problem);
}

/** The message for a text that must not be added; `undefined` for an address, a host or a path. */
export function targetProblem(target: string, kind: DenyKind): string | undefined {
  const problem = problemOfLine(target) ?? (kind === "egress" ? problemOfHost(target) : problemOfPath(target));
  return problem && framed(target, problem);
}

/** The message for a target that is not written, whoever asks. */
export function refusedTarget(target: string, kind: DenyKind, why: NotEnforced): string {
  const whole = { at: 0, length: target.length };
  switch (why) {
    case "never-denied":
      return framed(target, {
        ...whole,
        what: "this target is never denied",
        help: "the machine or sentry needs it, it is a host without a dot, or the policy's `deny { never = […] }` lists it",
      });
    case "deleted-program":
      return framed(target, { ...whole, what: "the file of this program is gone", help: "give the path of a program" });
    case "unresolved-path":
      return framed(target, {
        ...whole,
        what: "where this path leads is not known",
        help: "it is on a network or FUSE file system, or has too many parts: give the path without links",
      });
    default:
      return framed(target, {
        ...whole,
        what: kind === "egress" ? "not an IPv4 address or a host name" : "a deny-file cannot contain this target",
        ...(kind === "egress" && {
          help: "IPv6, loopback, ports, URLs, ranges and addresses in other notations cannot be denied",
        }),
      });
  }
}

function problemOfLine(target: string): Problem | undefined {
  if (target.trim() === "") return { what: "the target is empty", at: 0 };
  const bytes = Buffer.byteLength(target);
  if (bytes > MAX_PATH_BYTES) {
    return { what: `a target has at most ${MAX_PATH_BYTES} bytes, and this one ${bytes}`, at: SHOWN };
  }
  const breaker = [...target].findIndex((char) => LINE_BREAKERS.includes(char));
  if (breaker !== -1)
    return { what: "a target is one line, without line breaks and NUL", at: indexOf(target, breaker) };
  const unknown = target.indexOf("\ufffd");
  if (unknown !== -1) return { what: "the target is not UTF-8", at: unknown };
  const blank = target.length - target.trimStart().length;
  if (blank > 0) return { what: "a blank before the target", at: 0, length: blank };
  const end = target.trimEnd().length;
  if (end < target.length) return { what: "a blank behind the target", at: end, length: target.length - end };
  return undefined;
}

function problemOfHost(target: string): Problem | undefined {
  const wildcard = target.search(WILDCARD);
  return wildcard === -1 ? undefined : noWildcards(wildcard);
}

function problemOfPath(target: string): Problem | undefined {
  if (!target.startsWith("/")) {
    return { what: "the path is not absolute", at: 0, help: "write it from `/` on" };
  }
  const wildcard = target.search(WILDCARD);
  if (wildcard !== -1) return noWildcards(wildcard);
  let at = 1;
  for (const part of target === "/" ? [] : target.slice(1).split("/")) {
    if (part === "" || part === "." || part === "..") {
      return {
        what: part === "" ? "an empty part in the path" : `\`${part}\` in the path`,
        at,
        length: Math.max(1, part.length),
        help: "write the path that it leads to: a guard may compare texts",
      };
    }
    at += part.length + 1;
  }
  return undefined;
}

function noWildcards(at: number): Problem {
  return { what: "a deny-file has no wildcards", at, help: "give each target by itself; for a pattern, write a rule" };
}

/** The position in UTF-16 units of a character. */
function indexOf(text: string, char: number): number {
  return [...text].slice(0, char).join("").length;
}

/** The message, and below it the target with a mark. */
function framed(target: string, { what, at, length = 1, help }: Problem): string {
  const from = Math.max(0, Math.min(at, target.length) - SHOWN / 2);
  const shown = target.slice(from, from + SHOWN);
  const before = escapeTerminal(target.slice(from, at));
  const marked = escapeTerminal(target.slice(at, Math.min(at + length, from + SHOWN)));
  const head = from > 0 ? "…" : "";
  const tail = from + SHOWN < target.length ? "…" : "";
  return [
    `invalid target: ${what}`,
    "  |",
    `  | ${head}${escapeTerminal(shown)}${tail}`,
    `  | ${" ".repeat(head.length + before.length)}${"^".repeat(Math.max(1, marked.length))}`,
    ...(help === undefined ? [] : [`  = help: ${help}`]),
  ].join("\n");
}
