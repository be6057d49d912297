// Questions in results: an answer holds once, for exactly its call.
import { describe, expect, it, vi } from "vitest";
import { field, type JsonObject } from "../../../src/guard/hosts/json-object.js";
import { FormResults } from "../../../src/guard/mcp/form-results.js";

const FORMS = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
const DECISION = { verdict: "escalate", tier: "Rules", severity: "high", reason: "", evidence: "complete" } as const;
const ASKED = { outcome: "ask", decision: DECISION, revision: "", message: "push?", ticket: "t" } as const;
const YES = { action: "accept", content: { decision: "allow once" } };

function call(more: object = {}, args: object = { branch: "main", force: false }): JsonObject {
  const params = { name: "push", arguments: args, _meta: FORMS, ...more };
  return { jsonrpc: "2.0", id: 1, method: "tools/call", params };
}

/** Asks about a call, and returns the state that the client gives back. */
async function asked(message = call()) {
  const answers: string[] = [];
  const forms = new FormResults(60, (_ticket, _message, answer) => answers.push(answer));
  const answer = await forms.askBy(message)?.(ASKED);
  if (typeof answer !== "object") throw new Error(`not asked: ${answer}`);
  return { forms, answers, result: answer.result, requestState: field(answer.result, "requestState") };
}

describe("a call that comes again with an answer", () => {
  it("is approved once, and reaches the server as it was first made", async () => {
    const own = { requestState: "of the server", inputResponses: { name: { action: "accept" } } };
    const { forms, answers, result, requestState } = await asked(call(own));
    expect(result).toMatchObject({
      resultType: "input_required",
      inputRequests: { "a3s-sentry": { method: "elicitation/create", params: { mode: "form", message: "push?" } } },
      requestState: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const again = call({ requestState, inputResponses: { "a3s-sentry": YES } }, { force: false, branch: "main" });
    expect(forms.returned(again)).toEqual({ message: call(own), approval: "approved" });
    expect(forms.returned(again)).toEqual({ message: again });
    expect(answers).toEqual(["approved"]);
  });

  it.each([
    ["of another call", call({}, { branch: "main", force: true }), YES],
    ["of another tool", call({ name: "delete" }), YES],
    ["that is no", call(), { action: "decline" }],
    ["that is missing", call(), undefined],
  ])("%s is denied", async (_, other, answer) => {
    const { forms, answers, requestState } = await asked();
    const params = { ...(field(other, "params") as object), requestState, inputResponses: { "a3s-sentry": answer } };
    expect(forms.returned({ ...other, params })).toMatchObject({ approval: "denied" });
    expect(answers).toEqual(["denied"]);
  });

  it("too late is denied", async () => {
    const { forms, answers, requestState } = await asked();
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
    try {
      const again = call({ requestState, inputResponses: { "a3s-sentry": YES } });
      expect(forms.returned(again)).toMatchObject({ approval: "denied" });
      expect(answers).toEqual(["expired"]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a question", () => {
  it.each([
    ["offers no forms", { _meta: { "io.modelcontextprotocol/clientCapabilities": { elicitation: { url: {} } } } }],
    ["is of an older revision", { _meta: {} }],
  ])("is not asked of a client that %s", (_, meta) => {
    expect(new FormResults(60).askBy(call(meta))).toBeUndefined();
  });

  it("is a denial beyond 64 open ones, and for a call with a large state", async () => {
    const forms = new FormResults(60);
    const ask = (message: JsonObject) => forms.askBy(message)?.(ASKED);
    expect(await ask(call({ requestState: "x".repeat(65_536) }))).toBe("denied");
    for (let i = 0; i < 64; i++) expect(await ask(call())).toBeTypeOf("object");
    expect(await ask(call())).toBe("denied");
  });
});
