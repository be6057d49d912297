// Strict models of the hosts: what each does with what a hook leaves behind. Written from the source
// or the documents of the versions in the table of hosts, and not from our answers.

/** What a hook's process left behind. */
export interface HookResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/**
 * `denied`: the call does not run, and there is a reason. `asked`: a person is asked. `granted`: it
 * runs without the host's own prompts. `own-flow`: the host does what it would do without a hook.
 * `failed`: the host takes the answer for a failure of the hook, and does what its switch says.
 */
export type HostReaction = "denied" | "asked" | "granted" | "own-flow" | "failed";

type Model = (event: string, result: HookResult) => HostReaction;

interface Json {
  readonly type?: unknown;
  readonly permission?: unknown;
  readonly decision?: unknown;
  readonly permissionDecision?: unknown;
  readonly hookSpecificOutput?: unknown;
  readonly [key: string]: unknown;
}

export const MODELS: Readonly<Record<string, Model>> = {
  "claude-code": (event, { stdout, stderr, code }) => {
    if (code === 2) return stderr.trim() === "" ? "failed" : "denied";
    if (code !== 0) return "failed";
    if (stdout.trim() === "") return "own-flow";
    const json = oneObject(stdout);
    if (json === undefined) return "failed";
    if (event === "UserPromptSubmit")
      return isExactly(json, { decision: "block", reason: String }) ? "denied" : "failed";
    return hookSpecific(event, json, { allow: "granted", deny: "denied", ask: "asked" });
  },
  // Everything but a denial with a reason, and silence, is a failure.
  codex: (event, { stdout, stderr, code }) => {
    if (code === 2) return stderr.trim() === "" ? "failed" : "denied";
    if (code !== 0) return "failed";
    if (stdout.trim() === "") return "own-flow";
    const json = oneObject(stdout);
    if (json === undefined) return "failed";
    if (event === "UserPromptSubmit")
      return isExactly(json, { decision: "block", reason: String }) ? "denied" : "failed";
    return hookSpecific(event, json, { deny: "denied" });
  },
  copilot: (_event, { stdout, code }) => {
    if (code !== 0) return "denied";
    const lines = stdout.split("\n").filter((line) => oneObject(line)?.type !== "progress");
    if (lines.join("\n").trim() === "") return "own-flow";
    const json = oneObject(lines.join("\n"));
    // Output that is not one document counts as none.
    if (json === undefined) return "own-flow";
    if (!isExactly(json, { permissionDecision: String, permissionDecisionReason: String })) return "failed";
    return reaction(json.permissionDecision, { allow: "granted", deny: "denied", ask: "asked" });
  },
  cursor: (event, { stdout, code }) => {
    if (code === 2) return "denied";
    const json = code === 0 ? oneObject(stdout) : undefined;
    if (json === undefined) return "failed";
    if (event === "beforeSubmitPrompt") {
      if (isExactly(json, { continue: true })) return "own-flow";
      return isExactly(json, { continue: false, user_message: String }) ? "denied" : "failed";
    }
    if (isExactly(json, { permission: "allow" })) return "own-flow";
    if (event === "beforeReadFile") return isExactly(json, { permission: "deny" }) ? "denied" : "failed";
    if (!isExactly(json, { permission: String, user_message: String, agent_message: String })) return "failed";
    return reaction(json.permission, { deny: "denied", ...(event !== "preToolUse" && { ask: "asked" as const }) });
  },
  gemini: (_event, { stdout, stderr, code }) => {
    const text = stdout.trim() || stderr.trim();
    if (text === "") return "own-flow";
    const json = oneObject(text);
    if (json === undefined) return code === 0 || code === 1 ? "failed" : "denied";
    if (isExactly(json, {})) return "own-flow";
    if (!isExactly(json, { decision: String, reason: String })) return "failed";
    return reaction(json.decision, { deny: "denied", block: "denied", ask: "asked" });
  },
  antigravity: (_event, { stdout, code }) => {
    const json = code === 0 ? oneObject(stdout) : undefined;
    if (json === undefined) return "failed";
    if (isExactly(json, { decision: "allow" })) return "own-flow";
    if (!isExactly(json, { decision: String, reason: String })) return "failed";
    return reaction(json.decision, { deny: "denied", force_ask: "asked" });
  },
  // The plugin throws for everything but an allow.
  opencode: (_event, { stdout, code }) => {
    const json = code === 0 ? oneObject(stdout) : undefined;
    return json !== undefined && isExactly(json, { decision: "allow" }) ? "own-flow" : "denied";
  },
};

/** The object that a text is the JSON of: one document and nothing else. */
function oneObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an object has these keys and no others. `String` stands for a text that is not blank. */
function isExactly(json: Json, wanted: Json): boolean {
  const keys = Object.keys(wanted);
  return Object.keys(json).length === keys.length && keys.every((key) => isAsWanted(json[key], wanted[key]));
}

function isAsWanted(value: unknown, wanted: unknown): boolean {
  return wanted === String ? typeof value === "string" && value.trim() !== "" : value === wanted;
}

function hookSpecific(event: string, json: Json, known: Readonly<Record<string, HostReaction>>): HostReaction {
  const inner = json.hookSpecificOutput;
  if (Object.keys(json).length !== 1 || typeof inner !== "object" || inner === null) return "failed";
  const wanted = { hookEventName: event, permissionDecision: String, permissionDecisionReason: String };
  return isExactly(inner as Json, wanted) ? reaction((inner as Json).permissionDecision, known) : "failed";
}

function reaction(word: unknown, known: Readonly<Record<string, HostReaction>>): HostReaction {
  return (typeof word === "string" && Object.hasOwn(known, word) ? known[word] : undefined) ?? "failed";
}
