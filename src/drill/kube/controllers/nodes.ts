import type { KubeObject } from "../../contract.ts";
import { timestamp } from "../json.ts";
import { workloadStatusOf, type Condition } from "../objects.ts";
import type { ControllerServices } from "./pods.ts";

const LEASE_NAMESPACE = "kube-node-lease";
const HEARTBEAT_EVERY_MS = 60_000;

/** Gives nodes the conditions their kubelet would report, and keeps their leases renewed while they are ready. */
export function startNodeController(services: ControllerServices): void {
  const { store, clock } = services;
  store.watch(({ object, type }) => {
    if (object.kind === "Node" && type === "ADDED") beat(services, object);
  });
  const again = (): void => {
    for (const node of store.peekList("Node")) beat(services, node);
    clock.after(HEARTBEAT_EVERY_MS, again);
  };
  clock.after(HEARTBEAT_EVERY_MS, again);
}

function beat(services: ControllerServices, node: KubeObject): void {
  const { store, clock } = services;
  const present = workloadStatusOf(node).conditions ?? [];
  if (present.some((condition) => condition.type === "Ready" && condition.status !== "True")) return;
  const now = timestamp(clock.now());
  store.update("Node", undefined, node.metadata.name, (copy) => {
    const usual: Condition[] = [
      { type: "MemoryPressure", status: "False", reason: "KubeletHasSufficientMemory", message: "kubelet has sufficient memory available" },
      { type: "DiskPressure", status: "False", reason: "KubeletHasNoDiskPressure", message: "kubelet has no disk pressure" },
      { type: "PIDPressure", status: "False", reason: "KubeletHasSufficientPID", message: "kubelet has sufficient PID available" },
      { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" },
    ];
    const conditions = usual.map((condition) => ({ lastTransitionTime: now, ...condition, ...present.find((known) => known.type === condition.type), lastHeartbeatTime: now }));
    copy.status = { ...copy.status, conditions };
    return copy;
  });
  const holder = { holderIdentity: node.metadata.name, leaseDurationSeconds: 40, renewTime: new Date(clock.now()).toISOString().replace("Z", "000Z") };
  store.put({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: node.metadata.name, namespace: LEASE_NAMESPACE }, spec: holder });
}
