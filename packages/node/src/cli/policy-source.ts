// Opens a policy file for packages that compile it themselves.

import type { Include, PolicyFormat, PolicySource } from "@a3s-sentry/core";
import { includeFrom } from "../policy/include-files.js";
import { openFile } from "../policy/open-source.js";

/** The text of a policy file, and options of `Sentry.create` by which it finds what it includes. Throws a `PolicyError`. */
export function includeOf(file: string): {
  readonly source: PolicySource;
  readonly name: string;
  readonly format: PolicyFormat;
  readonly include: Include;
} {
  const { source, folder, name = file, format = "acl" } = openFile(file);
  return { source, name, format, include: includeFrom(folder, name, {}) };
}
