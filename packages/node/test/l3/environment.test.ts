// The environment of an investigator: an endpoint, and no other secret.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { investigatorEnvironment } from "../../src/l3/environment.js";

const L2 = { url: "http://l2/v1", model: "small", key: "l2-key" };

describe("the environment of an investigator", () => {
  it("contains what programs need, and nothing else", () => {
    const own = {
      PATH: "/bin",
      HOME: "/root",
      LANG: "C",
      LC_ALL: "C.UTF-8",
      HTTPS_PROXY: "http://proxy",
      TMPDIR: "/var/tmp",
      SENTRY_L3_ANYTHING: "its own",
      A3S_SENTRY_LLM_KEY: "l2-secret",
      A3S_SENTRY_CONFIG: "/etc/sentry.acl",
      AWS_SECRET_ACCESS_KEY: "secret",
      OPENAI_API_KEY: "secret",
      NODE_OPTIONS: "--require ./evil.js",
      LD_PRELOAD: "/evil.so",
      NOTHING: undefined,
    };
    expect(investigatorEnvironment(own, null, 90)).toEqual({
      PATH: "/bin",
      HOME: "/root",
      LANG: "C",
      LC_ALL: "C.UTF-8",
      HTTPS_PROXY: "http://proxy",
      TMPDIR: "/var/tmp",
      SENTRY_L3_ANYTHING: "its own",
      A3S_SENTRY_AGENT_TIMEOUT: "90",
    });
  });

  it.each([
    ["no setting", {}, ["http://l2/v1", "small", "l2-key"]],
    ["empty variables", { SENTRY_L3_URL: "", SENTRY_L3_KEY: "" }, ["http://l2/v1", "small", "l2-key"]],
    ["a model", { SENTRY_L3_MODEL: "large" }, ["http://l2/v1", "large", "l2-key"]],
    ["a key", { SENTRY_L3_KEY: "mine" }, ["http://l2/v1", "small", "mine"]],
    ["an address, which does not get L2's key", { SENTRY_L3_URL: "http://l3" }, ["http://l3", "small", undefined]],
    ["L2's address", { SENTRY_L3_URL: "http://l2/v1" }, ["http://l2/v1", "small", "l2-key"]],
    ["all", { SENTRY_L3_URL: "u", SENTRY_L3_MODEL: "m", SENTRY_L3_KEY: "k" }, ["u", "m", "k"]],
  ] as const)("uses L2's endpoint except for the settings of L3: %s", (_, own, [url, model, key]) => {
    const { SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY } = investigatorEnvironment(own, L2, 1);
    expect([SENTRY_L3_URL, SENTRY_L3_MODEL, SENTRY_L3_KEY]).toEqual([url, model, key]);
  });

  it.each([
    ["http://user:pass@proxy:3128/", "http://proxy:3128/"],
    ["https://user@proxy", "https://proxy"],
    ["user:pass@proxy:3128", "proxy:3128"],
    ["socks5h://u:p@ss/w@rd@proxy:1080", "socks5h://proxy:1080"],
    ["http://proxy:3128", "http://proxy:3128"],
  ])("has no user or password of a proxy: %s", (given, passed) => {
    for (const name of ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "Http_Proxy"]) {
      expect(investigatorEnvironment({ [name]: given }, null, 1)[name]).toBe(passed);
    }
  });

  it("keeps the list of hosts without a proxy", () => {
    expect(investigatorEnvironment({ NO_PROXY: "localhost,.corp" }, null, 1)).toMatchObject({
      NO_PROXY: "localhost,.corp",
    });
  });

  it("has the file of L3's key as an absolute path, and then not L2's key", () => {
    const { SENTRY_L3_KEY, SENTRY_L3_KEY_FILE } = investigatorEnvironment({ SENTRY_L3_KEY_FILE: "key" }, L2, 1);
    expect([SENTRY_L3_KEY, SENTRY_L3_KEY_FILE]).toEqual([undefined, join(process.cwd(), "key")]);
  });

  it("has the folders of the user that it runs as", () => {
    const user = { name: "l3", uid: 7, gid: 7, home: "/home/l3", shell: "/bin/sh" };
    const own = { HOME: "/root", USER: "root", XDG_RUNTIME_DIR: "/run/user/0", LANG: "C" };
    expect(investigatorEnvironment(own, null, 1, user)).toEqual({
      LANG: "C",
      HOME: "/home/l3",
      USER: "l3",
      LOGNAME: "l3",
      SHELL: "/bin/sh",
      A3S_SENTRY_AGENT_TIMEOUT: "1",
    });
  });

  it("has no endpoint if neither L3 nor L2 has one", () => {
    expect(investigatorEnvironment({}, null, 1)).toEqual({ A3S_SENTRY_AGENT_TIMEOUT: "1" });
    expect(investigatorEnvironment({}, { ...L2, key: null }, 1)).not.toHaveProperty("SENTRY_L3_KEY");
  });
});
