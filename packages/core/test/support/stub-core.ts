// A stub of the rule engine in JavaScript, behind the glue's interface. It judges `Dns` events
// alone, counts calls, and traps on demand: an event that contains `TRAP` ends the instance, as a
// trap in wasm does.

import { provideCore } from "../../src/engine/loader.js";
import type { Compilation, CoreModule, GraveLints, Handle } from "../../src/engine/module.js";
import type { EventFacts, PolicyInfo, RuleInfo, Trace } from "../../src/generated/wire.js";

const PAGE = 65_536;
const DNS = 4 << 23;
const TARGET = 1 << 28;

const rule = (name: string, more: Partial<RuleInfo>): RuleInfo => ({
  name,
  origin: "site",
  on: ["Dns"],
  pattern: name,
  verdict: "block",
  severity: "high",
  reason: `${name}: a reason`,
  action: null,
  risks: { Dns: { category: "other", name: "Other risk", riskType: "atomic" } },
  overrides: [],
  ...more,
});

export const RULES = [
  rule("evil", { action: "DenyEgress" }),
  rule("odd", { verdict: "escalate", severity: "info" }),
  rule("fine", { verdict: "allow", severity: "info", risks: {} }),
];

export class StubCore implements CoreModule {
  policy: PolicyInfo = {
    rules: RULES,
    keys: [],
    default: { verdict: "allow", severity: "info", reason: "no rule matched", risks: {} },
    failClosed: false,
    dryRun: false,
    speculate: null,
    deny: { egress: null, file: null, exec: null },
    denyLimits: { never: [], maxLines: 100_000 },
    llm: null,
    agent: null,
    sae: null,
    guard: { onFailure: "deny", deadlineS: 5, askFallback: "deny", grant: false, projectPolicies: "ignore" },
    ask: { timeoutS: 60 },
    redact: { patterns: [], off: [], gitleaks: null },
  };
  instances = 1;
  compiled = 0;
  live = 0;
  sources: string[] = [];
  /** How often each call was made. */
  calls: Partial<Record<keyof Handle | "compile", number>> = {};
  /** The call that traps next, whatever the event. */
  trapOn: keyof Handle | "compile" | undefined;
  /** The call that traps after that. */
  alsoTrapOn: keyof Handle | undefined;
  bytes = new WebAssembly.Memory({ initial: 4 });
  #dead = false;
  #resetting = false;

  compile = (_name: string, source: string): Compilation => {
    if (this.#resetting) throw new Error("arguments were written into the discarded instance");
    this.enter("compile", this.instances);
    this.compiled++;
    const handle = new StubHandle(this, this.instances);
    return {
      step: (lookup) => {
        this.sources.push(source.replace(/\$(\w+)/g, (_, name: string) => lookup(name) ?? "(unset)"));
        return true;
      },
      report: () => JSON.stringify({ diagnostics: [], policy: this.policy }),
      nextRules: () => undefined,
      takeHandle: () => handle,
      free: () => {},
    };
  };

  inferRisk = (reason: string): string => {
    this.enter("free", this.instances);
    return JSON.stringify({ category: "inferred", name: reason, riskType: "atomic" });
  };

  ready = (): void => {
    if (this.#resetting) this.#restart();
  };

  reset = (): void => {
    this.#resetting = true;
  };

  memory = (): WebAssembly.Memory => this.bytes;

  /** Counts a call into an instance, and traps if it is due. */
  enter(call: keyof Handle | "compile", instance: number): void {
    this.calls[call] = (this.calls[call] ?? 0) + 1;
    if (instance !== this.instances || this.#dead) throw new Error("attempt to use a dead instance");
    if (this.trapOn === call) this.trap();
  }

  trap(): never {
    this.trapOn = this.alsoTrapOn;
    this.alsoTrapOn = undefined;
    this.#dead = true;
    throw new WebAssembly.RuntimeError("unreachable");
  }

  #restart(): void {
    this.instances++;
    this.bytes = new WebAssembly.Memory({ initial: 4 });
    this.#dead = false;
    this.#resetting = false;
  }
}

class StubHandle implements Handle {
  readonly #core: StubCore;
  readonly #instance: number;
  #carried = Buffer.alloc(0);
  #counters = { lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 };
  #lines: string[] = [];
  #rows = 0;
  #every = false;
  #judged = "";

  constructor(core: StubCore, instance: number) {
    this.#core = core;
    this.#instance = instance;
    core.live++;
  }

  free(): void {
    this.#enter("free");
    this.#core.live--;
  }

  setDay(): void {
    this.#enter("setDay");
  }

  fork(): Handle {
    this.#enter("fork");
    return new StubHandle(this.#core, this.#instance);
  }

  attachSae(): string {
    this.#enter("attachSae");
    return JSON.stringify({ diagnostics: [], policy: null });
  }

  graveLints(): GraveLints {
    this.#enter("graveLints");
    return { step: () => "[]", free: () => {} };
  }

  score(): string | undefined {
    this.#enter("score");
    return undefined;
  }

  input(len: number): number {
    this.#enter("input");
    this.#core.bytes.grow(Math.ceil(len / PAGE));
    return PAGE;
  }

  release(): void {
    this.#enter("release");
  }

  /** Makes memory grow, which detaches every view of it. */
  judge(len: number): number {
    this.#enter("judge");
    return this.#judge(len);
  }

  judgeForTiers(len: number): number {
    this.#enter("judgeForTiers");
    return this.#judge(len);
  }

  target(): string | undefined {
    this.#enter("target");
    return this.#query(this.#judged);
  }

  takeFacts(): string | undefined {
    this.#enter("takeFacts");
    return this.#facts(this.#judged);
  }

  facts(len: number): string | undefined {
    this.#enter("facts");
    return this.#facts(this.#text(PAGE, len));
  }

  parts(): Uint32Array {
    this.#enter("parts");
    return new Uint32Array(0);
  }

  importSecrets(): string {
    this.#enter("importSecrets");
    return "";
  }

  secretKinds(): string | undefined {
    this.#enter("secretKinds");
    return "secret";
  }

  /** Finds the word `secret`. */
  scan(len: number): number {
    this.#enter("scan");
    const text = this.#text(PAGE, len);
    if (text.includes("TRAP")) this.#core.trap();
    const finds = [...text.matchAll(/secret/g)].flatMap(({ index }) => [index, index + 6, 0]);
    new Uint32Array(this.#core.bytes.buffer, 2 * PAGE).set([finds.length / 3, text.length, ...finds]);
    return 2 * PAGE;
  }

  explain(): string | undefined {
    this.#enter("explain");
    const subject = this.#query(this.#judged);
    const trace: Trace = {
      kind: "Dns",
      subject: subject ?? "",
      evidence: "complete",
      code: this.#code(this.#judged),
      rule: null,
      span: null,
      site: null,
      builtin: null,
      why: "no rule matches",
      rules: [],
      commands: null,
    };
    return JSON.stringify(trace);
  }

  streamInput(len: number): number {
    this.#enter("streamInput");
    this.#core.bytes.grow(Math.ceil(len / PAGE));
    return 2 * PAGE;
  }

  feed(len: number): number {
    this.#enter("feed");
    const chunk = new Uint8Array(this.#core.bytes.buffer, 2 * PAGE, len);
    const lines = Buffer.concat([this.#carried, chunk]).toString().split("\n");
    this.#carried = Buffer.from(lines.pop() ?? "");
    return this.#judgeAll(lines);
  }

  finish(): number {
    this.#enter("finish");
    const last = this.#carried.toString();
    this.#carried = Buffer.alloc(0);
    return this.#judgeAll(last === "" ? [] : [last]);
  }

  setEvery(every: boolean): void {
    this.#enter("setEvery");
    this.#every = every;
  }

  shown(text: string): string {
    this.#enter("shown");
    return text;
  }

  includeActivations(): void {
    this.#enter("includeActivations");
  }

  compareWith(): void {
    this.#enter("compareWith");
  }

  /** The older policy is the same. */
  others(): number {
    this.#enter("others");
    const codes = this.#lines.map((line) => this.#code(line));
    new Uint32Array(this.#core.bytes.buffer, PAGE, codes.length).set(codes);
    return PAGE;
  }

  rows(): number {
    this.#enter("rows");
    return this.#rows;
  }

  rowAuditSummaries(): string {
    this.#enter("rowAuditSummaries");
    return this.#lines.map((line) => this.#auditSummary(line)).join("");
  }

  auditSummary(len: number): string {
    this.#enter("auditSummary");
    return this.#auditSummary(this.#text(PAGE, len));
  }

  rowFault(row: number): string | undefined {
    this.#enter("rowFault");
    return this.#fault(this.#lines[row] ?? "");
  }

  fault(len: number): string | undefined {
    this.#enter("fault");
    return this.#fault(this.#text(PAGE, len));
  }

  rowFacts(row: number): string | undefined {
    this.#enter("rowFacts");
    return this.#facts(this.#lines[row] ?? "");
  }

  counters(): string {
    this.#enter("counters");
    return JSON.stringify(this.#counters);
  }

  #judge(len: number): number {
    this.#judged = this.#text(PAGE, len);
    const code = this.#code(this.#judged);
    this.#core.bytes.grow(1);
    return code;
  }

  #enter(call: keyof Handle): void {
    this.#core.enter(call, this.#instance);
  }

  #text(address: number, len: number): string {
    return Buffer.from(this.#core.bytes.buffer, address, len).toString();
  }

  #query(text: string): string | undefined {
    if (text.includes("TRAP")) this.#core.trap();
    try {
      return JSON.parse(text).event.Dns.query;
    } catch {
      return undefined;
    }
  }

  #code(text: string): number {
    const query = this.#query(text);
    if (query === undefined) return 0x8000_0000 + (text.includes("LlmCall") ? 1 : 0);
    const rule = RULES.findIndex(({ name }) => query.startsWith(name)) + 1;
    return (DNS | rule | (rule === 1 ? TARGET : 0)) >>> 0;
  }

  #facts(text: string): string | undefined {
    const subject = this.#query(text);
    if (subject === undefined) return undefined;
    const facts: EventFacts = {
      kind: "Dns",
      pid: 1,
      agent: null,
      provider: null,
      subject,
      target: subject,
      targetFrom: "observed",
      evidence: "complete",
    };
    return JSON.stringify(facts);
  }

  #fault(text: string): string | undefined {
    return this.#query(text) === undefined && !text.includes("LlmCall") ? "a fault" : undefined;
  }

  #auditSummary(text: string): string {
    const subject = JSON.stringify(this.#query(text));
    const id = /"id":(\d+)/.exec(text)?.[1];
    return `"event":"Dns","subject":${subject}\n${subject}\n${id === undefined ? "" : `"id":${id}`}\n`;
  }

  /** Writes lines and rows to the end of memory. */
  #judgeAll(lines: string[]): number {
    const rows = lines.flatMap((line) => {
      const code = this.#code(line);
      this.#counters.lines++;
      const not = code >= 0x8000_0000;
      this.#counters[not ? (code & 1 ? "unmodelled" : "malformed") : "events"]++;
      const rule = RULES[(code & 0xff_ffff) - 1];
      const number = this.#counters.lines;
      if (this.#every) return [{ line, code, number }];
      return not || rule === undefined || rule.verdict === "allow" ? [] : [{ line, code, number }];
    });
    this.#lines = rows.map(({ line }) => line);
    const { buffer } = this.#core.bytes;
    let at = buffer.byteLength - PAGE;
    this.#rows = at;
    const table = new Uint32Array(buffer, at, rows.length * 4);
    at += rows.length * 16;
    rows.forEach(({ line, code, number }, i) => {
      const { written } = new TextEncoder().encodeInto(line, new Uint8Array(buffer, at));
      table.set([at, written, code, number], i * 4);
      at += written;
    });
    return rows.length;
  }
}

/** Creates a stub and makes it the rule engine of everything created from now on. */
export function stubCore(): StubCore {
  const core = new StubCore();
  provideCore(() => core);
  return core;
}
