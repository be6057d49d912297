// Checks, before any timing, that two judges in this process give the same decisions.

/** @typedef {import("a3s-sentry").Sentry} Sentry */
/** @typedef {import("./plain/judge.mjs").PlainJudge} PlainJudge */

/** @param {{ verdict: string, rule?: string, action?: { kind: string, target: string } } | null} decision */
function gist(decision) {
  if (decision === null) return "not an event";
  const { verdict, rule = "no rule", action } = decision;
  return `${verdict} by ${rule}${action === undefined ? "" : `, ${action.kind} ${action.target}`}`;
}

/**
 * Throws where the two differ in verdict, rule or action.
 * @param {Sentry} sentry @param {PlainJudge} plain @param {readonly string[]} lines
 */
export function mustAgree(sentry, plain, lines) {
  const differences = lines
    .map((line) => ({ line, ours: gist(sentry.classify(line)), theirs: gist(plain.classify(line)) }))
    .filter(({ ours, theirs }) => ours !== theirs)
    .map(({ line, ours, theirs }) => `${line}\n  a3s-sentry: ${ours}\n  plain judge: ${theirs}`);
  if (differences.length > 0) throw new Error(`the judges differ:\n${differences.join("\n")}`);
}

/**
 * Throws where the two find other lines of a stream worth attention.
 * @param {Sentry} sentry @param {PlainJudge} plain @param {readonly Uint8Array[]} chunks
 */
export function mustAgreeOnChunks(sentry, plain, chunks) {
  const stream = sentry.createStream();
  const ours = chunks.flatMap((chunk) => stream.push(chunk).map(({ decision }) => gist(decision)));
  stream.close();
  const lines = plain.lines();
  const theirs = chunks.flatMap((chunk) => [...lines.push(chunk)].map(({ decision }) => gist(decision)));
  if (ours.length !== theirs.length || ours.some((one, i) => one !== theirs[i])) {
    throw new Error(`the judges differ on a stream: ${ours.length} lines worth attention, and ${theirs.length}`);
  }
}
