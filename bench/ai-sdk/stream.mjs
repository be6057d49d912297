// Measures what masking and restoring cost a streamed answer: the CPU time of `streamText` with
// `sentryMiddleware` against that without, in this process, by turns.
//
//     node bench/ai-sdk/stream.mjs [--tokens 100000] [--pairs 9]

import { parseArgs } from "node:util";
import { Sentry } from "@a3s-sentry/core";
import { sentryMiddleware } from "@a3s-sentry/core/ai-sdk";
import * as ai6 from "ai";
import * as ai7 from "ai-7";

const { values } = parseArgs({
  options: { tokens: { type: "string", default: "100000" }, pairs: { type: "string", default: "9" } },
});
const [tokens, pairs] = [Number(values.tokens), Number(values.pairs)];
/** @type {[string, typeof ai6][]} */
const versions = [
  ["ai 6", ai6],
  ["ai 7", /** @type {any} */ (ai7)],
];

const WORDS = "The customer asked when the parcel would arrive , and we answered within two days .".split(" ");
const MADE_UP = "Xk29fjQq81";
const PROMPT = `Summarise the mails of ada@example.org and bob@example.org, whose login password: ${MADE_UP}`;

const sentry = await Sentry.create("");
for (const [name, ai] of versions) {
  const plain = model();
  const guarded = ai.wrapLanguageModel({ model: plain, middleware: sentryMiddleware(sentry) });
  /** @param {typeof plain} asked */
  const answered = async (asked) => {
    const before = process.cpuUsage();
    const { textStream } = ai.streamText({ model: asked, prompt: PROMPT });
    let text = "";
    for await (const part of textStream) text += part;
    const { user, system } = process.cpuUsage(before);
    if (text.length < tokens) throw new Error("the answer is too short");
    if (asked === guarded && !text.includes("ada@example.org")) throw new Error("nothing was restored");
    return user + system;
  };
  await answered(plain);
  await answered(guarded);
  const ratios = [];
  const costs = [];
  for (let pair = 0; pair < pairs; pair++) {
    // Each of both begins every other pair.
    const first = pair % 2 === 0 ? guarded : plain;
    const one = await answered(first);
    const other = await answered(first === guarded ? plain : guarded);
    const [masked, without] = first === guarded ? [one, other] : [other, one];
    ratios.push(masked / without);
    costs.push(without / tokens);
  }
  /** @param {number[]} numbers */
  const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
  process.stdout.write(
    `${name}: ${tokens} tokens, ${median(ratios).toFixed(3)} × (${ratios[0]?.toFixed(2)}–${ratios.at(-1)?.toFixed(2)}), ${median(costs).toFixed(1)} µs a token without\n`,
  );
}
sentry.close();

/** A model that streams words, and every 100 words the first placeholder of its prompt. */
function model() {
  return /** @type {any} */ ({
    specificationVersion: "v3",
    provider: "bench",
    modelId: "bench",
    supportedUrls: {},
    /** @param {{ prompt: unknown }} params */
    async doStream({ prompt }) {
      const [placeholder = "{{ADA}}"] = JSON.stringify(prompt).match(/\{\{A3S_REDACTED:email:\d+\}\}/) ?? [];
      // A tokeniser cuts a placeholder into several tokens.
      const pieces = placeholder.match(/.{1,4}/g) ?? [];
      let next = -2;
      const stream = new ReadableStream({
        pull(controller) {
          if (next === -2) controller.enqueue({ type: "stream-start", warnings: [] });
          else if (next === -1) controller.enqueue({ type: "text-start", id: "t" });
          else if (next < tokens) {
            const inRow = next % 100;
            const delta = inRow < pieces.length ? pieces[inRow] : ` ${WORDS[next % WORDS.length]}`;
            controller.enqueue({ type: "text-delta", id: "t", delta });
          } else {
            controller.enqueue({ type: "text-end", id: "t" });
            const usage = { inputTokens: { total: 1 }, outputTokens: { total: tokens } };
            controller.enqueue({ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage });
            controller.close();
          }
          next++;
        },
      });
      return { stream };
    },
  });
}
