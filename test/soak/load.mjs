// The load of a soak: blocks of lines, most of them harmless, some that every version of the policy
// blocks or escalates.

import { Sentry } from "a3s-sentry";
import { session } from "../../bench/loads/session.mjs";
import { BLOCKING, kindOf, policyText, target } from "./policy.mjs";

/** The number of harmless lines before each audited one. */
const PLAIN_BETWEEN = 30;
/** Each rule's targets come round again after so many blocks. */
const TURNS = 100;
const ID_DIGITS = 12;
const NO_ID = "0".repeat(ID_DIGITS);
const NO_TURN = "t00";

/** What becomes of the one event of a block that stands in a slot. @typedef {{ index: number } | { ask: "harmless" | "dangerous" }} Slot */

/** By slot: a number for each audited event of a block. @type {readonly Slot[]} */
export const SLOTS = [
  ...Array.from({ length: BLOCKING }, (_, index) => ({ index })),
  { ask: /** @type {const} */ ("harmless") },
  { ask: /** @type {const} */ ("dangerous") },
];

/** @param {Slot} slot */
function lineOf(slot) {
  // L2's block of an `ask` denies only a program that the kernel reported.
  const process = "ask" in slot ? { process: { exe: "/soak/ask" } } : {};
  return JSON.stringify({ identity: { agent: NO_ID }, ...process, event: eventOf(slot) });
}

/** @param {Slot} slot */
function eventOf(slot) {
  if ("ask" in slot) return { ToolExec: { pid: 7, argv: ["/soak/ask", slot.ask] } };
  const { kind } = kindOf(slot.index);
  const name = target(slot.index, NO_TURN);
  if (kind === "Egress") return { Egress: { pid: 7, peer: name, port: 443 } };
  return kind === "FileAccess"
    ? { FileAccess: { pid: 7, path: name, write: true } }
    : { ToolExec: { pid: 7, argv: [name] } };
}

/** Blocks of lines that differ in the ids and the targets of what is audited. */
export class Load {
  /** What a block counts: lines, events, and those skipped. @type {import("a3s-sentry").StreamCounters} */
  counters;
  #template;
  #ids;
  #turns;

  /** @param {Buffer} template @param {import("a3s-sentry").StreamCounters} counters */
  constructor(template, counters) {
    this.counters = counters;
    this.#template = template;
    this.#ids = placesOf(template, NO_ID);
    this.#turns = placesOf(template, NO_TURN);
  }

  static async make() {
    const sentry = await Sentry.create(policyText(0));
    const plain = session.filter((line) => isPlain(sentry, line));
    const lines = SLOTS.flatMap((slot, i) => [
      ...Array.from({ length: PLAIN_BETWEEN }, (_, j) => plain[(i * PLAIN_BETWEEN + j) % plain.length] ?? ""),
      lineOf(slot),
    ]);
    const template = Buffer.from(`${lines.join("\n")}\n`);
    const stream = sentry.createStream();
    const audited = stream.push(template).length;
    if (audited !== SLOTS.length) throw new Error(`${audited} events of a block are audited, not ${SLOTS.length}`);
    const load = new Load(template, stream.counters);
    stream.close();
    sentry.close();
    return load;
  }

  /** The nth block; the ids in it begin at `n * SLOTS.length`. @param {number} n */
  block(n) {
    const block = Buffer.from(this.#template);
    this.#ids.forEach((place, i) => void block.write(idOf(n * SLOTS.length + i), place, "latin1"));
    const turn = `t${String(n % TURNS).padStart(2, "0")}`;
    for (const place of this.#turns) block.write(turn, place, "latin1");
    return block;
  }
}

/** @param {number} number */
function idOf(number) {
  return String(number).padStart(ID_DIGITS, "0");
}

/** @param {Sentry} sentry @param {string} line */
function isPlain(sentry, line) {
  const decision = sentry.classify(line);
  return decision === null || (decision.verdict === "allow" && decision.severity === "info");
}

/** @param {Buffer} bytes @param {string} text */
function placesOf(bytes, text) {
  const places = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}
