// Which policies apply to a guard, and which are refused.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PolicyError } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { findLayers, projectLayers } from "../../src/guard/policy-layers.js";
import { scratch } from "../support/scratch.js";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** A policy file in a new folder. */
function policyIn(folder: string, name = "policy.acl"): string {
  const path = join(folder, name);
  writeFileSync(path, "fail_closed = true\n", { mode: 0o600 });
  return path;
}

describe("the user's policy", () => {
  it("is a layer by its real path", () => {
    const folder = scratch();
    const path = policyIn(folder);
    symlinkSync(path, join(folder, "link.acl"));
    expect(findLayers({ organisation: join(folder, "none"), user: join(folder, "link.acl") })).toEqual([
      { origin: "user", path },
    ]);
  });

  it.each([
    ["that is missing", (folder: string) => join(folder, "gone.acl"), /there is no such file/],
    ["with a relative path", () => "policy.acl", /must have an absolute path/],
    ["that others may write", (folder: string) => open(policyIn(folder), 0o666), /chmod go-w/],
    ["that its group may write", (folder: string) => open(policyIn(folder), 0o660), /chmod go-w/],
    ["in a folder that others may write", (folder: string) => policyIn(open(sub(folder), 0o777)), /chmod go-w/],
    ["below a folder that others may write", (folder: string) => policyIn(sub(open(sub(folder), 0o777))), /chmod go-w/],
  ])("%s is refused", (_, path, why) => {
    const folder = scratch();
    const user = path(folder);
    const find = () => findLayers({ organisation: join(folder, "none"), user });
    expect(find).toThrow(PolicyError);
    expect(find).toThrow(why);
  });

  it("behind a link in a folder that others may write is refused", () => {
    const folder = scratch();
    const path = policyIn(folder);
    const shared = open(sub(folder), 0o777);
    symlinkSync(path, join(shared, "link.acl"));
    expect(() => findLayers({ organisation: join(folder, "none"), user: join(shared, "link.acl") })).toThrow(
      /chmod go-w/,
    );
  });

  it.runIf(isRoot)("of another user is refused", () => {
    const folder = scratch();
    const path = policyIn(folder);
    chownSync(path, NOBODY, NOBODY);
    expect(() => findLayers({ organisation: join(folder, "none"), user: path })).toThrow(
      /belongs to user 65534, .* make user 0 its owner/,
    );
  });
});

describe.runIf(isRoot)("the organisation's policies", () => {
  it("come before the user's, in bytewise order, without hidden and other files", () => {
    const folder = scratch();
    const organisation = sub(folder);
    for (const name of ["b.acl", "b.test.acl", "a.toml", "B.acl", ".hidden.acl", "a.acl~", "README.md"]) {
      policyIn(organisation, name);
    }
    const layers = findLayers({ organisation, user: policyIn(folder) });
    expect(layers.map(({ origin, path }) => [origin, path.slice(folder.length + 1)])).toEqual([
      ["organisation", "sub/B.acl"],
      ["organisation", "sub/a.toml"],
      ["organisation", "sub/b.acl"],
      ["user", "policy.acl"],
    ]);
  });

  it("are refused if they are not root's", () => {
    const organisation = sub(scratch());
    chownSync(policyIn(organisation), NOBODY, NOBODY);
    expect(() => findLayers({ organisation, user: undefined })).toThrow(/belongs to user 65534/);
  });

  it("are refused if their folder is not root's", () => {
    const organisation = sub(scratch());
    chownSync(organisation, NOBODY, NOBODY);
    expect(() => findLayers({ organisation, user: undefined })).toThrow(/belongs to user 65534/);
  });

  it("are refused if there are more than 64", () => {
    const organisation = sub(scratch());
    for (let i = 0; i < 65; i++) policyIn(organisation, `${i}.acl`);
    expect(() => findLayers({ organisation, user: undefined })).toThrow(/more than 64 policies/);
  });
});

describe("a project's policy", () => {
  it("is found in the folder of the call and in those above it", () => {
    const folder = scratch();
    const inner = join(folder, "app/src");
    mkdirSync(join(folder, ".a3s-sentry"));
    mkdirSync(join(inner, ".a3s-sentry"), { recursive: true });
    const paths = [policyIn(join(inner, ".a3s-sentry"), "policy.toml"), policyIn(join(folder, ".a3s-sentry"))];
    expect(projectLayers(join(inner, "deep"))).toEqual(paths.map((path) => ({ origin: "project", path })));
  });

  it("is refused below more than 8 others", () => {
    let folder = scratch();
    for (let i = 0; i < 9; i++) {
      mkdirSync(join(folder, ".a3s-sentry"));
      policyIn(join(folder, ".a3s-sentry"));
      folder = sub(folder);
    }
    expect(() => projectLayers(folder)).toThrow(/more than 8 policies/);
  });

  it("of a relative folder is refused", () => {
    expect(() => projectLayers("app")).toThrow(/not an absolute path/);
  });
});

function sub(folder: string): string {
  const path = join(folder, "sub");
  mkdirSync(path);
  return path;
}

function open(path: string, mode: number): string {
  chmodSync(path, mode);
  return path;
}
