// The manifests of a fleet: Kubernetes has such objects, their names exist, and their privileges are minimal.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { run } from "../e2e/command.js";
import { kustomized } from "./kustomized.js";
import { DEPLOY, readManifests } from "./manifests.js";
import { type Manifest, rendered, typeErrors, withoutKustomize } from "./rendered.js";

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: unknown;
  readonly volumeMounts?: readonly { readonly name: string }[];
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken?: boolean;
  readonly volumes?: readonly {
    readonly name: string;
    readonly secret?: { readonly secretName: string };
    readonly configMap?: { readonly name: string };
  }[];
}

type Labels = Readonly<Record<string, string>>;

interface Workload extends Manifest {
  readonly spec: {
    readonly selector?: { readonly matchLabels: Labels };
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const FOLDERS = ["base", "enforce", "fleet", "fleet-nodes", "fleet-nodes-enforce"];
const FLEET = ["servers", "init", "workers", "network-policies"].flatMap(
  (name) => readManifests(`kubernetes/fleet/${name}.yaml`) as Manifest[],
);
const workloads = FLEET.filter((each): each is Workload => ["StatefulSet", "Deployment", "Job"].includes(each.kind));
const onNodes = ["fleet-nodes", "fleet-nodes-enforce"].flatMap((folder) =>
  (readManifests(`kubernetes/${folder}/daemonset.yaml`) as Workload[]).flatMap(({ spec }) => spec.template.spec),
);
const nodeContainers = onNodes.flatMap(({ containers }) => containers.filter(({ image }) => image !== undefined));
const page = readFileSync(`${DEPLOY}../docs/fleet-kubernetes.md`, "utf8");

function containersOf({ spec }: Workload): readonly Container[] {
  return [...(spec.template.spec.initContainers ?? []), ...spec.template.spec.containers];
}

function contains(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

describe.each(FOLDERS)("deploy/kubernetes/%s", (folder) => {
  it("is made of objects that Kubernetes has", () => {
    const manifests = kustomized(`kubernetes/${folder}`);
    expect(manifests.length).toBeGreaterThan(2);
    expect(typeErrors(manifests)).toBe("");
  });

  it.skipIf(withoutKustomize)("is what kustomize makes of it", () => {
    const sorted = (manifests: readonly Manifest[]): Manifest[] =>
      manifests.toSorted((a, b) => `${a.kind} ${a.metadata.name}`.localeCompare(`${b.kind} ${b.metadata.name}`));
    const text = JSON.stringify(rendered(folder)).replaceAll(/nats-config-[a-z0-9]{10}/g, "nats-config");
    expect(sorted(JSON.parse(text))).toEqual(sorted(kustomized(`kubernetes/${folder}`)));
  });
});

it("reports fields that Kubernetes does not have, and wrong types", () => {
  const pod = (spec: object): Manifest => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, ...{ spec } });
  const errors = typeErrors([pod({ containers: [{ name: "a", imagePolicy: "Always" }] }), pod({ containers: "a" })]);
  expect(errors).toContain("imagePolicy");
  expect(errors).toContain("'string' is not assignable");
});

describe("in the fleet's manifests", () => {
  it("each container may do nothing but its work", () => {
    for (const workload of workloads) {
      const { securityContext, automountServiceAccountToken } = workload.spec.template.spec;
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      });
      for (const { securityContext: own, resources } of containersOf(workload)) {
        expect(own).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(resources).toMatchObject({
          requests: { cpu: expect.any(String) },
          limits: { memory: expect.any(String) },
        });
      }
    }
  });

  it("volumes, ports and labels exist where they are named", () => {
    for (const workload of workloads) {
      const { template, selector, volumeClaimTemplates = [] } = workload.spec;
      const volumes = [...(template.spec.volumes ?? []), ...volumeClaimTemplates.map(({ metadata }) => metadata)];
      for (const { volumeMounts = [], ports = [], readinessProbe, livenessProbe } of containersOf(workload)) {
        for (const { name } of volumeMounts) expect(volumes.map((volume) => volume.name)).toContain(name);
        for (const probe of [readinessProbe, livenessProbe]) {
          if (probe !== undefined) expect(ports.map(({ name }) => name)).toContain(probe.httpGet.port);
        }
      }
      if (selector !== undefined) expect(contains(template.metadata.labels, selector.matchLabels)).toBe(true);
    }
    const labels = workloads.map(({ spec }) => spec.template.metadata.labels);
    const ports = workloads.flatMap((each) =>
      containersOf(each).flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
    );
    const text = JSON.stringify(FLEET.filter(({ kind }) => ["NetworkPolicy", "PodDisruptionBudget"].includes(kind)));
    for (const [, json = ""] of text.matchAll(/"podSelector":\{"matchLabels":(\{[^}]*\})/g)) {
      expect(labels.some((each) => contains(each, JSON.parse(json)))).toBe(true);
    }
    for (const [, name] of text.matchAll(/"port":"(\w+)"/g)) expect(ports).toContain(name);
  });

  it("secrets and ConfigMaps are made here, or are named by the page", () => {
    const named = [...JSON.stringify([FLEET, onNodes]).matchAll(/"(?:secretName|configMapRef":\{"name)":"([\w-]+)"/g)];
    expect(named.length).toBeGreaterThan(3);
    for (const [, name = ""] of named) expect(page).toContain(name);
  });

  it("the variables of nats.conf and cluster.conf are set", () => {
    const server = workloads.flatMap(containersOf).find(({ name }) => name === "nats");
    const set = server?.env?.map(({ name }) => name) ?? [];
    const text = ["nats.conf", "cluster.conf"].map((name) => readFileSync(`${DEPLOY}nats/${name}`, "utf8")).join("\n");
    for (const [, name = ""] of text.replaceAll(/^ *#.*$/gm, "").matchAll(/(?<!")\$([A-Z_]+)/g)) {
      if (name.endsWith("_NKEY")) expect(page).toContain(name);
      else expect(set).toContain(name);
    }
  });

  it("commands have flags that there are", async () => {
    const commands = [...workloads.flatMap(containersOf), ...nodeContainers]
      .map(({ command = [] }) => command.join(" "))
      .flatMap((text) => /a3s-sentry ([a-z ]+?)(?= -)(.*)/s.exec(text)?.slice(1, 3) ?? []);
    expect(commands).toHaveLength(8);
    for (let at = 0; at < commands.length; at += 2) {
      const { stdout: help } = await run([...(commands[at] ?? "").split(" "), "--help"]);
      for (const [flag] of commands[at + 1]?.matchAll(/--[a-z-]+/g) ?? []) expect(help).toContain(flag);
    }
  });

  it("images of the project have the package's version", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../packages/node/package.json", import.meta.url), "utf8"));
    const images = [...workloads.flatMap(containersOf), ...nodeContainers].map(({ image }) => image);
    expect(new Set(images.filter((image) => image?.startsWith("a3s-sentry")))).toEqual(
      new Set([`a3s-sentry:${version}`]),
    );
  });
});
