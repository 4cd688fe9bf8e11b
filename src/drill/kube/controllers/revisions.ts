import type { KubeObject } from "../../contract.ts";
import { copyJson } from "../json.ts";
import { templateHash } from "../names.ts";
import { controlledBy, workloadSpecOf } from "../objects.ts";
import { ownedBy, type ControllerServices } from "./pods.ts";

/** Tells a pod's template, of a StatefulSet or DaemonSet. */
export const REVISION_LABEL = "controller-revision-hash";

/** The name of the revision of the present template; each revision is a ControllerRevision object. */
export function ensureRevision(services: ControllerServices, set: KubeObject): string {
  const { store } = services;
  const spec = workloadSpecOf(set);
  const data = { spec: { template: { ...copyJson(spec.template), $patch: "replace" } } };
  const name = `${set.metadata.name}-${templateHash(JSON.stringify(spec.template))}`;
  const all = ownedBy(store, "ControllerRevision", set);
  const known = all.find((entry) => entry.metadata.name === name);
  const newest = Math.max(0, ...all.map((entry) => Number(entry["revision"] ?? 0)));
  if (known === undefined) {
    const labels = { ...spec.template.metadata?.labels, "controller.kubernetes.io/hash": name.slice(set.metadata.name.length + 1) };
    store.put({ apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { name, namespace: set.metadata.namespace ?? "default", labels, ownerReferences: [controlledBy(set)] }, data, revision: newest + 1 });
  } else if (Number(known["revision"]) < newest) {
    store.put({ ...copyJson(known), revision: newest + 1 });
  }
  return name;
}
