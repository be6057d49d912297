// A process that imports the package and judges one event.

import { egress, Sentry } from "a3s-sentry";

const sentry = await Sentry.create({});
process.exitCode = sentry.classify(egress(1, "169.254.169.254", 80)).verdict === "block" ? 0 : 1;
