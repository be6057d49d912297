// The flags of `run`: one for each variable, and of the same sense.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { program } from "../../src/cli/commands.js";
import { type RunFlags, runSettings } from "../../src/daemon/config/run-settings.js";

/** Every variable, and a value that says something else than the default. */
const VARIABLES: Readonly<Record<string, string>> = {
  CONFIG: "c.acl",
  POLICY: "p.acl",
  LLM_URL: "http://127.0.0.1/v1",
  LLM_MODEL: "m",
  LLM_KEY: "k",
  LLM_TIMEOUT: "1.5",
  AGENT_BIN: "./a",
  SKILLS: "./s",
  AGENT_TIMEOUT: "9",
  EGRESS_DENY: "e",
  FILE_DENY: "f",
  EXEC_DENY: "x",
  FAIL_CLOSED: "0",
  DRY_RUN: "false",
  SPECULATE: "nonsense",
  WORKERS: "9",
  QUEUE: "99",
  METRICS_ADDR: "127.0.0.1:9",
};
const SWITCHES = ["FAIL_CLOSED", "DRY_RUN"];

const flagOf = (name: string) => `--${name.toLowerCase().replaceAll("_", "-")}`;

function runCommand() {
  const stream = () => new PassThrough();
  const io = { stdin: stream(), stdout: stream(), stderr: stream(), env: {} };
  const root = program(
    io,
    () => {},
    () => {},
  );
  const run = root.commands.find((command) => command.name() === "run");
  if (run === undefined) throw new Error("there is no `run`");
  return { root, run };
}

/** What a command line tells the daemon. */
async function flagsOf(args: readonly string[]): Promise<RunFlags> {
  const { root, run } = runCommand();
  let flags: RunFlags = {};
  run.action((given: RunFlags) => {
    flags = given;
  });
  await root.parseAsync(["run", ...args], { from: "user" });
  return flags;
}

describe("a variable", () => {
  it("has a flag that names it, and there is no flag without one", () => {
    const { run } = runCommand();
    const told = run.options.map(({ long, description }) => [long, /A3S_SENTRY_\w+/.exec(description)?.[0]]);
    expect(told.sort()).toEqual(
      Object.keys(VARIABLES)
        .map((name) => [flagOf(name), `A3S_SENTRY_${name}`])
        .sort(),
    );
  });

  it.each(Object.entries(VARIABLES))("%s says the same as its flag", async (name, value) => {
    const flags = await flagsOf(SWITCHES.includes(name) ? [flagOf(name)] : [flagOf(name), value]);
    const settings = runSettings({}, { [`A3S_SENTRY_${name}`]: value });
    expect(runSettings(flags, {})).toEqual(settings);
    expect(settings).not.toEqual(runSettings({}, {}));
  });
});

it("without flags says nothing", async () => {
  expect(runSettings(await flagsOf([]), {})).toEqual(runSettings({}, {}));
});
