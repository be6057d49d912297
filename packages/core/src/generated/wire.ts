// The values that cross from the core as JSON. Generated from Rust (ts-rs): do not edit.

export type EventKind =
  | "ToolExec"
  | "SslContent"
  | "SecurityAction"
  | "Egress"
  | "Dns"
  | "FileAccess"
  | "FileDelete"
  | "LlmActivations";
export type Verdict = "allow" | "block" | "escalate";
export type Severity = "info" | "low" | "medium" | "high" | "critical";
export type ActionKind = "DenyEgress" | "DenyFile" | "DenyExec";
export type Evidence = "complete" | "partial";
export type Origin = "site" | "builtin";
export type Outcome = "decided" | "shadowed" | "no-match";

export interface Risk {
  category: string;
  name: string;
  riskType: string;
}

export interface SourceSpan {
  start: number;
  end: number;
  line: number;
  column: number;
  byteStart: number;
  byteEnd: number;
}

export interface RelatedPlace {
  message: string;
  span: SourceSpan;
}

export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  help: string | null;
  span: SourceSpan;
  related: RelatedPlace[];
  frame: string;
}

export interface RuleInfo {
  name: string;
  origin: Origin;
  on: EventKind[];
  pattern: string;
  verdict: Verdict;
  severity: Severity;
  reason: string;
  action: ActionKind | null;
  risks: Partial<Record<EventKind, Risk>>;
}

export interface DenyInfo {
  egress: string | null;
  file: string | null;
  exec: string | null;
}

export interface LlmInfo {
  url: string;
  model: string;
  key: string | null;
  timeoutS: number;
}

export interface AgentInfo {
  bin: string;
  skills: string | null;
  timeoutS: number;
}

export interface SaeInfo {
  dict: string;
  escalateAt: number;
  blockAt: number;
}

export interface PolicyInfo {
  rules: RuleInfo[];
  keys: string[];
  failClosed: boolean;
  dryRun: boolean;
  speculate: Severity | null;
  deny: DenyInfo;
  llm: LlmInfo | null;
  agent: AgentInfo | null;
  sae: SaeInfo | null;
}

export interface CompileReport {
  diagnostics: Diagnostic[];
  policy: PolicyInfo | null;
}

export interface EventFacts {
  kind: EventKind;
  pid: number;
  agent: string | null;
  provider: string | null;
  subject: string;
  target: string | null;
  evidence: Evidence;
}

export interface TextSpan {
  start: number;
  end: number;
}

export interface RuleTrace {
  rule: number;
  name: string;
  origin: Origin;
  verdict: Verdict;
  outcome: Outcome;
  span: TextSpan | null;
  why: string;
}

export interface Trace {
  kind: EventKind;
  subject: string;
  evidence: Evidence;
  code: number;
  rule: number | null;
  span: TextSpan | null;
  rules: RuleTrace[];
}

export interface Counters {
  lines: number;
  events: number;
  unmodelled: number;
  malformed: number;
  oversized: number;
}
