// The names in a policy: where they are given and used, over all of its files.

import { definitionsIn, type NamePlace, referencesIn } from "@a3s-sentry/core/tools";
import type { Location } from "vscode-languageserver/node";
import { pathOf } from "./documents.js";
import type { PolicyFile, PolicyFiles } from "./policy-files.js";

/** A name and the file that it is in. */
export interface NameIn extends NamePlace {
  readonly file: PolicyFile;
}

/** The names that are given in the files around a document. */
export async function namesAround(uri: string, files: PolicyFiles): Promise<NameIn[]> {
  return (await filesAround(uri, files)).flatMap((file) =>
    definitionsIn(file.outline).map((one) => ({ ...one, file })),
  );
}

/** The places that refer to a name, in the files around a document. */
export async function usesAround(uri: string, files: PolicyFiles): Promise<NameIn[]> {
  return (await filesAround(uri, files)).flatMap((file) => referencesIn(file.outline).map((one) => ({ ...one, file })));
}

export function locationOf({ file: { document }, token: { from, to } }: NameIn): Location {
  return { uri: document.uri, range: { start: document.positionAt(from), end: document.positionAt(to) } };
}

function filesAround(uri: string, files: PolicyFiles): Promise<readonly PolicyFile[]> {
  const path = pathOf(uri);
  return path === undefined ? files.ofText(uri) : files.around(path);
}
