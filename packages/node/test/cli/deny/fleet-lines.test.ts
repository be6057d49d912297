// The lines of a fleet in a deny-file, beside those of sentry and of people.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fleetNotes, setFleetLines } from "../../../src/cli/deny/fleet-lines.js";
import { readNotes, writeNotes } from "../../../src/cli/deny/notes.js";
import { scratch } from "../../support/scratch.js";

const MAX = 100_000;

function wanted(...targets: string[]) {
  const at = { added: "2027-01-01T00:00:00.000Z", expires: "2027-01-08T00:00:00.000Z" };
  return { by: "a", maxLines: MAX, lines: new Map(targets.map((target) => [target, { target, reason: "r", ...at }])) };
}

function file(text: string) {
  const path = join(scratch(), "exec.txt");
  writeFileSync(path, text);
  return { kind: "exec", path, label: "exec.txt" } as const;
}

it("come and go, and all other lines stay", () => {
  const denied = file("/opt/daemon\n/opt/both\n");
  const mine = { target: "/opt/mine", by: "me", added: "2027-01-01T00:00:00.000Z" };
  writeNotes(denied.path, { notes: new Map([["/opt/mine", mine]]), removing: [] });
  writeFileSync(denied.path, "/opt/daemon\n/opt/both\n/opt/mine\n");
  expect(setFleetLines(denied, wanted("/opt/a", "/opt/both", "/opt/mine", "/opt/b"))).toEqual({
    added: 2,
    removed: 0,
    full: 0,
  });
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/daemon\n/opt/both\n/opt/mine\n/opt/a\n/opt/b\n");
  expect([...fleetNotes(denied, "a").keys()]).toEqual(["/opt/a", "/opt/b"]);
  expect(readNotes(denied.path).notes.get("/opt/mine")).toEqual(mine);

  expect(setFleetLines(denied, wanted("/opt/b"))).toEqual({ added: 0, removed: 1, full: 0 });
  expect(setFleetLines(denied, wanted())).toEqual({ added: 0, removed: 1, full: 0 });
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/daemon\n/opt/both\n/opt/mine\n");
});

it("that are as they should be are not written again", () => {
  const denied = file("");
  setFleetLines(denied, wanted("/opt/a"));
  const notes = `${denied.path}.notes.json`;
  rmSync(`${denied.path}.lock`);
  const before = readFileSync(notes, "utf8");
  expect(setFleetLines(denied, wanted("/opt/a"))).toEqual({ added: 0, removed: 0, full: 0 });
  expect(existsSync(`${denied.path}.lock`)).toBe(false);
  expect(readFileSync(notes, "utf8")).toBe(before);
});

it("stop at the most lines of the file, and leave no note behind", () => {
  const denied = file("/opt/daemon\n");
  expect(setFleetLines(denied, { ...wanted("/opt/a", "/opt/b", "/opt/c"), maxLines: 2 })).toEqual({
    added: 1,
    removed: 0,
    full: 2,
  });
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/daemon\n/opt/a\n");
  expect([...fleetNotes(denied, "a").keys()]).toEqual(["/opt/a"]);
});

it("come back where somebody has deleted the file", () => {
  const denied = file("");
  setFleetLines(denied, wanted("/opt/a", "/opt/b"));
  rmSync(denied.path);
  setFleetLines(denied, wanted("/opt/b"));
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/b\n");
  expect([...fleetNotes(denied, "a").keys()]).toEqual(["/opt/b"]);
});

it("of two tenants stay apart", () => {
  const denied = file("");
  setFleetLines(denied, wanted("/opt/a", "/opt/both"));
  setFleetLines(denied, { ...wanted("/opt/b", "/opt/both"), by: "b" });
  setFleetLines(denied, wanted("/opt/both"));
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/both\n/opt/b\n");
  setFleetLines(denied, wanted());
  expect(readFileSync(denied.path, "utf8")).toBe("/opt/b\n");
});
