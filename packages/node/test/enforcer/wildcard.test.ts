// Patterns of paths and hosts.
import { describe, expect, it } from "vitest";
import { hostPattern, pathPattern } from "../../src/enforcer/wildcard.js";

describe("pathPattern", () => {
  it.each([
    ["/srv/app", "/srv/app", true],
    ["/srv/app", "/srv/app/x", false],
    ["/srv/app/*", "/srv/app/x", true],
    ["/srv/app/*", "/srv/app/", true],
    ["/srv/app/*", "/srv/app/x/y", false],
    ["/srv/*/bin", "/srv/a/bin", true],
    ["/srv/*/bin", "/srv/a/b/bin", false],
    ["/srv/**", "/srv/a/b", true],
    ["/srv/**/bin", "/srv/a/b/bin", true],
    ["/srv/**/bin", "/srv/a/b/bin2", false],
    ["/lib*/ld-*", "/lib64/ld-linux.so.2", true],
    ["/a.b", "/axb", false],
    ["/größe/*", "/größe/文", true],
    ["~/bin/*", "/home/ann/bin/x", true],
    ["~/bin/*", "/root/bin/x", true],
    ["~/bin/*", "/home/ann/x/bin/x", false],
    ["/a*a", "/a", false],
    ["/a*a", "/aa", true],
    ["/a***b/", "/axx/y/b/", true],
    [`/*${"x".repeat(70)}*${"y".repeat(40)}**`, `/-${"x".repeat(70)}-${"y".repeat(40)}/z`, true],
    [`/*${"x".repeat(70)}*${"y".repeat(40)}**`, `/-${"x".repeat(70)}/-${"y".repeat(40)}/z`, false],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(pathPattern(pattern)(path)).toBe(expected);
  });

  it("agrees with a regular expression on random patterns and paths", () => {
    let seed = 5;
    const some = (chars: string, length: number): string => {
      let text = "";
      for (let i = 0; i < length; i++) {
        seed = (seed * 1103515245 + 12345) % 2 ** 31;
        text += chars[(seed >> 8) % chars.length];
      }
      return text;
    };
    let matched = 0;
    for (let round = 0; round < 20_000; round++) {
      const pattern = `/${some("ab/**", round % 40)}`;
      const path = `/${some("ab/", (round >> 3) % 12)}`;
      const source = pattern.replace(/\*\*|\*/g, (star) => (star === "*" ? "[^/]*" : "[^]*"));
      const expected = new RegExp(`^${source}$`, "u").test(path);
      expect(pathPattern(pattern)(path), `${pattern} on ${path}`).toBe(expected);
      matched += Number(expected);
    }
    expect(matched).toBeGreaterThan(500);
  });

  it("takes little time on a path that is made to be slow", () => {
    const test = pathPattern(`/${"**a".repeat(20)}b`);
    const start = performance.now();
    expect(test(`/${"a".repeat(4000)}`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("hostPattern", () => {
  it.each([
    ["db.corp.test", "DB.corp.test.", true],
    ["*.corp.test", "a.b.corp.test", true],
    ["*.corp.test", "corp.test", false],
    ["*.corp.test", "evilcorp.test", false],
    ["10.*", "10.1.2.3", true],
  ])("%s on %s: %s", (pattern, host, expected) => {
    expect(hostPattern(pattern)(host)).toBe(expected);
  });
});
