// The user that an investigator runs as.

import { readFileSync } from "node:fs";

/** A user of the system. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

const PASSWD = "/etc/passwd";

/**
 * Finds the user that a policy names, in `/etc/passwd`. Throws a `TypeError` if there is none, or if
 * this process cannot become another user: it must be root, and Node.js.
 */
export function findUser(name: string): User {
  const { bun, deno } = process.versions as { readonly bun?: string; readonly deno?: string };
  if (bun !== undefined || deno !== undefined) throw new TypeError("`user` of `agent` needs Node.js");
  if (process.geteuid?.() !== 0) {
    throw new TypeError("`user` of `agent` needs a sentry that runs as root: remove it, or start sentry as root");
  }
  const user = readFileSync(PASSWD, "utf8")
    .split("\n")
    .map(userOf)
    .find((each) => each?.name === name);
  if (user === undefined) throw new TypeError(`unknown user \`${name}\` in \`agent\`: \`${PASSWD}\` does not list it`);
  return user;
}

function userOf(line: string): User | undefined {
  const [name = "", , uid = "", gid = "", , home = "", shell = ""] = line.split(":");
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home, shell };
}
