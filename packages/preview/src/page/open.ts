// The rest of the page: the component, which opens the policy that a server put into it, or that a link holds.

import type { Included } from "../judge/protocol.js";
import { SentryPreview } from "../sentry-preview.js";
import { sharedIn } from "../share/link.js";
import { texts } from "../texts.js";
import { saving } from "./saving.js";

/** What `a3s-sentry preview POLICY` puts into the page. `revision` is there if it may be saved. */
export interface Opened {
  readonly name: string;
  readonly text: string;
  readonly format: "acl" | "toml";
  readonly includes: readonly Included[];
  readonly revision?: string;
}

const element = document.querySelector("sentry-preview");
if (element instanceof SentryPreview) {
  void openIn(element);
  // The browser asks before it closes a page with changes.
  addEventListener("beforeunload", (event) => {
    if (element.isChanged) event.preventDefault();
  });
}

/** A link wins, and opens a copy that is never saved. */
async function openIn(preview: SentryPreview): Promise<void> {
  try {
    const shared = await sharedIn(location.hash);
    if (shared !== undefined) {
      preview.open(shared.policy, "acl", shared.event);
      preview.say(texts.share.opened);
      return;
    }
  } catch (error) {
    preview.say(texts.share.damaged(error instanceof Error ? error.message : String(error)));
  }
  const data = document.getElementById("opened")?.textContent;
  if (!data) return;
  const opened = JSON.parse(data) as Opened;
  preview.open(opened.text, opened.format, undefined, opened.includes);
  if (opened.revision !== undefined) preview.saving = saving(opened.name, opened.revision);
}
