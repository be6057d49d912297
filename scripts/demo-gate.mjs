// The demo's last part: a prompt that is masked before a model gets it, and its answer with the secrets back in place.
import { oneLine, print } from "./lib/screen.mjs";

const PROMPT = "May AKIAIOSFODNN7EXAMPLE deploy for C-40023117?";
const INDENT = 20;

/** What the gate makes of a prompt by the policy in `file`. */
export async function showMasking(file, modelUrl) {
  // Compiled by the time that this is called.
  const { Sentry } = await import("../packages/node/dist/index.js");
  const sentry = await Sentry.create(file, { env: { MODEL_URL: modelUrl } });
  try {
    const gate = await sentry.inspectWire(PROMPT, "request");
    const { masked } = gate.apply(PROMPT);
    const answer = `No, ${gate.redactions[0].placeholder} may only read.`;
    told("the agent writes", PROMPT);
    told("the gate says", `${gate.decision.verdict}: ${gate.decision.reason}`);
    told("the model gets", masked);
    told("the model answers", answer);
    told("the agent reads", gate.restore(answer));
  } finally {
    sentry.close();
  }
}

function told(what, text) {
  print(`  ${what.padEnd(INDENT - 2)}${oneLine(text, INDENT)}`);
}
