import type { KubeObject } from "../../contract.ts";
import { timestamp } from "../json.ts";
import { podSpecOf, podStatusOf, workloadStatusOf } from "../objects.ts";
import type { ApiRequest, ApiServices } from "./context.ts";
import { sendJson } from "./context.ts";
import { requireObject } from "./read.ts";
import type { ResourceRoute } from "./route.ts";
import { ApiError } from "./status.ts";

/** `nodes/NAME/proxy/PATH`: asks a node's kubelet. Of what a kubelet serves there is its summary of pods and volumes. */
export function proxyToNode(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const node = requireObject(services, { ...route, subresource: undefined });
  const ready = workloadStatusOf(node).conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") throw new ApiError(503, "ServiceUnavailable", `error trying to reach service: dial tcp: lookup ${node.metadata.name}: i/o timeout`);
  if (request.method === "GET" && route.proxyPath === "/stats/summary") sendJson(request.response, 200, summary(services, node));
  else request.response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
}

/** The kubelet's statistics, as far as the world has what they count: containers that run, and the volumes whose use is known. */
function summary(services: ApiServices, node: KubeObject): object {
  const time = timestamp(services.clock.now());
  const pods = services.store.peekList("Pod").filter((pod) => podSpecOf(pod).nodeName === node.metadata.name && podStatusOf(pod).phase === "Running");
  return { node: { nodeName: node.metadata.name }, pods: pods.map((pod) => podStats(services, pod, time)) };
}

function podStats(services: ApiServices, pod: KubeObject, time: string): object {
  const { name, namespace = "default", uid } = pod.metadata;
  const running = (podStatusOf(pod).containerStatuses ?? []).filter((status) => status.state.running !== undefined);
  return {
    podRef: { name, namespace, uid },
    containers: running.map((container) => {
      const { cpuMillis, memoryBytes } = services.usage(namespace, name, container.name);
      return { name: container.name, cpu: { time, usageNanoCores: Math.round(cpuMillis * 1_000_000) }, memory: { time, workingSetBytes: Math.round(memoryBytes) } };
    }),
    volume: volumeStats(services, pod, time),
  };
}

function volumeStats(services: ApiServices, pod: KubeObject, time: string): readonly object[] {
  const { namespace = "default" } = pod.metadata;
  return (podSpecOf(pod).volumes ?? []).flatMap(({ name, persistentVolumeClaim }) => {
    const claim = persistentVolumeClaim === undefined ? undefined : services.store.peek("PersistentVolumeClaim", namespace, persistentVolumeClaim.claimName);
    const use = claim === undefined ? undefined : services.volumeUsage?.(claim);
    if (claim === undefined || use === undefined) return [];
    const { usedBytes, capacityBytes } = use;
    return [{ time, availableBytes: Math.max(0, capacityBytes - usedBytes), capacityBytes, usedBytes, name, pvcRef: { name: claim.metadata.name, namespace } }];
  });
}
