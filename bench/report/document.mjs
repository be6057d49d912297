// docs/performance.md and its plot.

import { writeFileSync } from "node:fs";
import { conditions, versions } from "./conditions.mjs";
import { plot } from "./plot.mjs";
import { figureMarkdown, markdown } from "./table.mjs";

const docs = new URL("../../docs/", import.meta.url);
/** From here on the document is written by hand, and stays. */
const BY_HAND = "<!-- From here on this document is written by hand. -->";

/**
 * @param {import("../rows.mjs").Result & { cost: Parameters<typeof plot>[0] }} result
 * @param {string} kept what was written by hand
 */
function documentOf({ rows, figures }, kept) {
  return `# Performance

What \`npm run bench -- --write\` measured. All ways of a row ran in turns, round by round: medians, and in brackets where four
fifths of the rounds lie. A ratio is that of one way to the first of its row in the same round, the median of all rounds.

${conditions()}; ${versions()}.

## Figures and their goals

${figureMarkdown(figures)}

![cost of an event against the number of rules](performance.svg)

## All that was measured

${markdown(rows)}

- *run* is a whole process that reads NDJSON from a file on stdin and writes audit lines to another. What an event costs
  is the difference between a long load and a short one, so that starting and compiling do not count.
- *native Rust* is [bench/baseline](../bench/baseline): serde_json into owned strings, one regular expression after the
  other, a locked print for each audited line; built with opt-level 3, LTO, and the regex crate's default features.
- *plain JavaScript* is [bench/plain](../bench/plain): \`JSON.parse\` and \`RegExp\` in a loop.
- Before anything is timed, all ways must give the same verdict, rule and action for each line.
- The working session is \`examples/session.ndjson\`, over and over; 209 of its 330 lines are events. 14 rules are the
  built-in ones; more are made from the words of a Debian system in [bench/rules](../bench/rules), as collections for
  endpoints, containers and secrets have them, one in fifty without any literal. They come before the built-in ones and fit no
  event of the loads.
- Cedar and OPA judge what their engines can say: four rules on the beginnings and ends of paths and names. a3s-sentry tries
  its built-in rules as well.

${BY_HAND}${kept}`;
}

/** @param {import("../rows.mjs").Result & { cost: Parameters<typeof plot>[0] }} result @param {string} before the document so far */
export function write(result, before) {
  const kept = before.split(BY_HAND)[1] ?? "\n";
  writeFileSync(new URL("performance.md", docs), documentOf(result, kept));
  writeFileSync(new URL("performance.svg", docs), plot(result.cost));
}
