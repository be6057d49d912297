// What is in the bundle of the command, which a hook starts: what each hook needs is in one file, and
// the rest is in files that are loaded when something of them is called.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The packages whose code is in the bundle of the command. */
export const OF_HOOK = /^(?:@a3s-sentry\/core(?:\/host)?|smol-toml)$/;

/** By the name in the source, where the bundle of the command finds other bundles of its package. */
export const PATHS_OF_OTHERS = {
  "./command-line.js": "./command-line.js",
  "./l3/tier.js": "../l3/tier.js",
  "./l3/unavailable.js": "../l3/unavailable.js",
};

/**
 * By the ends of the paths of modules, the functions and classes that they import of others and that few hooks call. The
 * classes may be made with `new` alone.
 */
const CALLED_LATER = {
  "core/src/engine/engine.ts": {
    "./rows.js": ["readAuditSummary", "readCodePairs", "readCodes", "readRows"],
    "./scan.js": ["readKinds", "readUnusable", "scanText"],
  },
  "core/src/guard/message.ts": { "./without-controls.js": ["withoutControls"] },
  "core/src/pipeline/pipeline.ts": { "./ask-tier.js": ["askTier", "escalation", "unavailable"] },
  "core/src/policy/include.ts": { "./spliced-text.js": ["SplicedText"] },
  "core/src/policy/source.ts": {
    "./acl-text.js": ["aclText"],
    "./json.js": ["jsonAsAcl"],
    "./toml.js": ["tomlAsAcl"],
  },
  "core/src/redact/gate.ts": {
    "./redactor.js": ["createRedactor"],
    "./wire-inspection.js": ["failedInspection", "findsIn", "inspection", "knownTo", "maskedBy"],
  },
  "core/src/sentry/judging.ts": { "../decision/explanation.js": ["explanation"] },
  "core/src/sentry/parts.ts": { "../redact/gitleaks.js": ["importGitleaks"] },
  "core/src/sentry/sentry.ts": { "../stream/stream.js": ["EventStream"] },
  "node/src/enforcer/enforcer.ts": {
    "./deny-file.js": ["checkDenyFile", "DenyFile"],
    "./deny-reasons.js": ["appendReason"],
    "./target-check.js": ["TargetCheck"],
  },
  "node/src/guard/layered-policy.ts": { "./project-policies.js": ["ProjectPolicies"] },
  "node/src/util/key-file.ts": { "./escape-terminal.js": ["escapeTerminal"] },
};

const LATER = "\0later:";

/**
 * Takes the core's source into the bundle of the command, and leaves out what few hooks need: they load it when they
 * call it, or from the packages.
 * @param {string} src @returns {import("vite").Plugin}
 */
export function partsOfHook(src) {
  const core = join(src, "../../core");
  return {
    name: "parts-of-hook",
    enforce: "pre",
    resolveId(id, importer) {
      const later = laterOf(id, importer);
      if (later !== undefined) return later;
      if (id === "@a3s-sentry/core") return join(core, "src/entry/node.ts");
      if (id === "@a3s-sentry/core/host") return join(core, "src/host.ts");
      if (id === "smol-toml") return this.resolve(join(core, "node_modules/smol-toml/dist/index.js"), importer);
      if (id === "../tools/module.js") return { id: "@a3s-sentry/core/host", external: true };
      if (id in PATHS_OF_OTHERS) return { id, external: "absolute" };
      const wasm = /\/wasm\/(sentry_core_(?:prepared|inline))\.js$/.exec(id)?.[1];
      return wasm === undefined ? null : `\0${wasm}`;
    },
    // What is called now cannot wait for a promise.
    renderDynamicImport({ moduleId }) {
      return moduleId.startsWith(LATER) ? { left: "require(", right: ")" } : null;
    },
    load(id) {
      if (id.startsWith(LATER)) return proxy(id);
      if (id === "\0sentry_core_inline")
        return `throw new Error("the package @a3s-sentry/core is damaged: install it again");`;
      if (id !== "\0sentry_core_prepared") return null;
      const file = /sentry_core_prepared-\w+\.wasm/.exec(
        readFileSync(join(core, "wasm/sentry_core_prepared.js"), "utf8"),
      );
      // Where packages are installed, as a neighbour or inside: asking Node.js loads its resolver of ES modules.
      return `import { existsSync } from "node:fs";
        import { join } from "node:path";
        import { pathToFileURL } from "node:url";
        const folders = ["../../../@a3s-sentry/core", "../../node_modules/@a3s-sentry/core"];
        const files = folders.map((folder) => join(__dirname, folder, "wasm/${file?.[0]}"));
        const asked = () => join(require.resolve("@a3s-sentry/core/package.json"), "../wasm/${file?.[0]}");
        export default () => pathToFileURL(files.find(existsSync) ?? asked());`;
    },
  };
}

/** The stand-in for a module that `importer` calls later. */
function laterOf(id, importer) {
  const own = Object.entries(CALLED_LATER).find(([end]) => importer?.endsWith(`/${end}`));
  if (own?.[1][id] === undefined) return undefined;
  const file = join(dirname(importer), id.replace(/\.js$/, ".ts"));
  return `${LATER}${own[1][id].join()}:${file}`;
}

/** The code of a stand-in: its functions and classes load the module and call those of it. */
function proxy(id) {
  const [names, file] = id.slice(LATER.length).split(":");
  const functions = names.split(",").map(
    (name) => `export function ${name}(...args) {
      const { ${name}: own } = load();
      return new.target === undefined ? own(...args) : new own(...args);
    }`,
  );
  return [`const load = () => import(${JSON.stringify(file)});`, ...functions].join("\n");
}
