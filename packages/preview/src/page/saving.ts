// Saves the policy by the server of the page.

import type { Saving } from "../sentry-preview.js";

/** Saves the policy that has the given revision, and then each newer one that it has saved. */
export function saving(name: string, revision: string): Saving {
  let current = revision;
  return {
    name,
    save: async (text) => {
      const response = await fetch("policy", {
        method: "PUT",
        body: text,
        headers: { "content-type": "text/plain; charset=utf-8", "if-match": current },
      });
      if (!response.ok) throw new Error((await response.text()).trim());
      current = ((await response.json()) as { revision: string }).revision;
    },
  };
}
