// What kustomize makes of the folders in deploy/kubernetes, for machines without it: of kustomize, what these folders use.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEPLOY, readManifests } from "./manifests.js";
import type { Manifest } from "./rendered.js";

interface Kustomization {
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly patches?: readonly { readonly path: string }[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = Readonly<Record<string, Json>>;

/** The objects of a folder below deploy/. Names of ConfigMaps have no hash. */
export function kustomized(folder: string): Manifest[] {
  const [{ namespace, resources = [], patches = [], configMapGenerator = [] } = {}] = readManifests(
    join(folder, "kustomization.yaml"),
  ) as Kustomization[];
  const found = resources.flatMap((name) => {
    const path = join(folder, name);
    return (name.endsWith(".yaml") ? readManifests(path) : kustomized(path)) as Manifest[];
  });
  const maps = configMapGenerator.map(({ name, files }): Manifest & { readonly data: Fields } => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: Object.fromEntries(
      files.map((file) => [file.replace(/^.*\//, ""), readFileSync(join(DEPLOY, folder, file), "utf8")]),
    ),
  }));
  const changes = patches.flatMap(({ path }) => readManifests(join(folder, path)) as Manifest[]);
  return [...found, ...maps].map((manifest) => {
    const own = changes.filter(
      ({ kind, metadata }) => kind === manifest.kind && metadata.name === manifest.metadata.name,
    );
    const patched = own.reduce<Json>(
      (value, patch) => merged(value, patch as unknown as Json),
      manifest as unknown as Json,
    );
    return inNamespace(patched as unknown as Manifest, namespace);
  });
}

function inNamespace(manifest: Manifest, namespace: string | undefined): Manifest {
  if (namespace === undefined || manifest.kind === "Namespace") return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, ...{ namespace } } };
}

/** A strategic merge: lists of objects with keys are merged by these, others are replaced. New elements come first. */
function merged(value: Json | undefined, patch: Json): Json {
  if (Array.isArray(patch)) return mergedList(Array.isArray(value) ? value : [], patch);
  if (!isFields(patch) || !isFields(value ?? null)) return patch;
  const before = value as Fields;
  return {
    ...before,
    ...Object.fromEntries(Object.entries(patch).map(([key, each]) => [key, merged(before[key], each)])),
  };
}

function mergedList(values: readonly Json[], patches: readonly Json[]): Json {
  const key = ["mountPath", "name"].find((name) => patches.every((patch) => isFields(patch) && name in patch));
  if (key === undefined) return patches;
  const keyOf = (each: Json): Json | undefined => (isFields(each) ? each[key] : undefined);
  const patchOf = (each: Json): Json | undefined => patches.find((patch) => keyOf(patch) === keyOf(each));
  const isDeleted = (each: Json | undefined): boolean => {
    const { $patch: how } = isFields(each ?? null) ? (each as Fields) : {};
    return how === "delete";
  };
  const added = patches.filter((patch) => !values.some((each) => keyOf(each) === keyOf(patch)));
  const kept = values.filter((each) => !isDeleted(patchOf(each)));
  return [...added, ...kept.map((each) => merged(each, patchOf(each) ?? {}))];
}

function isFields(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
