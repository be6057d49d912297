// The integer that the rule engine returns for an event: its bit layout.

import {
  HAS_TARGET,
  KIND_MASK,
  KIND_SHIFT,
  KINDS,
  NOT_EVENT,
  OVERSIZED,
  PARTIAL,
  RULE_MASK,
  SAME_LINE,
  TARGET_FROM_ARGV,
  TARGET_OBSERVED,
  UNMODELLED,
} from "../generated/boundary.js";
import type { EventKind, TargetFrom } from "../generated/wire.js";

/** The code of an input that is not an event. */
export const MALFORMED_CODE = NOT_EVENT;

export function isEvent(code: number): boolean {
  return (code & NOT_EVENT) === 0;
}

/** Whether an input that is not an event is a valid envelope with nothing to judge. */
export function isUnmodelled(code: number): boolean {
  return (code & UNMODELLED) !== 0;
}

/** Whether a row is a line that is too long for a stream. */
export function isOversized(code: number): boolean {
  return code !== FAILED_CODE && !isEvent(code) && (code & OVERSIZED) !== 0;
}

/** Whether a row is from the line of the row before: a damaged line can hold several events. */
export function isSameLine(code: number): boolean {
  return code !== FAILED_CODE && (code & SAME_LINE) !== 0;
}

/** Index into the policy's rules; -1 if no rule decided. */
export function ruleOf(code: number): number {
  return (code & RULE_MASK) - 1;
}

/** Index into {@link KINDS}. */
export function kindIndexOf(code: number): number {
  return (code >>> KIND_SHIFT) & KIND_MASK;
}

/** The event's kind. */
export function kindOf(code: number): EventKind | undefined {
  return KINDS[kindIndexOf(code)];
}

/** Whether the collector cut the event. */
export function isPartial(code: number): boolean {
  return (code & PARTIAL) !== 0;
}

/** Whether the deciding rule's action has a target in this event. */
export function hasTarget(code: number): boolean {
  return (code & HAS_TARGET) !== 0;
}

/**
 * How the target is known that sentry denies by itself; `undefined` if a site rule asks for it. Both
 * bits mean that it asks for the name in the arguments.
 */
export function targetFrom(code: number): TargetFrom | undefined {
  const isObserved = (code & TARGET_OBSERVED) !== 0;
  const isFromArgv = (code & TARGET_FROM_ARGV) !== 0;
  if (isObserved === isFromArgv) return undefined;
  return isObserved ? "observed" : "argv";
}

/** Stands for an event on which the rule engine failed. The engine itself never returns it. */
export const FAILED_CODE = 0xffff_ffff;
