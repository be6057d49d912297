// What an approval is bound to, of the files that a call names.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { contentOf } from "../../../src/guard/resident/content-of.js";
import { scratch } from "../../support/scratch.js";

it("a file stands for its content, also through a link", async () => {
  const folder = scratch();
  const text = "x".repeat(1_000_000);
  writeFileSync(join(folder, "a"), text);
  symlinkSync("a", join(folder, "link"));
  const hash = createHash("sha256").update(text).digest();
  expect(await contentOf(join(folder, "a"))).toEqual(hash);
  expect(await contentOf(join(folder, "link"))).toEqual(hash);
});

it.each([["/no/such/file"], ["/etc/passwd/x"], [`/${"x".repeat(300)}`], ["/tmp"], ["/dev/null"], ["/a\0b"]])(
  "%j has none",
  async (path) => {
    expect(await contentOf(path)).toBeUndefined();
  },
);

it("an approval cannot be bound to a FIFO", async () => {
  const path = join(scratch(), "fifo");
  execFileSync("mkfifo", [path]);
  await expect(contentOf(path)).rejects.toThrow(/cannot be bound to .*not a regular file/);
});
