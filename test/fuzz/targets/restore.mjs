// Masked text is restored exactly: by the result of `inspectWire`, and by a redactor in any chunks.

import { Sentry } from "a3s-sentry";
import { check, checkEqual, checkJudged } from "../property.mjs";
import { anyText, pick, several } from "../random.mjs";

/** @typedef {{ parts: string[], direction: "request" | "response", cuts: number[] }} Input `cuts` are the sizes of chunks, in turns */

const sentry = await Sentry.create(`redact { pattern "long" { match = "<[^>]*>" } }`);

// Assembled here, so that no scanner reports them as leaked.
const CHARACTERS = "q7Gd2mZx9Kp4Rt6Wb1Ns8Vc3Jh5Lf0YaEuTiOkQwXzBvNm";
const KEY = `ghp_${CHARACTERS.slice(0, 36)}`;
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${`${CHARACTERS}\n`.repeat(9)}-----END RSA PRIVATE KEY-----`;

const PARTS = [
  ...[KEY, PEM, PEM.replaceAll("\n", "\\n"), PEM.slice(0, 200), `sk-proj-${CHARACTERS.slice(0, 40)}`],
  ...[`AKIA${"Q3EGRIZ7JN5XW2TB"}`, "bob@example.com", `password="${CHARACTERS.slice(0, 20)}"`],
  ...[`\\"api_key\\": \\"${CHARACTERS.slice(0, 16)}\\"`, `Authorization: Bearer ${CHARACTERS.slice(0, 30)}`],
  ...["{{A3S_REDACTED:email:1}}", "{{A3S_REDACTED:long:2}}", "{{A3S_REDACTED:placeholder:1}}", "{{A3S_REDACTED:"],
  ...["{{", "{", "}}", "}", ":1}}", "email:", "1", "<", ">", "$&", "$1", "__proto__", "sk-", "token=", "@", "a."],
  ...["\ud800", "\udc00", "😀", "é", "\\", "\\n", '\\"', "\\u0022", "\\ud83d", "%3D", " ", "\n", "\r", "\0", "\ufeff"],
];

/** @type {import("../fuzzer.mjs").Target} */
export const restore = {
  name: "restore",
  generate: (next) => ({
    parts: several(next, 20, () => (next(6) === 0 ? anyText(next) : pick(next, PARTS))),
    direction: pick(next, ["request", "response"]),
    cuts: several(next, 5, () => 1 + next(pick(next, [3, 40, 400]))),
  }),
  async check(/** @type {Input} */ { parts, direction, cuts }) {
    const text = parts.join("");
    await checkInspection(text, direction);
    await checkRedactor(text, cuts);
  },
};

/** @param {string} text @param {"request" | "response"} direction */
async function checkInspection(text, direction) {
  const inspection = await sentry.inspectWire(text, direction);
  checkJudged(inspection.decision);
  const { masked, restores } = inspection.apply(text);
  checkEqual(inspection.restore(masked), text, "`restore` undoes `apply`");
  let end = 0;
  for (const found of inspection.redactions) {
    check(end <= found.start && found.start < found.end, "redactions are in order and do not overlap");
    end = found.end;
    checkEqual(restores[found.placeholder], text.slice(found.start, end), "`restores` has each secret");
    check(!text.includes(found.placeholder), "a placeholder is new to the text", found.placeholder);
  }
  check(end <= text.length, "redactions are inside the text");
}

/** @param {string} text @param {readonly number[]} cuts */
async function checkRedactor(text, cuts) {
  const whole = await through(sentry.createRedactor(), [text]);
  const redactor = sentry.createRedactor();
  const masked = await through(redactor, chunksOf(text, cuts));
  checkEqual(masked, whole, "a redactor masks alike in any chunks");
  checkEqual(redactor.restore(masked), text, "a redactor restores what it masked");
  checkEqual(await through(redactor.restorer(), chunksOf(masked, cuts)), text, "a stream restores in any chunks");
}

/** @param {string} text @param {readonly number[]} sizes in turns */
function chunksOf(text, sizes) {
  const chunks = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? text.length;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** @param {TransformStream<string, string>} stream @param {readonly string[]} chunks */
async function through(stream, chunks) {
  const writer = stream.writable.getWriter();
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  let out = "";
  for await (const piece of stream.readable) out += piece;
  await written;
  return out;
}
