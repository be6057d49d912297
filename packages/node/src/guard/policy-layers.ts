// Finds the policies that a guard judges by: the organisation's, the user's and a project's.

import { lstatSync, readdirSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { PolicyError } from "@a3s-sentry/core";
import { fileProblem, unreadable } from "../policy/policy-file.js";
import { errnoOf } from "../util/errno.js";
import { errorText } from "../util/error-text.js";
import { homeFolder } from "./home-folder.js";
import { type Owners, trustedPath } from "./trusted-path.js";

/** The folder of the organisation's policies. Each file in it is a policy of its own. */
export const ORGANISATION_FOLDER = "/etc/a3s-sentry/policy.d";

/** The names of a project's policy, in the project's folder. */
const PROJECT_FILES = [".a3s-sentry/policy.acl", ".a3s-sentry/policy.toml"];

const MAX_ORGANISATION_FILES = 64;
const MAX_PROJECT_FILES = 8;
const MAX_FOLDERS = 128;

/** Who wrote a policy: a project's can only add blocks and escalations. */
export type LayerOrigin = "organisation" | "user" | "project";

/** A policy file that applies. Each is judged by itself, and the gravest outcome decides. */
export interface PolicyLayer {
  readonly origin: LayerOrigin;
  /** The real path of the file. */
  readonly path: string;
}

/** Where the policies of the organisation and the user are. */
export interface LayerPlaces {
  /** The organisation's folder, {@link ORGANISATION_FOLDER} by default. */
  readonly organisation?: string;
  /** The absolute path of the user's policy; `undefined` for none. */
  readonly user?: string | undefined;
}

/** Where a user's policy is unless a path is given: `~/.config/a3s-sentry/policy.acl`. */
export function userPolicy(): string {
  return join(homeFolder(), ".config/a3s-sentry/policy.acl");
}

/** The user's policy at its usual place; `undefined` if there is none. */
export function foundUserPolicy(): string | undefined {
  return exists(userPolicy()) ? userPolicy() : undefined;
}

/**
 * The layers of the organisation and the user, in this order. Throws a `PolicyError` if there is
 * none, if a given file is missing, or if others than root (the organisation's) or root and this
 * user may write to one or to a folder on its way.
 *
 * @example
 * findLayers({ user: "/home/dev/.config/a3s-sentry/policy.acl" });
 * // [{ origin: "user", path: "/home/dev/.config/a3s-sentry/policy.acl" }]
 */
export function findLayers({ organisation = ORGANISATION_FOLDER, user }: LayerPlaces = {}): PolicyLayer[] {
  const layers = organisationLayers(organisation);
  if (user !== undefined) layers.push(layer("user", user, "root-or-self"));
  if (layers.length === 0) {
    const path = userPolicy();
    throw noPolicy(`there is no policy: write \`${path}\`, for example with \`a3s-sentry init ${path}\``, path);
  }
  return layers;
}

/**
 * The policies of the projects around a folder, the innermost first: `.a3s-sentry/policy.acl` (or
 * `.toml`) in it and in each folder above it. Anybody may have written them. Throws a `PolicyError`
 * for a path that is not absolute, and for more than 8 policies.
 *
 * @example
 * projectLayers("/home/dev/app/src"); // [{ origin: "project", path: "/home/dev/app/.a3s-sentry/policy.acl" }]
 */
export function projectLayers(cwd: string): PolicyLayer[] {
  if (!isAbsolute(cwd)) throw noPolicy(`the working directory \`${cwd}\` is not an absolute path`, cwd);
  const found: PolicyLayer[] = [];
  let folder = cwd;
  for (let i = 0; i < MAX_FOLDERS; i++) {
    for (const file of PROJECT_FILES) {
      const path = join(folder, file);
      if (exists(path)) found.push({ origin: "project", path });
    }
    if (folder === dirname(folder)) break;
    folder = dirname(folder);
  }
  if (found.length > MAX_PROJECT_FILES) {
    throw noPolicy(`\`${cwd}\` is in projects with more than ${MAX_PROJECT_FILES} policies`, cwd);
  }
  return found;
}

/**
 * The organisation's files, in bytewise order; none if there is no such folder. The tests beside a
 * policy are none: as a layer, their default settings would outweigh the policy's `dry_run` and exceptions.
 */
function organisationLayers(folder: string): PolicyLayer[] {
  if (!exists(folder)) return [];
  const names = inFolder(folder)
    .filter((name) => /^[^.].*\.(?:acl|toml)$/.test(name) && !name.endsWith(".test.acl"))
    .sort();
  if (names.length > MAX_ORGANISATION_FILES) {
    throw noPolicy(`\`${folder}\` has more than ${MAX_ORGANISATION_FILES} policies`, folder);
  }
  return names.map((name) => layer("organisation", join(folder, name), "root"));
}

function inFolder(folder: string): string[] {
  try {
    trustedPath(folder, "root");
    return readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, errorText(error), error);
  }
}

function layer(origin: LayerOrigin, path: string, owners: Owners): PolicyLayer {
  if (!isAbsolute(path)) throw noPolicy(`the policy \`${path}\` must have an absolute path`, path);
  try {
    return { origin, path: trustedPath(path, owners) };
  } catch (error) {
    throw unreadable(path, errorText(error), error);
  }
}

/** Whether there is something at a path, or may be: what cannot be looked at is not missing. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return errnoOf(error) !== "ENOTDIR";
  }
}

function noPolicy(message: string, path: string): PolicyError {
  return new PolicyError(path, [fileProblem("file/unreadable", message)]);
}
