// A process that prepares the built-in rules twice, and prints the time of the second in
// milliseconds.

import { Sentry } from "a3s-sentry";

const first = await Sentry.create("");
const since = performance.now();
const second = await Sentry.create("");
process.stdout.write(String(performance.now() - since));
second.close();
first.close();
