import type { KubeObject } from "../../contract.ts";
import { timestamp } from "../json.ts";
import { conditionOf, labelsOf, podSpecOf, podStatusOf } from "../objects.ts";
import type { Resource } from "../resources.ts";
import { sampledAt } from "../usage.ts";
import type { ApiServices } from "./context.ts";

/** What metrics-server would report: the usage of running containers, and the sum of it per node. A node that is not ready answers nobody. */
export function metricsOf(services: ApiServices, resource: Resource, namespace: string | undefined): KubeObject[] {
  const pods = services.store.peekList("Pod", resource.kind === "PodMetrics" ? namespace : undefined).filter((pod) => podStatusOf(pod).phase === "Running");
  return resource.kind === "PodMetrics" ? pods.map((pod) => podMetrics(services, pod)) : services.store.peekList("Node").filter(isAnswering).map((node) => nodeMetrics(services, node, pods));
}

function isAnswering(node: KubeObject): boolean {
  return (conditionOf(node, "Ready")?.status ?? "True") === "True";
}

function frame(services: ApiServices): { timestamp: string; window: string } {
  return { timestamp: timestamp(sampledAt(services.clock)), window: "30s" };
}

function usageOf(services: ApiServices, pod: KubeObject): { name: string; cpuMillis: number; memoryBytes: number }[] {
  const running = (podStatusOf(pod).containerStatuses ?? []).filter((status) => status.state.running !== undefined);
  return running.map(({ name }) => ({ name, ...services.usage(pod.metadata.namespace ?? "default", pod.metadata.name, name) }));
}

function podMetrics(services: ApiServices, pod: KubeObject): KubeObject {
  const containers = usageOf(services, pod).map(({ name, cpuMillis, memoryBytes }) => ({ name, usage: quantities(cpuMillis, memoryBytes) }));
  const { name, namespace = "default" } = pod.metadata;
  return { apiVersion: "metrics.k8s.io/v1beta1", kind: "PodMetrics", metadata: { name, namespace, creationTimestamp: timestamp(services.clock.now()), labels: labelsOf(pod) }, ...frame(services), containers };
}

function nodeMetrics(services: ApiServices, node: KubeObject, pods: readonly KubeObject[]): KubeObject {
  const usages = pods.filter((pod) => podSpecOf(pod).nodeName === node.metadata.name).flatMap((pod) => usageOf(services, pod));
  // A node without pods still runs its own daemons.
  const cpu = usages.reduce((sum, usage) => sum + usage.cpuMillis, 120);
  const memory = usages.reduce((sum, usage) => sum + usage.memoryBytes, 900 * 2 ** 20);
  return { apiVersion: "metrics.k8s.io/v1beta1", kind: "NodeMetrics", metadata: { name: node.metadata.name, creationTimestamp: timestamp(services.clock.now()), labels: labelsOf(node) }, ...frame(services), usage: quantities(cpu, memory) };
}

function quantities(cpuMillis: number, memoryBytes: number): { cpu: string; memory: string } {
  return { cpu: `${Math.round(cpuMillis * 1_000_000)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` };
}
