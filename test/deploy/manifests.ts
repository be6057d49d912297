// Reads the Kubernetes manifests of deploy/ for these tests.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";

export const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));
export const BASE = `${DEPLOY}kubernetes/base/`;

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly $patch?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface DaemonSet {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly metadata?: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly initContainers: readonly Container[];
        readonly containers: readonly (Container &
          Record<"startupProbe" | "readinessProbe" | "livenessProbe", Probe>)[];
        readonly volumes: readonly { readonly name: string }[];
      };
    };
  };
}

export function yamlFiles(): string[] {
  return readdirSync(DEPLOY, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
}

/** Throws on invalid YAML and on duplicate keys. */
export function readYaml(name: string): unknown {
  return parse(readFileSync(`${DEPLOY}${name}`, "utf8"));
}

/** All documents of a file of manifests. Throws on invalid YAML and on duplicate keys. */
export function readManifests(name: string): unknown[] {
  return parseAllDocuments(readFileSync(`${DEPLOY}${name}`, "utf8")).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS();
  });
}

export const base = readYaml("kubernetes/base/daemonset.yaml") as DaemonSet;
export const enforce = readYaml("kubernetes/enforce/daemonset.yaml") as DaemonSet;

export function container(set: DaemonSet, name: string): DaemonSet["spec"]["template"]["spec"]["containers"][number] {
  const found = set.spec.template.spec.containers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}
