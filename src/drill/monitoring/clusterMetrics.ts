import type { Cluster, KubeObject } from "../contract.ts";
import { isPodReady, podStatusOf, workloadSpecOf, workloadStatusOf } from "../kube/objects.ts";
import type { Sample } from "./targets.ts";

/** Bytes of a volume that are used, and that it has. */
export interface VolumeUsage {
  readonly usedBytes: number;
  readonly capacityBytes: number;
}

/** What kube-state-metrics and the kubelets tell of a namespace's workloads, pods and volumes. `usageOf` is asked for each claim; `undefined` where nobody knows. */
export function clusterSamples(cluster: Cluster, namespace: string, usageOf: (claim: KubeObject) => VolumeUsage | undefined): readonly Sample[] {
  return [
    ...cluster.list("Pod", namespace).flatMap((pod) => podSamples(namespace, pod)),
    ...cluster.list("Deployment", namespace).flatMap((object) => workload(namespace, object, "deployment", ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"], workloadStatusOf(object).availableReplicas)),
    ...cluster.list("StatefulSet", namespace).flatMap((object) => workload(namespace, object, "statefulset", ["kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"], workloadStatusOf(object).readyReplicas)),
    ...cluster.list("PersistentVolumeClaim", namespace).flatMap((claim) => {
      const usage = usageOf(claim);
      const labels = { namespace, persistentvolumeclaim: claim.metadata.name };
      if (usage === undefined) return [];
      return [
        { name: "kubelet_volume_stats_used_bytes", labels, value: usage.usedBytes },
        { name: "kubelet_volume_stats_available_bytes", labels, value: Math.max(0, usage.capacityBytes - usage.usedBytes) },
        { name: "kubelet_volume_stats_capacity_bytes", labels, value: usage.capacityBytes },
      ];
    }),
  ];
}

function podSamples(namespace: string, pod: KubeObject): readonly Sample[] {
  const labels = { namespace, pod: pod.metadata.name };
  return [
    { name: "kube_pod_status_ready", labels: { ...labels, condition: "true" }, value: Number(isPodReady(pod)) },
    ...(podStatusOf(pod).containerStatuses ?? []).flatMap(({ name: container, restartCount, state }) => [
      { name: "kube_pod_container_status_restarts_total", labels: { ...labels, container }, value: restartCount },
      ...(state.waiting === undefined ? [] : [{ name: "kube_pod_container_status_waiting_reason", labels: { ...labels, container, reason: state.waiting.reason }, value: 1 }]),
    ]),
  ];
}

function workload(namespace: string, object: KubeObject, label: string, [wanted, ready]: readonly [string, string], isReady: number | undefined): readonly Sample[] {
  const labels = { namespace, [label]: object.metadata.name };
  return [
    { name: wanted, labels, value: workloadSpecOf(object).replicas ?? 1 },
    { name: ready, labels, value: isReady ?? 0 },
  ];
}
