// The tests of a policy: reading them, and comparing them with what a sentry decides.

import type { SourceSpan, Verdict, Diagnostic as WireDiagnostic } from "../generated/wire.js";
import { type Diagnostic, fromWire } from "../policy/diagnostic.js";
import { PolicyError } from "../policy/policy-error.js";
import { DEFAULT_NAME, type PolicySource, readSource, type SourceOptions } from "../policy/source.js";
import { loadTools } from "./module.js";

/** Options of {@link readTests}. */
export interface TestOptions extends SourceOptions {
  /** What the source may hold beside tests. Default `"policy"`: everything. */
  readonly holds?: "policy" | "tests";
}

/** One test of a policy. */
export interface PolicyTest {
  /** Its name, for people; not necessarily unique. */
  readonly name: string;
  /** The event as JSON. Whether it is one shows when it is judged. */
  readonly event: string;
  /** The verdict that the rules should have. */
  readonly expect: Verdict;
  /** The rule that should decide; `""` for none. Without it, any rule may. */
  readonly rule?: string;
  /** The target that should be denied; `""` for none. Without it, there may be any. */
  readonly target?: string;
  /** Where its name is. */
  readonly span: Readonly<SourceSpan>;
  /** The included file that it is in; absent if it is in the source itself. */
  readonly file?: string;
}

/** The tests of a source in its order. Those with a problem are of no use. */
export interface PolicyTests {
  readonly tests: readonly PolicyTest[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What the module returns. */
interface Read {
  readonly tests: readonly (Omit<PolicyTest, "rule" | "target" | "file"> & {
    readonly rule: string | null;
    readonly target: string | null;
  })[];
  readonly diagnostics: readonly WireDiagnostic[];
}

/**
 * Reads the tests of a policy, also those of the files that it includes. Problems of the policy
 * itself are left to `lint`. Rejects with a `TypeError` for a source of the wrong type.
 *
 * @example
 * const { tests } = await readTests('test "ls" { command = "ls", expect = "allow" }');
 */
export async function readTests(source: PolicySource, options: TestOptions = {}): Promise<PolicyTests> {
  const { name = DEFAULT_NAME, holds = "policy", ...rest } = options;
  const tools = await loadTools();
  try {
    const { relocate, ...acl } = await readSource(source, { name, ...rest });
    const read = JSON.parse(tools.policyTests(acl.name, acl.text, holds === "tests")) as Read;
    const places = relocate(read.tests.map(asDiagnostic));
    const tests = read.tests.map(({ rule, target, span, ...test }, index): PolicyTest => {
      const { span: place = span, file } = places[index] ?? {};
      return {
        ...test,
        span: place,
        ...(rule !== null && { rule }),
        ...(target !== null && { target }),
        ...(file !== undefined && { file }),
      };
    });
    return { tests, diagnostics: relocate(read.diagnostics.map(fromWire)) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { tests: [], diagnostics: holds === "tests" ? error.diagnostics : [] };
  }
}

/** A diagnostic in the place of a test: it is moved to the sources like any other. */
function asDiagnostic({ span }: Pick<PolicyTest, "span">): Diagnostic {
  return { code: "policy/bad-value", severity: "error", message: "", span, related: [], frame: "" };
}
