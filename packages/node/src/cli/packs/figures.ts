// What each pack flags of labelled events. This file is written by scripts/pack-figures.mjs.

import type { Figures } from "./pack-text.js";

export const PACK_FIGURES: Figures = {
  attacks: 911,
  benign: 14144,
  packs: {
    credentials: { attacks: 136, benign: 0 },
    persistence: { attacks: 114, benign: 0 },
    privilege: { attacks: 35, benign: 0 },
    defences: { attacks: 38, benign: 0 },
    traces: { attacks: 21, benign: 0 },
    escapes: { attacks: 163, benign: 1 },
    containers: { attacks: 9, benign: 0 },
    exfiltration: { attacks: 19, benign: 0 },
    mining: { attacks: 82, benign: 0 },
    prompts: { attacks: 205, benign: 1 },
    self: { attacks: 0, benign: 0 },
    "git-history": { attacks: 0, benign: 8 },
    databases: { attacks: 0, benign: 9 },
    cloud: { attacks: 0, benign: 29 },
    publishing: { attacks: 0, benign: 31 },
  },
};
