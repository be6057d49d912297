// The flags of `run`: each variable has one, with the same meaning.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { rootCommand } from "../../src/cli/commands.js";
import { type RunFlags, runSettings } from "../../src/daemon/config/run-settings.js";

/** Every variable, with a value other than the default. */
const VARIABLES: Readonly<Record<string, string>> = {
  CONFIG: "c.acl",
  POLICY: "p.acl",
  LLM_URL: "http://127.0.0.1/v1",
  LLM_MODEL: "m",
  LLM_KEY: "k",
  LLM_KEY_FILE: "key.txt",
  LLM_TIMEOUT: "1.5",
  AGENT_BIN: "./a",
  SKILLS: "./s",
  AGENT_TIMEOUT: "9",
  EGRESS_DENY: "e",
  FILE_DENY: "f",
  EXEC_DENY: "x",
  FAIL_CLOSED: "1",
  DRY_RUN: "true",
  SPECULATE: "medium",
  WORKERS: "9",
  QUEUE: "99",
  DECISIONS: "all",
  AUDIT_LOST: "continue",
  METRICS_ADDR: "127.0.0.1:9",
};
const SWITCHES = ["FAIL_CLOSED", "DRY_RUN"];

const flagOf = (name: string) => `--${name.toLowerCase().replaceAll("_", "-")}`;

function runCommand() {
  const stream = () => new PassThrough();
  const io = { stdin: stream(), stdout: stream(), stderr: stream(), env: {} };
  const root = rootCommand(
    io,
    () => {},
    () => {},
  );
  const run = root.commands.find((command) => command.name() === "run");
  if (run === undefined) throw new Error("there is no `run`");
  return { root, run };
}

/** The settings that a command line results in. */
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
  it("has a flag that names it, and each flag of a setting has a variable", () => {
    const { run } = runCommand();
    const settings = run.options.filter(({ long }) => !["--json", "--date"].includes(long ?? ""));
    const named = settings.map(({ long, description }) => [long, /A3S_SENTRY_\w+/.exec(description)?.[0]]);
    expect(named.sort()).toEqual(
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

it("no flags result in no settings", async () => {
  expect(runSettings(await flagsOf([]), {})).toEqual(runSettings({}, {}));
});
