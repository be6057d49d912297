// The integer that the rule engine returns for an event: its bit layout.

import type { EventKind } from "../generated/wire.js";

/** Kinds of event by their index in a code. */
export const KINDS = [
  "ToolExec",
  "SslContent",
  "SecurityAction",
  "Egress",
  "Dns",
  "FileAccess",
  "FileDelete",
  "LlmActivations",
] as const satisfies readonly EventKind[];

const NOT_AN_EVENT = 0x8000_0000;
const UNMODELLED = 1;
const RULE_MASK = 0x00ff_ffff;
const KIND_SHIFT = 24;
const KIND_MASK = 0b111;
const PARTIAL = 1 << 27;
const HAS_TARGET = 1 << 28;

/** The code of an input that is not an event. */
export const MALFORMED_CODE = NOT_AN_EVENT;

export function isEvent(code: number): boolean {
  return (code & NOT_AN_EVENT) === 0;
}

/** Whether an input that is not an event is a valid envelope with nothing to judge. */
export function isUnmodelled(code: number): boolean {
  return (code & UNMODELLED) !== 0;
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

/** Stands for an event on which the rule engine failed. The engine itself never returns it. */
export const FAILED_CODE = 0xffff_ffff;
