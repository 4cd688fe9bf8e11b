import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject } from "../../../src/drill/contract.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { MANIFESTS } from "../kube/drillCluster.ts";

const never = new AbortController().signal;
const SETTLE_LIMIT_MS = 120_000;

/** What the real cluster needs besides the drill cluster's manifests. */
export const FIRST: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "viewers" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" }, subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "viewer" }] },
  // No provisioner runs here: the claim is bound to a volume that is there.
  { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "pvc-0a1b2c3d" }, spec: { capacity: { storage: "20Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "standard", persistentVolumeReclaimPolicy: "Delete", hostPath: { path: "/nowhere" } } },
];

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces", ClusterRoleBinding: "clusterrolebindings", PersistentVolume: "persistentvolumes", StorageClass: "storageclasses", Secret: "secrets",
  PersistentVolumeClaim: "persistentvolumeclaims", Service: "services", StatefulSet: "statefulsets", Deployment: "deployments", ConfigMap: "configmaps", Pod: "pods",
};

/** Puts the drill cluster's objects into a real one (its nodes are its own), and `more`, and waits until all pods are as they will stay. */
export async function fillControlPlane(kubeconfigPath: string, more: readonly KubeObject[] = []): Promise<void> {
  const port = await createKubernetesPort({ kubeconfigPath });
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  const get = async (path: string): Promise<unknown> => JSON.parse((await port.request({ method: "GET", path }, never)).text) as unknown;
  const create = async (object: KubeObject): Promise<void> => {
    const path = `${object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`}/${object.metadata.namespace === undefined ? "" : `namespaces/${object.metadata.namespace}/`}${PLURALS[object.kind] ?? ""}`;
    for (;;) {
      const { status, text } = await port.request({ method: "POST", path, contentType: "application/json", body: JSON.stringify(object) }, never);
      if (status < 300) return;
      // A new namespace has its service account, and that its token, in a moment.
      if (Date.now() > deadline || !/error looking up service account|No API token found/.test(text)) throw new Error(`${object.kind} ${object.metadata.name}: ${text}`);
      await delay(200);
    }
  };
  try {
    const namespaces = [...new Set(more.flatMap(({ metadata }) => metadata.namespace ?? []))].map((name): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
    const objects = [...FIRST, ...namespaces, ...MANIFESTS.filter(({ kind }) => kind !== "Node"), ...more];
    for (const object of objects) await create(object);
    const wanted = objects.reduce((sum, object) => sum + podsOf(object), 0);
    for (; ; await delay(300)) {
      const { items } = (await get("/api/v1/pods")) as { items: Pod[] };
      const web = (await get("/apis/apps/v1/namespaces/shop/deployments/web")) as { status: { availableReplicas?: number } };
      // A scheduler takes the database's pod for unschedulable until it has seen the claim bound, and tries again some seconds later.
      const isShopUp = items.every(({ metadata, status }) => metadata.namespace !== "shop" || status.phase === "Running");
      if (items.length === wanted && isShopUp && items.every(isSettled) && web.status.availableReplicas === 3) return;
      if (Date.now() > deadline) throw new Error(`the real cluster does not settle: ${JSON.stringify(items.map((pod) => pod.status))}`);
    }
  } finally {
    port.close();
  }
}

/** How many pods come of an object. */
function podsOf({ kind, spec }: KubeObject): number {
  if (kind === "Pod") return 1;
  return kind === "Deployment" || kind === "StatefulSet" ? ((spec as { readonly replicas?: number } | undefined)?.replicas ?? 1) : 0;
}

/** As much of a pod as tells whether it is settled. */
export interface Pod {
  readonly metadata: { readonly namespace: string };
  readonly status: { readonly phase?: string; readonly conditions?: readonly { readonly reason?: string }[]; readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[] };
}

/** It has begun, waits for an image that nobody has, or for a node that takes it. */
export function isSettled({ status }: Pod): boolean {
  const waits = status.containerStatuses?.flatMap(({ state }) => state?.waiting?.reason ?? []) ?? [];
  return status.phase !== "Pending" || waits.some((reason) => reason !== "ContainerCreating" && reason !== "PodInitializing") || status.conditions?.some(({ reason }) => reason === "Unschedulable") === true;
}
