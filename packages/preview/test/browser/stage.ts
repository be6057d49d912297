// What the suites share: one browser, and the address of a page without a policy.

import type { Browser } from "playwright-core";

export interface Stage {
  readonly browser: () => Browser;
  readonly url: () => string;
}
