// The command `fmt`.
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run, scratch } from "./command.js";

const UGLY = "dry_run=true // why\nfail_closed : false\n";
const FORMATTED = "dry_run     = true  // why\nfail_closed = false\n";

it("writes the files that are not formatted, and prints their names", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "a.acl"), UGLY);
  writeFileSync(join(cwd, "b.acl"), FORMATTED);
  const { mtimeMs } = statSync(join(cwd, "b.acl"));
  expect(await run(["fmt", "a.acl", "b.acl"], "", { cwd })).toMatchObject({ code: 0, stdout: "a.acl\n", stderr: "" });
  expect(readFileSync(join(cwd, "a.acl"), "utf8")).toBe(FORMATTED);
  expect(statSync(join(cwd, "b.acl")).mtimeMs).toBe(mtimeMs);
  expect(await run(["fmt", "a.acl", "b.acl"], "", { cwd })).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("with `--check` writes nothing and exits with 1", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "a.acl"), UGLY);
  const stderr = "1 file is not formatted: run `a3s-sentry fmt`\n";
  expect(await run(["fmt", "--check", "a.acl"], "", { cwd })).toMatchObject({ code: 1, stdout: "a.acl\n", stderr });
  expect(readFileSync(join(cwd, "a.acl"), "utf8")).toBe(UGLY);
});

it("formats stdin to stdout", async () => {
  expect(await run(["fmt", "-"], UGLY, {})).toMatchObject({ code: 0, stdout: FORMATTED });
  expect(await run(["fmt", "--check", "-"], UGLY, {})).toMatchObject({ code: 1, stdout: "-\n" });
});

it("keeps the mode of a file, and a symbolic link to it", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "a.acl"), UGLY);
  chmodSync(join(cwd, "a.acl"), 0o640);
  symlinkSync("a.acl", join(cwd, "link.acl"));
  await run(["fmt", "link.acl"], "", { cwd });
  expect(lstatSync(join(cwd, "link.acl")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(cwd, "a.acl"), "utf8")).toBe(FORMATTED);
  expect(statSync(join(cwd, "a.acl")).mode & 0o777).toBe(0o640);
  expect(readdirSync(cwd).sort()).toEqual(["a.acl", "link.acl"]);
});

it("leaves a file with a syntax error as it is, and formats the others", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "bad.acl"), "dry_run = true\nllm { key = 'not-shown', url = }\n");
  writeFileSync(join(cwd, "latin.acl"), Buffer.from([0x23, 0xe9]));
  writeFileSync(join(cwd, "good.acl"), UGLY);
  const { code, stdout, stderr } = await run(["fmt", "bad.acl", "latin.acl", "none.acl", "good.acl"], "", { cwd });
  expect([code, stdout]).toEqual([2, "good.acl\n"]);
  expect(stderr).toContain("error[acl/expected-value]: expected a value after `=`\n --> bad.acl:2:");
  expect(stderr).toContain("cannot read the policy file `latin.acl`: it is not UTF-8 text");
  expect(stderr).toContain("cannot read the policy file `none.acl`: there is no such file");
  expect(stderr).not.toContain("not-shown");
});

it("refuses TOML, and a call without files", async () => {
  const cwd = scratch();
  writeFileSync(join(cwd, "a.toml"), "dry_run=true\n");
  const { code, stderr } = await run(["fmt", "a.toml"], "", { cwd });
  expect([code, stderr]).toEqual([2, "error: cannot format `a.toml`: `fmt` formats ACL, and this is TOML\n"]);
  expect(await run(["fmt"], "", { cwd })).toMatchObject({ code: 2 });
});

it("finds every policy of the repository formatted", async () => {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  const files = ["examples", "examples/policies", "deploy", "core-rs/crates/core/src/policy"].flatMap((folder) =>
    readdirSync(join(cwd, folder))
      .filter((name) => name.endsWith(".acl"))
      .map((name) => join(folder, name)),
  );
  expect(files.length).toBeGreaterThan(5);
  expect(await run(["fmt", "--check", ...files], "", { cwd })).toMatchObject({ code: 0, stdout: "" });
});
