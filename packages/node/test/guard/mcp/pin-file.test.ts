// The pins of a server, kept from one session to the next.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PinFile } from "../../../src/guard/mcp/pin-file.js";
import { scratch } from "../../support/scratch.js";

const listed = (description: string) => ({ tools: [{ name: "__proto__", description, inputSchema: {} }] });

describe("a file of pins", () => {
  it("is made, and a change is reported in each session until it is deleted", () => {
    const path = join(scratch(), "pins.json");
    const session = (description: string) => {
      const file = PinFile.open(path, "files");
      const changes = file.pins.changes("tools/list", listed(description));
      file.save();
      return changes;
    };
    expect(session("a")).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const first = readFileSync(path, "utf8");
    expect(session("a")).toEqual([]);
    const change = [{ what: "description", tool: "__proto__" }];
    expect([session("b"), session("b")]).toEqual([change, change]);
    expect(readFileSync(path, "utf8")).toBe(first);
  });

  it("reports a tool that it does not have in each session", () => {
    const path = join(scratch(), "pins.json");
    PinFile.open(path, "files").save();
    const session = (...names: string[]) => {
      const file = PinFile.open(path, "files");
      const changes = file.pins.changes("tools/list", { tools: names.map((name) => ({ name })) });
      file.save();
      return changes;
    };
    expect(session("a")).toEqual([]);
    const change = [{ what: "new-tool", tool: "b" }];
    expect([session("a", "b"), session("a", "b")]).toEqual([change, change]);
  });

  it.each([
    ["is not JSON", "junk", "the input is not JSON"],
    ["is empty", "", "the input is empty"],
    ["is of another server", '{"v":1,"server":"other","pins":{}}', "another server"],
    ["has a pin that is no hash", '{"v":1,"server":"files","pins":{"instructions":1}}', "not a file of pins"],
    ["has another version", '{"v":2,"server":"files","pins":{}}', "not a file of pins"],
  ])("that %s is refused", (_, text, message) => {
    const path = join(scratch(), "pins.json");
    writeFileSync(path, text);
    expect(() => PinFile.open(path, "files")).toThrow(message);
  });
});
