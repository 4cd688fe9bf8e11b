import { at, isObject, listAt, numberAt, objectAt, textAt, type Json } from "../kubectl/json.ts";
import { DEPLOYMENT_REVISION, ROLLOUT_REVISION } from "../kubectl/revisions.ts";
import type { HealthChange } from "../protocol.ts";

/** What changes are read from: lists as the API server gives them. Those that may not be read are empty. */
export interface ChangeSources {
  readonly deployments: readonly Json[];
  /** Argo Rollouts. */
  readonly rollouts: readonly Json[];
  readonly statefulSets: readonly Json[];
  readonly replicaSets: readonly Json[];
  readonly configMaps: readonly Json[];
  readonly secrets: readonly Json[];
  readonly nodes: readonly Json[];
}

const WINDOW_MS = 86_400_000;
const CHANGES_AT_MOST = 10;
/** What these write is the consequence of a change and not one. */
const CONTROLLERS = new Set(["kube-controller-manager", "kube-scheduler", "kubelet", "cloud-controller-manager"]);

/** What people and pipelines changed in the last 24 hours, and what became of nodes; the newest first. */
export function recentChanges(sources: ChangeSources, now: number): readonly HealthChange[] {
  const all = [
    ...sources.deployments.flatMap((object) => writes(object, "deployment", (entry) => workloadWords(object, entry, imageWords(object, sources.replicaSets, DEPLOYMENT_REVISION)))),
    ...sources.rollouts.flatMap((object) => writes(object, "rollout", (entry) => workloadWords(object, entry, imageWords(object, sources.replicaSets, ROLLOUT_REVISION)))),
    ...sources.statefulSets.flatMap((object) => writes(object, "statefulset", (entry) => workloadWords(object, entry, "new pod template"))),
    ...sources.configMaps.flatMap((object) => writes(object, "configmap", (_, isNew) => (isNew ? "created" : "changed"))),
    ...sources.secrets.flatMap((object) => writes(object, "secret", (_, isNew) => (isNew ? "created" : "changed"))),
    ...sources.nodes.flatMap(nodeEvents),
  ];
  return all.filter((change) => now - change.at <= WINDOW_MS).sort((a, b) => b.at - a.at).slice(0, CHANGES_AT_MOST);
}

/** One change for each client that wrote to the object, at the time of its last write. */
function writes(object: Json, kind: string, describe: (entry: Json, isNew: boolean) => string | undefined): readonly HealthChange[] {
  const name = textAt(object, "metadata", "name");
  const createdAt = Date.parse(textAt(object, "metadata", "creationTimestamp"));
  return listAt(object, "metadata", "managedFields").flatMap((entry) => {
    const by = textAt(entry, "manager");
    const changedAt = Date.parse(textAt(entry, "time"));
    if (textAt(entry, "subresource") === "status" || CONTROLLERS.has(by) || Number.isNaN(changedAt)) return [];
    // The two times have whole seconds each.
    const what = describe(entry, changedAt - createdAt <= 1000);
    return what === undefined ? [] : [{ name: `${kind}/${name}`, what, at: changedAt, by }];
  });
}

function workloadWords(object: Json, entry: Json, templateWords: string): string | undefined {
  if (textAt(entry, "subresource") === "scale") return `scaled to ${numberAt(object, "spec", "replicas")}`;
  const spec = objectAt(entry, "fieldsV1", "f:spec");
  if (isObject(spec["f:template"])) return templateWords;
  return "f:replicas" in spec ? `scaled to ${numberAt(object, "spec", "replicas")}` : undefined;
}

/** `image web:v1 → web:v2` by the two newest revisions of a deployment or Rollout; `revision` is the annotation that numbers them. */
function imageWords(owner: Json, replicaSets: readonly Json[], revision: string): string {
  const uid = textAt(owner, "metadata", "uid");
  const own = replicaSets
    .filter((set) => listAt(set, "metadata", "ownerReferences").some((reference) => textAt(reference, "uid") === uid))
    .map((set) => ({ revision: Number(textAt(set, "metadata", "annotations", revision)), images: imagesOf(set) }))
    .sort((a, b) => b.revision - a.revision);
  const [newest, before] = own;
  if (newest === undefined || before === undefined || newest.images === before.images) return "new pod template, same image";
  return `image ${before.images} → ${newest.images}`;
}

function imagesOf(workload: Json): string {
  return listAt(workload, "spec", "template", "spec", "containers").map((container) => textAt(container, "image")).join(", ");
}

function nodeEvents(node: Json): readonly HealthChange[] {
  const name = `node/${textAt(node, "metadata", "name")}`;
  const ready = listAt(node, "status", "conditions").find((condition) => textAt(condition, "type") === "Ready");
  const cordon = listAt(node, "spec", "taints").find((taint) => textAt(taint, "key") === "node.kubernetes.io/unschedulable");
  const changes = [
    { what: textAt(ready, "status") === "True" ? "became ready" : `not ready: ${textAt(ready, "reason")}`, time: textAt(ready, "lastTransitionTime") },
    { what: "cordoned", time: at(node, "spec", "unschedulable") === true ? textAt(cordon, "timeAdded") : "" },
  ];
  return changes.flatMap(({ what, time }) => (Number.isNaN(Date.parse(time)) ? [] : [{ name, what, at: Date.parse(time), by: undefined }]));
}
