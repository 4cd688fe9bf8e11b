import type { Cluster, KubeObject } from "../../contract.ts";
import { recordOf, recordsOf, textOf, valueAt } from "../json.ts";
import { templateHash } from "../names.ts";
import { objectOfKey, type ControllerServices } from "./pods.ts";
import { WorkQueue } from "./queue.ts";

/** What makes load balancers for Ingresses. */
export interface LoadBalancers {
  /** Domain of their names. */
  readonly domain: string;
  /** World milliseconds until a new one has its name. */
  readonly readyMs: number;
}

/** Gives each Ingress without an address a load balancer of its own. One that has an address keeps it. */
export function startIngressController(services: ControllerServices, { domain, readyMs }: LoadBalancers): void {
  const { store } = services;
  const queue = new WorkQueue(services.clock, readyMs, (key) => {
    const ingress = objectOfKey(store, "Ingress", key);
    if (ingress === undefined || loadBalancerOf(ingress) !== undefined) return;
    const { namespace = "default", name, uid = "" } = ingress.metadata;
    const hostname = `k8s-${namespace.slice(0, 8)}-${name.slice(0, 8)}-${templateHash(uid)}.${domain}`;
    store.update("Ingress", namespace, name, (copy) => ({ ...copy, status: { ...copy.status, loadBalancer: { ingress: [{ hostname }] } } }));
  });
  const add = ({ metadata: { namespace = "default", name } }: KubeObject): void => queue.add(`${namespace}/${name}`);
  store.watch(({ object, type }) => {
    if (object.kind === "Ingress" && type === "ADDED") add(object);
  });
  for (const ingress of store.peekList("Ingress")) add(ingress);
}

/** Name of an Ingress' load balancer; `undefined` while it has none. */
export function loadBalancerOf(ingress: KubeObject): string | undefined {
  return textOf(recordsOf(valueAt(ingress.status, "loadBalancer", "ingress"))[0]?.["hostname"]);
}

/** The service that a load balancer's name leads to in a cluster (the first backend of its Ingress); `undefined` where no Ingress has it. */
export function serviceBehind(cluster: Cluster, loadBalancer: string): { readonly namespace: string; readonly service: string } | undefined {
  const ingress = cluster.list("Ingress").find((candidate) => loadBalancerOf(candidate) === loadBalancer);
  if (ingress === undefined) return undefined;
  const first = recordsOf(valueAt(ingress.spec, "rules")).flatMap((rule) => recordsOf(valueAt(rule, "http", "paths"))).map((path) => path["backend"])[0];
  const service = textOf(valueAt(recordOf(first ?? valueAt(ingress.spec, "defaultBackend")), "service", "name"));
  return service === undefined ? undefined : { namespace: ingress.metadata.namespace ?? "default", service };
}
