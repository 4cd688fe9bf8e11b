import { isRecord } from "./json.ts";
import type { KubeletSnapshot } from "./kubelet/kubelet.ts";
import type { LogSnapshot } from "./kubelet/containerLogs.ts";
import type { StoreSnapshot } from "./store.ts";

/** A whole cluster as JSON. */
export interface KubernetesSnapshot {
  readonly kind: "kubernetes";
  readonly version: 1;
  readonly store: StoreSnapshot;
  readonly logs: LogSnapshot;
  readonly kubelet: KubeletSnapshot;
}

/** Whether a value was made by `snapshot()` of this version. */
export function isKubernetesSnapshot(value: unknown): value is KubernetesSnapshot {
  return isRecord(value) && value["kind"] === "kubernetes" && value["version"] === 1 && isRecord(value["store"]) && Array.isArray(value["logs"]) && Array.isArray(value["kubelet"]);
}
