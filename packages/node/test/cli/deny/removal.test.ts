// Removing lines from a deny-file while a daemon appends to it, and with a crash behind each step.
import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Note, readNotes, writeNotes } from "../../../src/cli/deny/notes.js";
import { recoverySteps, removalSteps, runSteps } from "../../../src/cli/deny/removal.js";
import { DenyFile } from "../../../src/enforcer/deny-file.js";
import { scratch } from "../../support/scratch.js";

const MAX_LINES = 1000;
const note = (target: string): Note => ({ target, by: "root", added: "2026-01-02T03:04:05.000Z", reason: "r" });

function setUp(text = "/a\n/b\n/c\n") {
  const folder = scratch();
  const path = join(folder, "exec.txt");
  writeFileSync(path, text);
  writeNotes(path, {
    notes: new Map([
      ["/b", note("/b")],
      ["/c", note("/c")],
    ]),
    removing: [],
  });
  return {
    folder,
    path,
    lines: () => readFileSync(path, "utf8").split("\n").slice(0, -1),
    noted: () => [...readNotes(path).notes.keys()],
    names: () => readdirSync(folder).sort(),
  };
}

/** Runs the first steps, and leaves the rest: as a crash does. */
function runFirst(steps: Iterator<void, unknown>, count: number): boolean {
  for (let i = 0; i < count; i++) if (steps.next().done) return true;
  return false;
}

/** The steps of a removal, which the first test counts. */
const STEPS = 10;

it("has as many steps as the tests below stop behind", () => {
  const steps = removalSteps(setUp().path, new Set(["/b"]));
  expect([runFirst(steps, STEPS - 1), runFirst(steps, 1)]).toEqual([false, true]);
});

describe("without a crash", () => {
  it("removes the lines and their notes, and leaves no other file", () => {
    const { path, lines, noted, names } = setUp();
    expect(runSteps(removalSteps(path, new Set(["/b", "/none"])))).toEqual(new Set(["/b"]));
    expect([lines(), noted(), names()]).toEqual([["/a", "/c"], ["/c"], ["exec.txt", "exec.txt.notes.json"]]);
  });

  it("keeps the mode, and every other byte", () => {
    const { path } = setUp();
    writeFileSync(path, Buffer.from("# x\n\n/b \r\n\t/b\n/\xff\xfe\n/bb\n/last", "latin1"));
    chmodSync(path, 0o640);
    runSteps(removalSteps(path, new Set(["/b"])));
    expect(readFileSync(path, "latin1")).toBe("# x\n\n/\xff\xfe\n/bb\n/last\n");
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  it("replaces nothing if no target is in the file", () => {
    const { path, noted } = setUp();
    const before = statSync(path).ino;
    expect(runSteps(removalSteps(path, new Set(["/x"])))).toEqual(new Set());
    expect([statSync(path).ino, noted()]).toEqual([before, ["/b", "/c"]]);
  });

  it("refuses a symbolic link, and a file with another name", () => {
    const { folder, path } = setUp();
    symlinkSync(path, join(folder, "link"));
    expect(() => runSteps(removalSteps(join(folder, "link"), new Set(["/b"])))).toThrow("ELOOP");
    linkSync(path, join(folder, "other"));
    expect(() => runSteps(removalSteps(path, new Set(["/b"])))).toThrow("more than one name");
  });

  it("does not undo the work of an editor that replaces the file meanwhile", () => {
    for (let at = 0; at < STEPS; at++) {
      const { folder, path, lines } = setUp();
      const steps = removalSteps(path, new Set(["/b"]));
      if (runFirst(steps, at)) break;
      writeFileSync(join(folder, "new"), "/editor\n");
      renameSync(join(folder, "new"), path);
      try {
        runSteps(steps);
      } catch (error) {
        expect(error).toMatchObject({ code: "EBUSY" });
      }
      expect(lines()).toEqual(["/editor"]);
    }
  });
});

describe("beside a daemon", () => {
  it.each(Array.from({ length: STEPS }, (_, i) => i))("loses no line that is appended behind step %i", (at) => {
    const { path, lines, noted } = setUp();
    const daemon = new DenyFile(path);
    daemon.add("/early", MAX_LINES);
    const steps = removalSteps(path, new Set(["/b"]));
    runFirst(steps, at);
    daemon.add("/late", MAX_LINES);
    runSteps(steps);
    daemon.add("/later", MAX_LINES);
    expect(lines()).toEqual(["/a", "/c", "/early", "/late", "/later"]);
    expect(noted()).toEqual(["/c"]);
  });

  it("the daemon writes a removed target again with its next block", () => {
    const { path, lines } = setUp();
    const daemon = new DenyFile(path);
    daemon.add("/b", MAX_LINES);
    runSteps(removalSteps(path, new Set(["/b"])));
    daemon.add("/b", MAX_LINES);
    daemon.add("/b", MAX_LINES);
    expect(lines()).toEqual(["/a", "/c", "/b"]);
  });
});

describe("a crash", () => {
  const cases = Array.from({ length: STEPS }, (_, i) => i).flatMap((crash) =>
    Array.from({ length: crash + 1 }, (_, add) => [crash, add] as const),
  );

  it.each(cases)("behind step %i loses no line that was appended behind step %i", (crash, add) => {
    const { path, lines, noted, names } = setUp();
    const daemon = new DenyFile(path);
    const steps = removalSteps(path, new Set(["/b"]));
    runFirst(steps, add);
    daemon.add("/late", MAX_LINES);
    runFirst(steps, crash - add);
    runSteps(recoverySteps(path));
    const [gone, left] = [
      ["/a", "/c", "/late"],
      ["/a", "/b", "/c", "/late"],
    ];
    expect([gone, left]).toContainEqual(lines());
    // The note goes with the line.
    expect(noted().includes("/b")).toBe(lines().includes("/b"));
    expect(names()).toEqual(["exec.txt", "exec.txt.notes.json"]);
    runSteps(removalSteps(path, new Set(["/b"])));
    expect([lines(), noted()]).toEqual([gone, ["/c"]]);
  });

  it.each(cases)("behind step %i, line behind step %i: the next block of a daemon is enough", (crash, add) => {
    const { path, lines } = setUp();
    const steps = removalSteps(path, new Set(["/b"]));
    runFirst(steps, add);
    new DenyFile(path).add("/late", MAX_LINES);
    runFirst(steps, crash - add);
    new DenyFile(path).add("/next", MAX_LINES);
    expect(lines().filter((line) => line !== "/b")).toEqual(["/a", "/c", "/late", "/next"]);
  });

  it.each(Array.from({ length: STEPS }, (_, i) => i))(
    "in the recovery behind step %i loses nothing either",
    (crash) => {
      for (let again = 0; again < 4; again++) {
        const { path, lines, noted } = setUp();
        const steps = removalSteps(path, new Set(["/b"]));
        runFirst(steps, crash);
        runFirst(recoverySteps(path), again);
        new DenyFile(path).add("/late", MAX_LINES);
        runSteps(recoverySteps(path));
        expect(lines().filter((line) => line !== "/b")).toEqual(["/a", "/c", "/late"]);
        expect(noted().includes("/b")).toBe(lines().includes("/b"));
      }
    },
  );
});

it("lines of an old file that belongs to another user, or has another name, are not taken", () => {
  const { folder, path, lines } = setUp("/a\n");
  writeFileSync(join(folder, "other"), "/evil\n");
  linkSync(join(folder, "other"), `${path}.replaced-0`);
  new DenyFile(path).add("/x", MAX_LINES);
  expect(lines()).toEqual(["/a", "/x"]);
});
