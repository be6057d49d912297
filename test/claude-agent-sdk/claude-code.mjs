// Stands in for the program of the Claude Agent SDK: it speaks the SDK's protocol, asks hooks about
// the actions in ACTIONS, takes only the answers that the real one takes, and prints what it would run.

import { createInterface } from "node:readline";

/** @typedef {{ event: string, mode?: string, tool?: string, input?: object, prompt?: string, cwd?: string }} Action */
/** @type {Action[]} */
const actions = JSON.parse(process.env.ACTIONS ?? "[]");
/** @type {Map<string, (answer: any) => void>} */
const waiting = new Map();
/** @type {Record<string, { hookCallbackIds: string[], timeout?: number, onFailure?: string }[]>} */
let hooks = {};
let next = 0;

/** @param {object} message */
const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** @param {object} request @returns {Promise<any>} */
const ask = (request) =>
  new Promise((resolve) => {
    const id = `request-${next++}`;
    waiting.set(id, resolve);
    send({ type: "control_request", request_id: id, request });
  });

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.type === "control_response") waiting.get(message.response.request_id)?.(message.response);
  if (message.type === "control_request") {
    if (message.request.subtype === "initialize") hooks = message.request.hooks ?? {};
    const response = { commands: [], models: [], account: {}, hook_on_failure_supported: true };
    send({ type: "control_response", response: { subtype: "success", request_id: message.request_id, response } });
  }
  if (message.type === "user") void play();
}

async function play() {
  /** @type {{ action: Action, outcome: string, input?: object, why?: string }[]} */
  const played = [];
  for (const action of actions) played.push({ action, ...(await outcomeOf(action)) });
  const result = { type: "result", subtype: "success", result: JSON.stringify(played), is_error: false, num_turns: 1 };
  send({ ...result, session_id: "s1", uuid: "u1", usage: {}, duration_ms: 1, duration_api_ms: 1, total_cost_usd: 0 });
}

/** @param {Action} action */
async function outcomeOf(action) {
  const { event, mode = "default", tool, input, prompt, cwd = "/home/dev/app" } = action;
  const common = { session_id: "s1", transcript_path: "/t", cwd, permission_mode: mode, hook_event_name: event };
  const what = prompt === undefined ? { tool_name: tool, tool_input: input, tool_use_id: "t1" } : { prompt };
  const answers = [];
  for (const { hookCallbackIds, onFailure } of hooks[event] ?? []) {
    for (const id of hookCallbackIds) {
      const request = { subtype: "hook_callback", callback_id: id, input: { ...common, ...what }, tool_use_id: "t1" };
      const reply = await ask(request);
      const read = reply.subtype === "success" ? readAnswer(event, reply.response) : undefined;
      answers.push(read ?? (onFailure === "block" ? { decision: "deny", why: reply.error ?? "failed" } : {}));
    }
  }
  const denial = answers.find(({ decision }) => decision === "deny");
  if (denial !== undefined) return { outcome: "blocked", why: denial.why };
  const isAsked = answers.some(({ decision }) => decision === "ask");
  const isGranted = answers.some(({ decision }) => decision === "allow");
  if (event !== "PreToolUse" || (isGranted && !isAsked)) return { outcome: "ran" };
  if (!isAsked && mode === "bypassPermissions") return { outcome: "ran" };
  const reply = await ask({ subtype: "can_use_tool", tool_name: tool, input, tool_use_id: "t1" });
  const answer = reply.subtype === "success" ? reply.response : { behavior: "deny", message: reply.error };
  if (answer.behavior === "allow") return { outcome: "ran", input: answer.updatedInput ?? input };
  return { outcome: "blocked", why: answer.message };
}

/**
 * What an answer means; `undefined` if the program does not take it.
 * @param {string} event
 * @param {any} answer
 * @returns {{ decision?: string, why?: string } | undefined}
 */
function readAnswer(event, answer) {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  const { decision, reason, hookSpecificOutput: own, ...rest } = answer;
  if (Object.keys(rest).length > 0) return undefined;
  if (decision !== undefined) {
    return decision === "block" && typeof reason === "string" ? { decision: "deny", why: reason } : undefined;
  }
  if (own === undefined) return {};
  const { hookEventName, permissionDecision, permissionDecisionReason: why, ...more } = own;
  if (hookEventName !== event || Object.keys(more).length > 0 || typeof why !== "string" || why === "")
    return undefined;
  return ["allow", "ask", "deny"].includes(permissionDecision) ? { decision: permissionDecision, why } : undefined;
}
