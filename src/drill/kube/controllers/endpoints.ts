import type { KubeObject } from "../../contract.ts";
import { numberOf, recordsOf, stringsOf, textOf, valueAt, type JsonRecord } from "../json.ts";
import { controlledBy, isPodOver, isPodReady, labelsOf, podSpecOf, podStatusOf } from "../objects.ts";
import { objectOfKey, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";

/** Keeps each Service's Endpoints and EndpointSlice at the pods it selects, ready and not. */
export function startEndpointsController(services: ControllerServices): void {
  const { store } = services;
  const queue = new WorkQueue(services.clock, services.latencies.controllerMs, (key) => {
    const service = objectOfKey(store, "Service", key);
    if (service !== undefined) reconcile(services, service);
  });
  const addAll = (namespace: string | undefined): void => {
    for (const service of store.peekList("Service", namespace)) queue.add(`${service.metadata.namespace ?? ""}/${service.metadata.name}`);
  };
  store.watch(({ object, type }) => {
    if (object.kind === "Pod") addAll(object.metadata.namespace);
    if (object.kind !== "Service") return;
    const { namespace = "", name } = object.metadata;
    if (type !== "DELETED") queue.add(`${namespace}/${name}`);
    else store.remove("Endpoints", namespace, name);
  });
  addAll(undefined);
}

function reconcile(services: ControllerServices, service: KubeObject): void {
  const selector = Object.entries(stringsOf(valueAt(service.spec, "selector")));
  if (selector.length === 0) return;
  const { store } = services;
  const { name, namespace = "default", labels } = service.metadata;
  const pods = store
    .peekList("Pod", namespace)
    .filter((pod) => selector.every(([key, value]) => labelsOf(pod)[key] === value))
    .filter((pod) => !isPodOver(pod) && pod.metadata.deletionTimestamp === undefined && podStatusOf(pod).podIP !== undefined);
  const ready = pods.filter((pod) => isPodReady(pod));
  const notReady = pods.filter((pod) => !isPodReady(pod));
  const ports = recordsOf(valueAt(service.spec, "ports")).map((port) => endpointPort(port, pods[0]));
  const subset = {
    ...(ready.length === 0 ? {} : { addresses: ready.map((pod) => address(pod)) }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.map((pod) => address(pod)) }),
    ports,
  };
  store.put({ apiVersion: "v1", kind: "Endpoints", metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) }, subsets: pods.length === 0 ? [] : [subset] });
  const slice = store.peekList("EndpointSlice", namespace).find((entry) => entry.metadata.ownerReferences?.[0]?.uid === service.metadata.uid);
  store.put({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: slice?.metadata.name ?? `${name}-${(service.metadata.uid ?? "00000").slice(0, 5)}`,
      namespace,
      labels: { ...labels, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io", "kubernetes.io/service-name": name },
      ownerReferences: [controlledBy(service)],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => sliceEndpoint(pod)),
    ports: ports.map((port) => ({ name: "", ...port })),
  });
}

function endpointPort(port: JsonRecord, pod: KubeObject | undefined): JsonRecord {
  const target = port["targetPort"];
  const named = pod === undefined ? undefined : podSpecOf(pod).containers.flatMap((container) => container.ports ?? []).find((entry) => entry.name === target);
  const name = textOf(port["name"]);
  return { ...(name === undefined ? {} : { name }), port: named?.containerPort ?? numberOf(target) ?? port["port"], protocol: port["protocol"] };
}

function address(pod: KubeObject): JsonRecord {
  const targetRef = { kind: "Pod", name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid };
  const { hostname } = podSpecOf(pod);
  return { ip: podStatusOf(pod).podIP, ...(hostname === undefined ? {} : { hostname }), nodeName: podSpecOf(pod).nodeName, targetRef };
}

function sliceEndpoint(pod: KubeObject): JsonRecord {
  const isReady = isPodReady(pod);
  const { ip, ...rest } = address(pod);
  return { addresses: [ip], conditions: { ready: isReady, serving: isReady, terminating: false }, ...rest };
}
