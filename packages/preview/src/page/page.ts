// The page around the component: opens the policy that a server put into it.

import { SentryPreview } from "../sentry-preview.js";
import { saving } from "./saving.js";

/** What `a3s-sentry preview POLICY` puts into the page. `revision` is there if it may be saved. */
export interface Opened {
  readonly name: string;
  readonly text: string;
  readonly format: "acl" | "toml";
  readonly revision?: string;
}

const element = document.querySelector("sentry-preview");
const data = document.getElementById("opened")?.textContent;
if (element instanceof SentryPreview && data) {
  const opened = JSON.parse(data) as Opened;
  element.format = opened.format;
  element.policy = opened.text;
  if (opened.revision !== undefined) element.saving = saving(opened.name, opened.revision);
}
