// Flags, variables, and which wins.
import { describe, expect, it } from "vitest";
import { runSettings } from "../../src/daemon/settings.js";

describe("runSettings", () => {
  it("is empty where nothing is told", () => {
    expect(runSettings({}, {})).toEqual({ overrides: { deny: {} }, unheeded: [] });
  });

  it("takes variables", () => {
    const env = {
      A3S_SENTRY_CONFIG: "c.acl",
      A3S_SENTRY_POLICY: "p.acl",
      A3S_SENTRY_EGRESS_DENY: "e",
      A3S_SENTRY_FILE_DENY: "f",
      A3S_SENTRY_EXEC_DENY: "x",
      A3S_SENTRY_FAIL_CLOSED: "0",
      A3S_SENTRY_DRY_RUN: "no",
    };
    expect(runSettings({}, env)).toEqual({
      config: "c.acl",
      policy: "p.acl",
      overrides: { failClosed: true, dryRun: true, deny: { egress: "e", file: "f", exec: "x" } },
      unheeded: [],
    });
  });

  it("lets flags win", () => {
    const flags = { config: "C", policy: "P", egressDeny: "E", fileDeny: "F", execDeny: "X" };
    const env = { A3S_SENTRY_CONFIG: "c", A3S_SENTRY_POLICY: "p", A3S_SENTRY_EGRESS_DENY: "e" };
    expect(runSettings(flags, env)).toEqual({
      config: "C",
      policy: "P",
      overrides: { deny: { egress: "E", file: "F", exec: "X" } },
      unheeded: [],
    });
  });

  it("counts an empty variable as not set", () => {
    const env = {
      A3S_SENTRY_CONFIG: "",
      A3S_SENTRY_EXEC_DENY: "",
      A3S_SENTRY_FAIL_CLOSED: "",
      A3S_SENTRY_DRY_RUN: "",
      A3S_SENTRY_LLM_URL: "",
    };
    expect(runSettings({}, env)).toEqual({ overrides: { deny: {} }, unheeded: [] });
  });

  it("names what it does not heed, and no value", () => {
    const env = {
      A3S_SENTRY_LLM_KEY: "hunter2",
      A3S_SENTRY_AGENT_BIN: "/bin/agent",
      A3S_SENTRY_METRICS_ADDR: "nonsense",
    };
    expect(runSettings({}, env).unheeded).toEqual([
      "`A3S_SENTRY_LLM_KEY` has no effect: this version has no L2 tier (LLM classifier) yet",
      "`A3S_SENTRY_AGENT_BIN` has no effect: this version has no L3 tier (agent investigator) yet",
      "`A3S_SENTRY_METRICS_ADDR` has no effect: this version has no metrics endpoint yet",
    ]);
  });
});
