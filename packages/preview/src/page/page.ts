// The beginning of the page: starts the judge's worker, then loads the rest.

import "../judge/first-worker.js";

void import("./open.js");
