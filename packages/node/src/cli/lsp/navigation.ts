// Goes to what a name stands for, to an included file, and to the uses of a name.

import { type NamePlace, namedBy, tokenAt, wordOf } from "@a3s-sentry/core/tools";
import type { Location, Position } from "vscode-languageserver/node";
import { lookAt } from "../look-at.js";
import { type Documents, pathOf, uriOf } from "./documents.js";
import { locationOf, namesAround, usesAround } from "./names-around.js";
import type { PolicyFiles } from "./policy-files.js";

interface Place {
  readonly uri: string;
  readonly position: Position;
}

const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Where the list or rule at a place is defined, or the files of a pattern of `include`. */
export async function definition(documents: Documents, files: PolicyFiles, place: Place): Promise<Location[]> {
  const at = atPlace(documents, place);
  if (at === undefined) return [];
  if (at.included !== undefined) return await includedFiles(place.uri, at.included);
  const { named } = at;
  if (named === undefined) return [];
  return (await namesAround(place.uri, files))
    .filter(({ what, name }) => what === named.what && name === named.name)
    .map(locationOf);
}

/** The uses of the list or rule at a place, and also where it is defined if that is asked for. */
export async function references(
  documents: Documents,
  files: PolicyFiles,
  place: Place,
  definitions: "with definitions" | "uses alone",
): Promise<Location[]> {
  const named = atPlace(documents, place)?.named;
  if (named === undefined) return [];
  const uses = await usesAround(place.uri, files);
  const given = definitions === "with definitions" ? await namesAround(place.uri, files) : [];
  return [...given, ...uses].filter(({ what, name }) => what === named.what && name === named.name).map(locationOf);
}

function atPlace(
  documents: Documents,
  { uri, position }: Place,
): { readonly named?: NamePlace | undefined; readonly included?: string } | undefined {
  const found = documents.outlineOf(uri);
  if (found === undefined) return undefined;
  const { document, outline } = found;
  const at = tokenAt(outline, document.offsetAt(position));
  if (at === undefined) return undefined;
  const { token, role } = at;
  const isPattern = role.is === "value" && isInclude(role.section.path) && token.kind === "text";
  return isPattern ? { included: wordOf(outline.text, token) } : { named: namedBy(outline, token, role) };
}

function isInclude(path: readonly string[]): boolean {
  return path.length === 1 && path[0] === "include";
}

/** The files of a pattern. One that is refused leads nowhere. */
async function includedFiles(uri: string, pattern: string): Promise<Location[]> {
  const path = pathOf(uri);
  if (path === undefined) return [];
  try {
    const { options } = lookAt(path, { textOf: () => "" });
    return (await options.include(pattern, null)).map(({ name }) => ({ uri: uriOf(name), range: START }));
  } catch {
    return [];
  }
}
