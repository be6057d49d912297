// Writes docs/performance.md and its plot.

import { writeFileSync } from "node:fs";
import { conditions, versions } from "./conditions.mjs";
import { plot } from "./plot.mjs";
import { figureMarkdown, markdown } from "./table.mjs";

const docs = new URL("../../docs/", import.meta.url);
/** The document is generated up to this line; the rest is written by hand and kept. */
const BY_HAND = "<!-- From here on this document is written by hand. -->";

/**
 * @param {import("../rows.mjs").Result & { cost: Parameters<typeof plot>[0] }} result
 * @param {string} kept the part that is written by hand
 */
function documentOf({ rows, figures }, kept) {
  return `# Performance

All figures come from \`npm run bench -- --write\`. The implementations in a row take turns, round
by round. A figure is the median of all rounds; the brackets hold four fifths of the rounds. A ratio
compares an implementation with the first of its row in the same round; it is the median of all
rounds.

${conditions()}; ${versions()}.

## Figures and goals

${figureMarkdown(figures)}

![cost of an event by number of rules](performance.svg)

## All measurements

${markdown(rows)}

- *run* is a whole process that reads NDJSON from a file on stdin and writes audit lines to another
  file. The cost of an event is the difference between a long load and a short one, so start-up and
  compiling do not count.
- *native Rust* is [bench/baseline](../bench/baseline): serde_json into owned strings, one regular
  expression after the other, a locked print for each audited line. It is built with opt-level 3,
  LTO and the default features of the regex crate.
- *plain JavaScript* is [bench/plain](../bench/plain): \`JSON.parse\` and \`RegExp\` in a loop.
- Before anything is timed, all implementations must give the same verdict, rule and action for each
  line.
- The working session repeats \`examples/session.ndjson\`, each time as events of another agent; 209 of its 330 lines
  are events. An event that came before, from the same agent too, is known: the row of \`classify(string)\` says what
  it costs.
- 14 rules are the built-in ones that are in no pack. [bench/rules](../bench/rules) makes more from the words of a
  Debian system, in the style of rule sets for endpoints, containers and secrets; one in fifty has
  no literal. They come before the built-in ones and match no event of the loads.
- gitleaks is compared if the program \`gitleaks\` is found and \`GITLEAKS_CONFIG\` names its configuration,
  whose rules both then use. The figures are CPU time, without starting; otherwise the run says what is missing.
- Cedar and OPA judge a policy that they can express: four rules on the beginnings and ends of paths
  and names. a3s-sentry judges by its built-in rules too.

${BY_HAND}${kept}`;
}

/** @param {import("../rows.mjs").Result & { cost: Parameters<typeof plot>[0] }} result @param {string} before the current document */
export function write(result, before) {
  const kept = before.split(BY_HAND)[1] ?? "\n";
  writeFileSync(new URL("performance.md", docs), documentOf(result, kept));
  writeFileSync(new URL("performance.svg", docs), plot(result.cost));
}
