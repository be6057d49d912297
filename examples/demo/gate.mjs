// The demo's last part: the inline gate masks the secrets of a prompt, and restores them in the
// model's answer.

import { Sentry } from "../../packages/node/dist/index.js";
import { oneLine, print } from "./terminal.mjs";

/** Invented, and put together here, so that no scanner takes it for a leaked one. */
const KEY = ["AKIA", "Q3EGRIZ7JN5XW2TB"].join("");
const PROMPT = `May ${KEY} deploy for C-40023117?`;
const INDENT = 20;

/** Shows how the gate handles a prompt. @param {string} policy a file @param {string} modelUrl */
export async function showMasking(policy, modelUrl) {
  const sentry = await Sentry.create(policy, { env: { MODEL_URL: modelUrl } });
  try {
    const gate = await sentry.inspectWire(PROMPT, "request");
    const { masked } = gate.apply(PROMPT);
    const answer = `No, ${gate.redactions[0]?.placeholder} may only read.`;
    show("the agent writes", PROMPT);
    show("the gate decides", `${gate.decision.verdict}: ${gate.decision.reason}`);
    show("the model gets", masked);
    show("the model answers", answer);
    show("the agent reads", gate.restore(answer));
  } finally {
    sentry.close();
  }
}

/** @param {string} label @param {string} text */
function show(label, text) {
  print(`  ${label.padEnd(INDENT - 2)}${oneLine(text, INDENT)}`);
}
