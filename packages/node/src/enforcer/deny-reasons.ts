// Why sentry denied a target: a line of JSON for each that it has added, in a file beside the deny-file. Guards do not read it.

import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import type { Decision } from "@a3s-sentry/core";
import { readLines } from "./lines.js";

/** A larger file is put aside, in place of the one that was put aside before. */
const MAX_BYTES = 8 << 20;
const MAX_REASON = 500;
const NO_SURPRISE = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_SURPRISE;

/** What of a decision explains its block. */
export type Why = Partial<Pick<Decision, "rule" | "tier" | "reason">>;

/** A line of the file. */
export interface DenyReason extends Why {
  readonly target: string;
  /** When the target was added, in ISO 8601. */
  readonly at: string;
}

/** The file with the reasons of a deny-file. */
export function reasonsPath(path: string): string {
  return `${path}.reasons.ndjson`;
}

/**
 * Appends a line for a target that was added, by one write. It never fails: that the target is denied does not depend on it.
 */
export function appendReason(path: string, target: string, { rule, tier, reason }: Why): void {
  if (tier === undefined) return;
  const line = { target, at: new Date().toISOString(), tier, rule, reason: reason?.slice(0, MAX_REASON) };
  try {
    append(reasonsPath(path), Buffer.from(`${JSON.stringify(line)}\n`));
  } catch {
    // Such as a folder in which only the deny-file itself may be written.
  }
}

function append(file: string, line: Buffer): void {
  const fd = openSync(file, APPEND, 0o600);
  try {
    const { size, nlink } = regularStats(fd);
    // As for deny-files: anyone who can write to the folder could have made the other name.
    if (nlink > 1) return;
    if (size >= MAX_BYTES) renameSync(file, `${file}.old`);
    writeSync(fd, line);
  } finally {
    closeSync(fd);
  }
}

/** The last reason for a target; `undefined` if there is none, or it cannot be read. */
export function reasonFor(path: string, target: string): DenyReason | undefined {
  const file = reasonsPath(path);
  return lastIn(file, target) ?? lastIn(`${file}.old`, target);
}

function lastIn(file: string, target: string): DenyReason | undefined {
  const needle = Buffer.from(JSON.stringify(target));
  let last: DenyReason | undefined;
  try {
    const fd = openSync(file, constants.O_RDONLY | NO_SURPRISE);
    try {
      regularStats(fd);
      for (const line of readLines(fd)) if (line.includes(needle)) last = parsed(line, target) ?? last;
    } finally {
      closeSync(fd);
    }
  } catch {
    return last;
  }
  return last;
}

function parsed(line: Buffer, target: string): DenyReason | undefined {
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const { target: found, at, tier, rule, reason } = value as Readonly<Record<string, unknown>>;
    if (found !== target || typeof at !== "string" || typeof tier !== "string") return undefined;
    return {
      target,
      at,
      tier: tier as Decision["tier"],
      ...(typeof rule === "string" && { rule }),
      ...(typeof reason === "string" && { reason }),
    };
  } catch {
    return undefined;
  }
}

function regularStats(fd: number): { readonly size: number; readonly nlink: number } {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new Error("not a regular file");
  return stats;
}
