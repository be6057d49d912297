// Flags, environment variables, and their order.

import { describe, expect, it } from "vitest";
import { parseAddress } from "../../../src/daemon/config/address.js";
import { unknownVariables } from "../../../src/daemon/config/environment-variables.js";
import { runSettings } from "../../../src/daemon/config/run-settings.js";
import { SettingsError } from "../../../src/daemon/config/settings-error.js";

const NOTHING = {
  overrides: { deny: {} },
  llm: {},
  agent: {},
  workers: 4,
  queue: 256,
  decisions: "notable",
  auditLost: "stop",
  warnings: [],
};

describe("runSettings", () => {
  it("has defaults", () => {
    expect(runSettings({}, {})).toEqual(NOTHING);
  });

  it("reads variables", () => {
    const env = {
      A3S_SENTRY_CONFIG: "c.acl",
      A3S_SENTRY_POLICY: "p.acl",
      A3S_SENTRY_LLM_URL: "http://h:1/v1",
      A3S_SENTRY_LLM_MODEL: "m",
      A3S_SENTRY_LLM_KEY: "k",
      A3S_SENTRY_LLM_TIMEOUT: "0.5",
      A3S_SENTRY_AGENT_BIN: "a",
      A3S_SENTRY_SKILLS: "s",
      A3S_SENTRY_AGENT_TIMEOUT: "60",
      A3S_SENTRY_EGRESS_DENY: "e",
      A3S_SENTRY_FILE_DENY: "f",
      A3S_SENTRY_EXEC_DENY: "x",
      A3S_SENTRY_FAIL_CLOSED: "on",
      A3S_SENTRY_DRY_RUN: "1",
      A3S_SENTRY_SPECULATE: "critical",
      A3S_SENTRY_WORKERS: "7",
      A3S_SENTRY_QUEUE: "0",
      A3S_SENTRY_DECISIONS: "all",
      A3S_SENTRY_AUDIT_LOST: "Continue",
      A3S_SENTRY_METRICS_ADDR: "127.0.0.1:9090",
    };
    expect(runSettings({}, env)).toEqual({
      config: "c.acl",
      policy: "p.acl",
      overrides: {
        failClosed: true,
        dryRun: true,
        speculate: "critical",
        deny: { egress: "e", file: "f", exec: "x" },
      },
      llm: { url: "http://h:1/v1", model: "m", key: "k", timeoutS: 0.5 },
      agent: { bin: "a", skills: "s", timeoutS: 60 },
      workers: 7,
      queue: 0,
      decisions: "all",
      auditLost: "continue",
      metrics: { host: "127.0.0.1", port: 9090, text: "127.0.0.1:9090" },
      warnings: [],
    });
  });

  it("prefers flags", () => {
    const settings = (by: string) => ({
      config: `${by}.acl`,
      policy: `${by}-p.acl`,
      llmUrl: `http://${by}`,
      llmModel: by,
      llmKey: by,
      llmTimeout: by === "flag" ? "1" : "2",
      agentBin: by,
      skills: by,
      agentTimeout: by === "flag" ? "1" : "2",
      speculate: by === "flag" ? "low" : "medium",
      workers: by === "flag" ? "1" : "2",
      queue: by === "flag" ? "1" : "2",
      egressDeny: by,
      fileDeny: by,
      execDeny: by,
      metricsAddr: by === "flag" ? "[::1]:1" : "[::1]:2",
    });
    const env = Object.fromEntries(
      Object.entries(settings("variable")).map(([name, text]) => [
        `A3S_SENTRY_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`,
        text,
      ]),
    );
    expect(Object.keys(env)).toContain("A3S_SENTRY_METRICS_ADDR");
    expect(runSettings(settings("flag"), env)).toEqual(runSettings(settings("flag"), {}));
    expect(runSettings({}, env)).toEqual(runSettings(settings("variable"), {}));
  });

  it("has one source of L2's key: a flag before the variables, and never both of one kind", () => {
    const [key, file] = [{ A3S_SENTRY_LLM_KEY: "k" }, { A3S_SENTRY_LLM_KEY_FILE: "f" }];
    expect(runSettings({}, file).llm).toEqual({ keyFile: "f" });
    expect(runSettings({ llmKeyFile: "g" }, key).llm).toEqual({ keyFile: "g" });
    expect(runSettings({ llmKey: "l" }, file).llm).toEqual({ key: "l" });
    expect(runSettings({}, { ...key, A3S_SENTRY_LLM_KEY_FILE: "" }).llm).toEqual({ key: "k" });
    expect(() => runSettings({}, { ...key, ...file })).toThrow("are both set: unset one of them");
    expect(() => runSettings({ llmKey: "l", llmKeyFile: "g" }, {})).toThrow("exclude each other");
    expect(() => runSettings({ llmKeyFile: "" }, {})).toThrow("`--llm-key-file` must not be empty");
  });

  it("counts an empty variable as not set", () => {
    const names = ["CONFIG", "EXEC_DENY", "FAIL_CLOSED", "DRY_RUN", "LLM_URL", "SPECULATE", "WORKERS", "METRICS_ADDR"];
    expect(runSettings({}, Object.fromEntries(names.map((name) => [`A3S_SENTRY_${name}`, ""])))).toEqual(NOTHING);
  });

  it.each(["on", "1", "severe"])("reads another text of the variable as high: %j", (text) => {
    const { overrides, warnings } = runSettings({}, { A3S_SENTRY_SPECULATE: text });
    expect(overrides.speculate).toBe("high");
    expect(warnings).toEqual([
      `\`A3S_SENTRY_SPECULATE\` should be one of \`info\`, \`low\`, \`medium\`, \`high\`, \`critical\`, not \`${text}\`: taken as \`high\``,
    ]);
    expect(runSettings({ speculate: "LOW " }, { A3S_SENTRY_SPECULATE: text })).toMatchObject({
      overrides: { speculate: "low" },
      warnings: [],
    });
  });

  it.each(["0", "false", "No", " off "])("takes %j as off, and warns", (text) => {
    const { overrides, warnings } = runSettings({}, { A3S_SENTRY_DRY_RUN: text, A3S_SENTRY_FAIL_CLOSED: text });
    expect(overrides).toMatchObject({ dryRun: false, failClosed: false });
    expect(warnings).toEqual([
      `\`A3S_SENTRY_FAIL_CLOSED\` is off, as it is \`${text}\`; unset it to use what the policy says`,
      `\`A3S_SENTRY_DRY_RUN\` is off, as it is \`${text}\`; unset it to use what the policy says`,
    ]);
    const flags = runSettings({ dryRun: true, failClosed: true }, { A3S_SENTRY_DRY_RUN: text });
    expect(flags).toMatchObject({ overrides: { dryRun: true, failClosed: true }, warnings: [] });
  });

  it.each([
    [{ speculate: "severe" }, "`--speculate` must be one of `info`, `low`, `medium`, `high`, `critical`, not `severe`"],
    [{ speculate: "" }, "`--speculate` must be one of"],
    [{ workers: "0" }, "`--workers` must be a whole number from 1 to 1024, not `0`"],
    [{ workers: "4.5" }, "`--workers` must be a whole number"],
    [{ workers: "1025" }, "`--workers` must be a whole number"],
    [{ workers: "" }, "`--workers` must be a whole number"],
    [{ queue: "-1" }, "`--queue` must be a whole number from 0 to 65536, not `-1`"],
    [{ queue: "1e3" }, "`--queue` must be a whole number"],
    [{ llmTimeout: "0" }, "`--llm-timeout` must be a number of seconds, above 0 and at most 86400, not `0`"],
    [{ llmTimeout: "30s" }, "`--llm-timeout` must be a number of seconds"],
    [{ agentTimeout: "86401" }, "`--agent-timeout` must be a number of seconds"],
    [{ agentTimeout: "Infinity" }, "`--agent-timeout` must be a number of seconds"],
    [{ config: "" }, "`--config` must not be empty"],
    [{ policy: "" }, "`--policy` must not be empty"],
    [{ llmModel: "" }, "`--llm-model` must not be empty"],
    [{ agentBin: "" }, "`--agent-bin` must not be empty"],
    [{ skills: "" }, "`--skills` must not be empty"],
    [{ metricsAddr: "9090" }, "`--metrics-addr` must be an IP address and a port, such as"],
    [{ metricsAddr: "localhost:9090" }, "an IP address and a port: `127.0.0.1:9090` for this machine"],
    [{ metricsAddr: ":9090" }, "`127.0.0.1:9090` for this machine, `0.0.0.0:9090` for all, not `:9090`"],
    [{ llmUrl: "ftp://h" }, "`--llm-url` must begin with `http://` or `https://` and a host"],
    [{ llmUrl: "http://" }, "`--llm-url` must begin with"],
  ])("refuses %j", (flags, why) => {
    expect(() => runSettings(flags, {})).toThrow(SettingsError);
    expect(() => runSettings(flags, {})).toThrow(why);
  });

  it("takes an empty deny-file flag as none, and an empty variable as not set", () => {
    expect(runSettings({ egressDeny: "" }, {}).overrides.deny).toEqual({ egress: null });
    expect(runSettings({}, { A3S_SENTRY_EGRESS_DENY: "" }).overrides.deny).toEqual({});
  });

  it("names the invalid variable", () => {
    expect(() => runSettings({}, { A3S_SENTRY_QUEUE: "many" })).toThrow(
      "`A3S_SENTRY_QUEUE` must be a whole number from 0 to 65536, not `many`",
    );
  });

  it("does not show a URL that may contain a password", () => {
    expect(() => runSettings({}, { A3S_SENTRY_LLM_URL: "http://me:hunter2@h/v1" })).toThrow(
      /^`A3S_SENTRY_LLM_URL` must begin with (?!.*hunter2)/,
    );
  });
});

describe("unknown variables", () => {
  it("are named, without their values", () => {
    const env = { A3S_SENTRY_DRYRUN: "hunter2", A3S_SENTRY_LLM_KEYFILE: "/k", A3S_SENTRY_X: "", PATH: "/bin" };
    expect(unknownVariables(env)).toEqual([
      "unknown environment variable `A3S_SENTRY_DRYRUN`: see `a3s-sentry run --help`",
      "unknown environment variable `A3S_SENTRY_LLM_KEYFILE`: see `a3s-sentry run --help`",
    ]);
  });

  it.each([
    ["variables of the command", ["DRY_RUN", "METRICS_ADDR", "LLM_KEY", "LLM_KEY_FILE"]],
    ["variables of our other programs", ["RECENT_EVENTS", "RUN", "BUILD_CACHE"]],
    [
      "variables that Kubernetes sets for services",
      [
        "SERVICE_HOST",
        "SERVICE_PORT",
        "PORT",
        "METRICS_SERVICE_HOST",
        "METRICS_SERVICE_PORT_HTTP",
        "PORT_9464_TCP_ADDR",
      ],
    ],
  ])("do not include %s", (_, names) => {
    expect(unknownVariables(Object.fromEntries(names.map((name) => [`A3S_SENTRY_${name}`, "1"])))).toEqual([]);
  });
});

describe("parseAddress", () => {
  it.each([
    ["0.0.0.0:0", "0.0.0.0", 0],
    ["127.0.0.1:65535", "127.0.0.1", 65_535],
    ["[::]:9090", "::", 9090],
    ["[fd00::1]:80", "fd00::1", 80],
  ])("parses %s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port, text });
  });

  it.each([
    "",
    "9090",
    ":9090",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "::1:9090",
    "[127.0.0.1]:1",
    "host:1",
    "[::1]",
    "127.0.0.1:1 ",
  ])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});
