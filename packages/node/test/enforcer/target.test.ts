// The targets that a deny-file takes.
import type { ActionKind } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { denyLine } from "../../src/enforcer/target.js";

const line = (kind: ActionKind, target: string) => denyLine({ kind, target });

describe("egress", () => {
  it.each([
    ["169.254.169.254"],
    ["255.255.255.255"],
    ["10.0.0.1"],
    ["evil.test"],
    ["EVIL.test."],
    ["_dmarc.evil.test"],
    ["xn--bcher-kva.example"],
    ["a"],
    ["0x.evil.test"],
    ["127.evil.test"],
    ["localhost.evil.test"],
    [`${"a".repeat(63)}.test`],
  ])("takes %j", (peer) => {
    expect(line("DenyEgress", peer)).toBe(peer);
  });

  it.each([
    ["nothing", ""],
    ["white space", " \t\n"],
    ["any address", "0.0.0.0"],
    ["zero", "0"],
    ["zeros", "00.0.0.0"],
    ["loopback", "127.0.0.1"],
    ["another loopback", "127.255.1.2"],
    ["short loopback", "127.1"],
    ["decimal", "2130706433"],
    ["hexadecimal", "0x7f000001"],
    ["hexadecimal parts", "0x7f.0.0.0x1"],
    ["octal", "0177.0.0.1"],
    ["localhost", "localhost"],
    ["LOCALHOST.", "LOCALHOST."],
    ["under localhost", "db.localhost"],
    ["localhost by its name for one version of IP", "localhost6"],
    ["the same with a domain", "localhost4.localdomain4"],
    ["localhost with a domain", "localhost.localdomain"],
    ["the loopback of hosts files", "ip6-loopback"],
    ["IPv6 loopback", "::1"],
    ["IPv6", "fd00:ec2::254"],
    ["IPv6 in brackets", "[fd00:ec2::254]"],
    ["a port", "evil.test:80"],
    ["an octet too large", "256.1.1.1"],
    ["a leading zero", "10.0.0.01"],
    ["five parts", "1.2.3.4.5"],
    ["two dots", "evil..test"],
    ["a leading dot", ".evil.test"],
    ["a hyphen at an end", "evil-.test"],
    ["a space", "evil .test"],
    ["a slash", "10.0.0.0/8"],
    ["a newline", "evil.test\nother.test"],
    ["NUL", "evil\0.test"],
    ["an escape", "evil\u001b.test"],
    ["a letter beyond ASCII", "bücher.example"],
    ["a long label", `${"a".repeat(64)}.test`],
    ["a long name", `${"a.".repeat(126)}aa`],
  ])("refuses %s", (_, peer) => {
    expect(line("DenyEgress", peer)).toBeNull();
  });

  it("trims", () => {
    expect(line("DenyEgress", " evil.test\n")).toBe("evil.test");
  });
});

describe.each<ActionKind>(["DenyFile", "DenyExec"])("%s", (kind) => {
  it.each([
    ["/"],
    ["/usr/bin/nc"],
    ["/tmp/with blank"],
    ["/tmp/tab\there"],
    ["/tmp/größe/文.txt"],
    ["/tmp/a:b"],
    [`/${"a".repeat(4094)}`],
  ])("takes %j", (path) => {
    expect(line(kind, path)).toBe(path);
  });

  it.each([
    ["nothing", ""],
    ["a relative path", "nc"],
    ["a dotted path", "./nc"],
    ["home", "~/nc"],
    ["a newline", "/tmp/a\n/usr/bin/sudo"],
    ["a carriage return", "/tmp/a\r/b"],
    ["NUL", "/tmp/a\0b"],
    ["next line", "/tmp/a\u0085b"],
    ["a line separator", "/tmp/a\u2028/b"],
    ["a form feed", "/tmp/a\f/b"],
    ["a path too long", `/${"a".repeat(4095)}`],
    ["a path too long in bytes", `/${"ö".repeat(2048)}`],
  ])("refuses %s", (_, path) => {
    expect(line(kind, path)).toBeNull();
  });

  it("trims", () => {
    expect(line(kind, "\t/usr/bin/nc \r\n")).toBe("/usr/bin/nc");
  });
});
