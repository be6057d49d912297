// Calls that an agent makes through the AI SDK come out as `classify` says of the events that they stand for.

import { type Guard, Sentry } from "@a3s-sentry/core";
import { guardTools, sentryApproval, sentryPolicyClient } from "@a3s-sentry/core/ai-sdk";
import { opaPolicy } from "@ai-sdk/policy-opa";
import { afterEach, expect, test } from "vitest";
import { ACTIONS, DEPLOYS, expectedReactions, type Reaction } from "../actions.js";
import { closeAll, guardOf, partsOf, type Run, type Runner, runners, runners7, toolsNamed } from "./agent.js";

afterEach(closeAll);

type Adapter = (tools: object, guard: Guard) => Run;

const path = "agent/call/decision";
const ADAPTERS: readonly [name: string, adapter: Adapter, runs: readonly [string, Runner][]][] = [
  ["guardTools", (tools, guard) => ({ tools: guardTools(tools, guard) }), runners],
  ["sentryApproval", (tools, guard) => ({ tools, toolApproval: sentryApproval(guard) }), runners7],
  [
    "sentryPolicyClient",
    (tools, guard) => ({ tools, toolApproval: opaPolicy({ client: sentryPolicyClient(guard), path }) }),
    runners7,
  ],
];

test.each(ADAPTERS.flatMap(([name, adapter, runs]) => runs.map(([by, run]) => ({ name, adapter, by, run }))))(
  "$name, $by: commands, files and addresses come out as from `classify`",
  async ({ adapter, run }) => {
    const { ran, tools } = toolsNamed(new Set(ACTIONS.map(({ tool }) => tool)));
    const result = await run(ACTIONS, adapter(tools, await guardOf({ canAsk: true })));
    const waiting = partsOf(result, "tool-approval-request").filter(({ isAutomatic }) => isAutomatic !== true);
    const asked = waiting.map(({ toolCall }) => toolCall?.toolCallId);
    const ids = ACTIONS.map((_, index) => `call-${index}`);
    const reactions = ids.map((id): Reaction => (ran.includes(id) ? "runs" : asked.includes(id) ? "asked" : "denied"));
    const sentry = await Sentry.create(DEPLOYS);
    expect(reactions).toEqual(expectedReactions(sentry));
    expect(new Set(reactions)).toEqual(new Set(["runs", "asked", "denied"]));
    sentry.close();
  },
);
