// What kustomize makes of the folders in deploy/kubernetes, and whether Kubernetes has such objects.

import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { scratch } from "../e2e/command.js";
import { DEPLOY } from "./manifests.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { GITHUB_ACTIONS } = process.env;
const COMMANDS = [
  ["kustomize", "build"],
  ["kubectl", "kustomize"],
] as const;
const command = COMMANDS.find(([program]) => spawnSync(program, ["version", "--client"]).error === undefined);

/** Whether there is no kustomize. CI has one: there its absence fails the tests. */
export const withoutKustomize: boolean = command === undefined && GITHUB_ACTIONS === undefined;

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** The objects that `kubectl apply -k` would apply. */
export function rendered(folder: string): Manifest[] {
  const [program, argument] = command ?? COMMANDS[0];
  const text = execFileSync(program, [argument, `${DEPLOY}kubernetes/${folder}`], { encoding: "utf8" });
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** By their API version, the modules with the types of the objects. */
const MODULES: Readonly<Record<string, string>> = {
  v1: "core/v1",
  "apps/v1": "apps/v1",
  "batch/v1": "batch/v1",
  "policy/v1": "policy/v1",
  "networking.k8s.io/v1": "networking/v1",
};

/** The errors of objects against the types of Kubernetes: fields that there are not, wrong types, missing fields. */
export function typeErrors(manifests: readonly Manifest[]): string {
  const folder = scratch();
  const lines = manifests.map(({ apiVersion, kind, ...rest }, index) => {
    const path = MODULES[apiVersion];
    if (path === undefined) throw new Error(`no types for ${apiVersion}`);
    const value = JSON.stringify({ apiVersion, kind, ...rest }, null, 1);
    return `export const object${index}: import("kubernetes-types/${path}").${kind} = ${value};\n`;
  });
  writeFileSync(join(folder, "manifests.ts"), lines.join(""));
  const options = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      types: [],
      skipLibCheck: true,
      paths: { "kubernetes-types/*": [join(ROOT, "test", "node_modules", "kubernetes-types", "*")] },
    },
    files: ["manifests.ts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  return spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" }).stdout;
}
