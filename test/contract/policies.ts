// Policies: their forms, their problems, and their secrets.

import { describe, expect, it } from "vitest";
import { type Core, diagnosticsOf } from "./core.js";

const RULE = {
  name: "a",
  on: ["Dns", "Egress"],
  match: "\\bevil\\b",
  verdict: "block",
  severity: "low",
  reason: "r",
  risk: "data_leak",
};
const FORMS: [string, string | object, "acl" | "toml"][] = [
  [
    "text",
    'fail_closed = true\nrule "a" { on = ["Dns", "Egress"], match = `\\bevil\\b`, verdict = "block", severity = "low", reason = "r", risk = "data_leak" }',
    "acl",
  ],
  ["an object", { fail_closed: true, rules: [RULE] }, "acl"],
  [
    "TOML",
    'fail_closed = true\n[[rules]]\nname = "a"\non = ["Dns", "Egress"]\nmatch = \'\\bevil\\b\'\nverdict = "block"\nseverity = "low"\nreason = "r"\nrisk = "data_leak"\n',
    "toml",
  ],
];

export function policySuite(core: Core): void {
  const { Sentry, lint, dns } = core;
  describe("a policy", () => {
    it.each(FORMS)("means the same as %s", async (_, source, format) => {
      const sentry = await Sentry.create(source, { format });
      expect(sentry.policy.failClosed).toBe(true);
      expect(sentry.policy.rules[0]).toMatchObject({
        name: "a",
        origin: "site",
        on: ["Egress", "Dns"],
        pattern: RULE.match,
        reason: "a: r",
      });
      const always = sentry.policy.rules.filter(({ origin, pack }) => origin === "builtin" && pack === undefined);
      expect(always).toHaveLength(14);
      expect(sentry.classify(dns(1, "so evil"))).toMatchObject({ rule: "a", risk: { category: "data_leak" } });
      expect(await lint(source, { format })).toEqual([]);
      sentry.close();
    });

    it("with mistakes is rejected with all of them, each underlined", async () => {
      const source =
        '# 😀\nfail_closd = true /* 😀 */ dry_run = 1\nrule "a" { on = "Dns" match = "(" verdict = "block" severity = "hi" reason = "r" }';
      const { diagnostics, message } = await diagnosticsOf(core, source, { name: "site.acl" });
      const found = diagnostics.map(({ code, severity, span }) => [code, severity, source.slice(span.start, span.end)]);
      expect(found).toEqual(
        expect.arrayContaining([
          ["policy/unknown-key", "error", "fail_closd"],
          ["policy/wrong-type", "error", "1"],
        ]),
      );
      expect(found).toHaveLength(4);
      expect(message).toMatch(/^site\.acl has 4 errors\n\n/);
      expect(diagnostics[0]).toMatchObject({
        help: "did you mean `fail_closed`?",
        span: { line: 2, column: 1, byteStart: 7 },
      });
      for (const { frame, code } of diagnostics) {
        expect(frame).toContain(`error[${code}]: `);
        expect(frame).toContain("--> site.acl:");
        expect(message).toContain(frame);
      }
      expect((await lint(source)).map(({ code }) => code)).toEqual(diagnostics.map(({ code }) => code));
    });

    it("reads the given environment, and no other", async () => {
      const source =
        'llm { url = "http://h/v1" model = "m" key = env("KEY") }\nrule "a" { on = "Dns" match = env("BAD", "evil") verdict = "block" severity = "low" reason = "r" }';
      // On Node.js, a policy creates its own L2.
      const sentry = await Sentry.create(source, { env: { KEY: "sk-1234567890" }, tiers: () => ({}) });
      expect(sentry.policy.llm).toEqual({ url: "http://h/v1", model: "m", hasKey: true, timeoutS: 30 });
      expect(JSON.stringify(sentry.policy)).not.toContain("sk-1234567890");
      expect(sentry.warnings).toEqual([expect.stringContaining("`llm`")]);
      expect(sentry.classify(dns(1, "evil")).rule).toBe("a");
      sentry.close();
      const { diagnostics } = await diagnosticsOf(core, source);
      expect(diagnostics.map(({ span }) => source.slice(span.start, span.end))).toEqual(['"KEY"']);
    });

    it("does not show its key in an error", async () => {
      const source = 'llm { url = "http://h/v1" model = 5 key = "sk-1234567890" }';
      const { message, diagnostics } = await diagnosticsOf(core, source);
      expect(diagnostics).toHaveLength(1);
      expect(message).not.toContain("sk-1234567890");
    });

    it("with a probable mistake gets a lint, and works", async () => {
      const rule = (match: string) =>
        `{ name = "a${match}" on = "Dns" match = "${match}" verdict = "block" severity = "low" reason = "r" }`;
      const source = `rules = [${rule("evil-a")}, ${rule("evil-ab")}]`;
      expect((await lint(source)).map(({ code, severity }) => [code, severity])).toEqual([
        ["lint/unreachable-rule", "warning"],
      ]);
      (await Sentry.create(source)).close();
    });

    it("with a lone surrogate has U+FFFD there, and its spans stay correct", async () => {
      const source = "# \ud800 \ud83d\nnope = 1";
      const { diagnostics } = await diagnosticsOf(core, source);
      expect(diagnostics.map(({ span }) => source.slice(span.start, span.end))).toEqual(["nope"]);
    });

    it("is independent of other policies", async () => {
      for (let i = 0; i < 5; i++) {
        const sentry = await Sentry.create("");
        expect(sentry.classify(dns(1, "x.oast.fun")).verdict).toBe("block");
        sentry.close();
      }
    });
  });
}
