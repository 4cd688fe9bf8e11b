import type { KubeObject } from "../../contract.ts";
import { templateDefaults } from "../defaults.ts";
import { copyJson, isSameJson, valueAt } from "../json.ts";
import { templateHash } from "../names.ts";
import { controlledBy, workloadSpecOf, workloadStatusOf, type PodTemplate, type WorkloadSpec } from "../objects.ts";
import { ownedBy, type ControllerServices } from "./pods.ts";

/** How a kind that keeps one ReplicaSet a revision marks them. */
export interface SetMarks {
  /** The label that tells pods of one template from those of another. */
  readonly hashLabel: string;
  /** What its annotations of ReplicaSets begin with: `deployment.kubernetes.io`. */
  readonly prefix: string;
  /** Annotations of the owner that a ReplicaSet does not take over, besides those with the prefix's own names. */
  readonly ownAnnotations: readonly string[];
}

/** The pods that a ReplicaSet shall have. */
export const replicasOf = (set: KubeObject): number => workloadSpecOf(set).replicas ?? 0;

/** The pods of a ReplicaSet that are available. */
export const availableOf = (set: KubeObject): number => workloadStatusOf(set).availableReplicas ?? 0;

/** A ReplicaSet's revision; 0 where it has none. */
export function revisionOf(set: KubeObject, { prefix }: SetMarks): number {
  return Number(set.metadata.annotations?.[`${prefix}/revision`] ?? 0);
}

/** The owner's ReplicaSet of its present template; `undefined` where there is none yet. */
export function setOfTemplate({ store }: ControllerServices, owner: KubeObject, marks: SetMarks): KubeObject | undefined {
  const wanted = completeTemplate(owner, marks);
  return ownedBy(store, "ReplicaSet", owner).find((set) => isSameJson(withoutHash(workloadSpecOf(set).template, marks), wanted));
}

/** The template as a ReplicaSet has it: that of a custom resource comes without the fields that the API server fills in. */
function completeTemplate(owner: KubeObject, marks: SetMarks): PodTemplate {
  const { template } = { ...workloadSpecOf(owner), template: templateDefaults(valueAt(owner.spec, "template")) } as unknown as WorkloadSpec;
  return withoutHash(template, marks);
}

function withoutHash(template: PodTemplate, { hashLabel }: SetMarks): PodTemplate {
  const copy = copyJson(template);
  if (copy.metadata?.labels !== undefined) delete copy.metadata.labels[hashLabel];
  return copy;
}

/** The owner's other ReplicaSets, oldest revision first. */
export function otherSets({ store }: ControllerServices, owner: KubeObject, set: KubeObject, marks: SetMarks): KubeObject[] {
  return ownedBy(store, "ReplicaSet", owner)
    .filter((other) => other.metadata.uid !== set.metadata.uid)
    .sort((left, right) => revisionOf(left, marks) - revisionOf(right, marks));
}

/** Annotations that the ReplicaSet of the present template (`found`, if it is there) gets from its owner, with the newest revision and those it had before. */
export function setAnnotations({ store }: ControllerServices, owner: KubeObject, found: KubeObject | undefined, marks: SetMarks): Record<string, string> {
  const { prefix } = marks;
  const own = new Set([...marks.ownAnnotations, ...["revision", "revision-history", "desired-replicas", "max-replicas"].map((name) => `${prefix}/${name}`)]);
  const inherited = Object.fromEntries(Object.entries(owner.metadata.annotations ?? {}).filter(([key]) => !own.has(key)));
  const newest = Math.max(0, ...ownedBy(store, "ReplicaSet", owner).filter((set) => set !== found).map((set) => revisionOf(set, marks)));
  const before = found === undefined ? 0 : revisionOf(found, marks);
  const revision = before > newest ? before : newest + 1;
  const history = `${prefix}/revision-history`;
  const past = found === undefined || before === revision ? [] : [found.metadata.annotations?.[history], String(before)].filter((part) => part !== undefined);
  return { ...inherited, [`${prefix}/revision`]: String(revision), ...(past.length === 0 ? {} : { [history]: past.join(",") }) };
}

/** Makes the ReplicaSet of the owner's present template. */
export function createTemplateSet({ store }: ControllerServices, owner: KubeObject, marks: SetMarks, own: { readonly replicas: number; readonly annotations: Record<string, string> }): KubeObject {
  const spec = workloadSpecOf(owner);
  const template = completeTemplate(owner, marks);
  const hash = templateHash(JSON.stringify(template));
  const labels = { ...template.metadata?.labels, [marks.hashLabel]: hash };
  template.metadata = { ...template.metadata, labels };
  return store.put({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `${owner.metadata.name}-${hash}`, namespace: owner.metadata.namespace ?? "default", labels, annotations: own.annotations, ownerReferences: [controlledBy(owner)] },
    spec: {
      replicas: own.replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [marks.hashLabel]: hash } },
      template: { ...template },
    },
  });
}

/** Forgets the oldest of `old` (oldest first) beyond the owner's history limit, as far as they have no pods. */
export function pruneSets({ store }: ControllerServices, owner: KubeObject, old: readonly KubeObject[]): void {
  const idle = old.filter((set) => replicasOf(set) === 0 && (workloadStatusOf(set).replicas ?? 0) === 0);
  const kept = workloadSpecOf(owner).revisionHistoryLimit ?? 10;
  for (const set of idle.slice(0, Math.max(0, idle.length - kept))) store.remove("ReplicaSet", set.metadata.namespace ?? "", set.metadata.name);
}
