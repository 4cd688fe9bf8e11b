// A cluster's API in a process of its own, made to be large: prints its address as JSON, serves until its input ends. Its lists are made
// beforehand, so that what is measured is the client.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { KubeObject } from "../../src/drill/contract.ts";
import { printerOf } from "../../src/drill/kube/printers/printers.ts";
import { tableOf } from "../../src/drill/kube/printers/table.ts";
import { LINES, PODS, WORKLOADS } from "./largeClusterSize.ts";

const CREATED = "2026-01-01T00:00:00Z";
const PAGE = 500;
const metadata = (name: string, app: string): KubeObject["metadata"] => ({ name, namespace: "shop", uid: `uid-${name}`, resourceVersion: "7", creationTimestamp: CREATED, labels: { app }, generation: 1 });
const container = { name: "main", image: "shop/web:1.0", resources: { requests: { cpu: "100m", memory: "128Mi" } }, env: [{ name: "REGION", value: "eu" }], volumeMounts: [{ name: "token", mountPath: "/var/run/secrets", readOnly: true }] };
const conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({ type, status: "True", lastTransitionTime: CREATED }));

const pods: readonly KubeObject[] = Array.from({ length: PODS }, (_, index) => {
  const app = `app-${index % WORKLOADS}`;
  const owned = { ...metadata(`${app}-${String(index).padStart(5, "0")}`, app), ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: app, uid: `uid-${app}`, controller: true }] };
  const running = { name: "main", ready: true, restartCount: 0, image: "shop/web:1.0", imageID: "sha256:1", containerID: `containerd://${index}`, state: { running: { startedAt: CREATED } }, lastState: {} };
  return { apiVersion: "v1", kind: "Pod", metadata: owned, spec: { nodeName: `node-${index % 100}`, containers: [container], volumes: [{ name: "token", emptyDir: {} }] }, status: { phase: "Running", podIP: "10.1.2.3", hostIP: "10.0.0.1", startTime: CREATED, conditions, containerStatuses: [running] } };
});
const deployments: readonly KubeObject[] = Array.from({ length: WORKLOADS }, (_, index) => {
  const app = `app-${index}`;
  const replicas = PODS / WORKLOADS;
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: metadata(app, app), spec: { replicas, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: { containers: [container] } } }, status: { observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas, conditions: [] } };
});
const log = Buffer.from(Array.from({ length: LINES }, (_, index) => `2026-01-31T02:00:00Z INFO  [worker-${index % 8}] order ${String(index).padStart(7, "0")} paid and handed to shipping\n`).join(""));

const types = (names: Readonly<Record<string, string>>): readonly object[] => Object.entries(names).map(([name, kind]) => ({ name, singularName: kind.toLowerCase(), namespaced: name !== "nodes", kind, verbs: ["get", "list", "watch"] }));
const fixed = new Map<string, string>(
  Object.entries({
    "/version": { major: "1", minor: "30", gitVersion: "v1.30.4" },
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [{ name: "apps", versions: [{ groupVersion: "apps/v1", version: "v1" }], preferredVersion: { groupVersion: "apps/v1", version: "v1" } }] },
    "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: types({ pods: "Pod", events: "Event", nodes: "Node" }) },
    "/apis/apps/v1": { kind: "APIResourceList", apiVersion: "v1", groupVersion: "apps/v1", resources: types({ deployments: "Deployment" }) },
    "/apis/apps/v1/namespaces/shop/deployments/app-0": deployments[0],
    [`/api/v1/namespaces/shop/pods/${pods[0]?.metadata.name ?? ""}`]: pods[0],
  }).map(([path, value]) => [path, JSON.stringify(value)]),
);
const made = new Map<string, string>();

/** A page of a list in one representation, made once: a table whose rows have so much of their objects, or the objects. */
function page(kind: string, all: readonly KubeObject[], from: number, limit: number, include: string | undefined): string {
  const key = `${kind} ${from} ${limit} ${include ?? ""}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const items = all.slice(from, limit === 0 ? undefined : from + limit);
  const to = from + items.length;
  const place = { resourceVersion: "7", ...(to < all.length ? { continue: String(to), remainingItemCount: all.length - to } : {}) };
  const list = include !== undefined ? tableOf(printerOf({ kind }), items, place, { include, now: Date.parse("2026-01-31T02:00:00Z"), hasColumns: true, minor: 30 }) : { kind: `${kind}List`, apiVersion: kind === "Pod" ? "v1" : "apps/v1", metadata: place, items };
  const text = JSON.stringify(list);
  made.set(key, text);
  return text;
}

const lists: Readonly<Record<string, readonly [kind: string, objects: readonly KubeObject[]]>> = { pods: ["Pod", pods], deployments: ["Deployment", deployments] };

function answer(path: string, query: URLSearchParams, accept: string, response: ServerResponse): void {
  const json = (text: string): void => void response.writeHead(200, { "content-type": "application/json" }).end(text);
  const known = fixed.get(path);
  if (known !== undefined) return json(known);
  if (path.endsWith("/log")) return void response.writeHead(200, { "content-type": "text/plain" }).end(log);
  const name = path.split("/").at(-1) ?? "";
  // A watch has nothing to tell: what it is asked for is done.
  if (query.get("watch") === "true") return response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  const [kind, objects] = lists[name] ?? ["Other", []];
  const wanted = query.get("fieldSelector")?.replace("metadata.name=", "");
  const selected = wanted === undefined ? objects : objects.filter((object) => object.metadata.name === wanted);
  if (selected !== objects) return json(JSON.stringify({ kind: `${kind}List`, apiVersion: "apps/v1", metadata: { resourceVersion: "7" }, items: selected }));
  json(page(kind, objects, Number(query.get("continue") ?? "0"), Math.min(Number(query.get("limit") ?? "0"), PAGE), accept.includes("as=Table") ? (query.get("includeObject") ?? "Metadata") : undefined));
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://x");
  answer(url.pathname, url.searchParams, request.headers.accept ?? "", response);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.stdin.resume().on("end", () => process.exit(0));
