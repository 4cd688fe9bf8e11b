import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesPort } from "../../src/core/ports.ts";
import type { ImageBehaviour, KubeObject, WorldClock } from "../../src/drill/contract.ts";
import { SpdyExec } from "../../src/drill/kube/exec/spdyExec.ts";
import { WebSocketExec } from "../../src/drill/kube/exec/webSocketExec.ts";
import type { ExecRequest } from "../../src/drill/kube/exec/session.ts";
import { behaviourOf } from "../../src/drill/kube/images.ts";
import { podSpecOf } from "../../src/drill/kube/objects.ts";
import { ObjectStore } from "../../src/drill/kube/store.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";

export interface KubeletOptions {
  readonly kubeconfigPath: string;
  /** What containers do, by image; another image cannot be pulled. */
  readonly images: ReadonlyMap<string, ImageBehaviour>;
  readonly cert: string;
  readonly key: string;
}

/** Node `node-a` of a real cluster: its pods run no containers, they answer from the same behaviours as the drill world's. */
export interface KubeletStandIn {
  /** Appends a line to a container's log. */
  log(namespace: string, pod: string, container: string, text: string): void;
  stop(): Promise<void>;
}

interface KnownPod {
  object: KubeObject;
  readonly ip: string;
  readonly lines: Map<string, { readonly at: string; readonly text: string }[]>;
  readonly followers: Set<(container: string, line: string) => void>;
  isEnding: boolean;
}

const NODE = "node-a";
const START_MS = 300;
/** A node that is silent for 40 s is taken for dead, and its pods for not ready. */
const HEARTBEAT_MS = 10_000;

/** Registers the node, then moves its pods through their phases and serves their logs and exec as a kubelet does. */
export async function startKubelet(options: KubeletOptions): Promise<KubeletStandIn> {
  const kubelet = new Kubelet(await createKubernetesPort({ kubeconfigPath: options.kubeconfigPath }), options);
  await kubelet.start();
  return kubelet;
}

class Kubelet implements KubeletStandIn {
  readonly #api: KubernetesPort & { close(): void };
  readonly #options: KubeletOptions;
  readonly #pods = new Map<string, KnownPod>();
  readonly #over = new AbortController();
  readonly #server;
  readonly #webSocket: WebSocketExec;
  readonly #spdy: SpdyExec;
  #nextAddress = 10;

  constructor(api: KubernetesPort & { close(): void }, options: KubeletOptions) {
    this.#api = api;
    this.#options = options;
    const clock: WorldClock = { now: () => Date.now(), after: (ms, action) => { const timer = setTimeout(action, ms); return () => clearTimeout(timer); } };
    const services = { store: new ObjectStore(clock, Math.random), clock, images: options.images, environment: () => ({}) };
    this.#webSocket = new WebSocketExec(services, 20);
    this.#spdy = new SpdyExec(services);
    this.#server = createServer({ cert: options.cert, key: options.key }, (request, response) => this.#serve(request, response));
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const labels = { "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux" };
    await this.#send("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: NODE, labels } });
    await this.#beat();
    void this.#watch();
  }

  async #beat(): Promise<void> {
    await this.#send("PATCH", `/api/v1/nodes/${NODE}/status`, { status: this.#nodeStatus() });
    const again = setTimeout(() => void this.#beat().catch((error: unknown) => this.#over.signal.aborted || console.log(`  kubelet: ${String(error)}`)), HEARTBEAT_MS);
    this.#over.signal.addEventListener("abort", () => clearTimeout(again), { once: true });
  }

  log(namespace: string, pod: string, container: string, text: string): void {
    const known = this.#pods.get(`${namespace}/${pod}`);
    if (known === undefined) throw new Error(`${namespace}/${pod}: does not run`);
    this.#line(known, container, text);
  }

  async stop(): Promise<void> {
    this.#over.abort(new Error("The kubelet ends."));
    this.#webSocket.close();
    this.#api.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #send(method: "POST" | "PATCH" | "DELETE", path: string, body: object): Promise<void> {
    const { status, text } = await this.#api.request({ method, path, contentType: method === "PATCH" ? "application/merge-patch+json" : "application/json", body: JSON.stringify(body) }, this.#over.signal);
    // Gone or changed meanwhile: the next watch event tells what holds.
    if (status >= 300 && status !== 404 && status !== 409) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  #nodeStatus(): object {
    const at = now();
    const quantities = { cpu: "4", memory: "16Gi", pods: "110" };
    return {
      capacity: quantities, allocatable: quantities, daemonEndpoints: { kubeletEndpoint: { Port: (this.#server.address() as AddressInfo).port } },
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }, { type: "Hostname", address: NODE }],
      nodeInfo: { kubeletVersion: "v1.20.2", osImage: "Debian GNU/Linux 12 (bookworm)", kernelVersion: "6.1.0", containerRuntimeVersion: "containerd://1.7.20", operatingSystem: "linux", architecture: "amd64", machineID: "", systemUUID: "", bootID: "", kubeProxyVersion: "v1.20.2" },
      conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status", lastHeartbeatTime: at, lastTransitionTime: at }],
    };
  }

  async #watch(): Promise<void> {
    const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${NODE}`)}`;
    while (!this.#over.signal.aborted) {
      try {
        const { body } = await this.#api.stream({ method: "GET", path: `/api/v1/pods?${query}&watch=1&timeoutSeconds=300` }, this.#over.signal);
        let rest = "";
        for await (const chunk of body) {
          const lines = (rest + Buffer.from(chunk).toString()).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) this.#see(JSON.parse(line) as { type: string; object: KubeObject });
        }
      } catch (error) {
        if (this.#over.signal.aborted) return;
        console.log(`  kubelet: ${error instanceof Error ? error.message : String(error)}`);
        await delay(500);
      }
    }
  }

  #see({ type, object }: { readonly type: string; readonly object: KubeObject }): void {
    const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    if (type === "DELETED") {
      this.#pods.delete(key);
      return;
    }
    const known = this.#pods.get(key);
    if (known === undefined) {
      const pod: KnownPod = { object, ip: `10.244.0.${(this.#nextAddress += 1)}`, lines: new Map(), followers: new Set(), isEnding: false };
      this.#pods.set(key, pod);
      this.#run(pod).catch((error: unknown) => this.#over.signal.aborted || console.log(`  kubelet: ${key}: ${String(error)}`));
      return;
    }
    known.object = object;
    if (object.metadata.deletionTimestamp === undefined || known.isEnding) return;
    known.isEnding = true;
    void delay(200).then(() => this.#send("DELETE", podPath(object), { kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds: 0, preconditions: { uid: object.metadata.uid } })).catch(() => undefined);
  }

  async #run(pod: KnownPod): Promise<void> {
    const { object } = pod;
    const startTime = now();
    const { containers } = podSpecOf(object);
    const unknown = containers.find(({ image }) => behaviourOf(this.#options.images, image) === undefined);
    const base = { hostIP: "127.0.0.1", podIP: pod.ip, podIPs: [{ ip: pod.ip }], startTime };
    if (unknown !== undefined) {
      const waiting = { reason: "ImagePullBackOff", message: `Back-off pulling image "${unknown.image}"` };
      return await this.#report(object, { phase: "Pending", ...base, conditions: conditions(false), containerStatuses: containers.map(({ name, image }) => ({ name, image, imageID: "", ready: false, restartCount: 0, started: false, state: { waiting } })) });
    }
    await delay(START_MS);
    const startedAt = now();
    await this.#report(object, {
      phase: "Running", ...base, conditions: conditions(true),
      containerStatuses: containers.map(({ name, image }) => ({ name, image, imageID: `docker.io/${image}@sha256:${"0".repeat(64)}`, containerID: `containerd://${object.metadata.uid ?? ""}-${name}`, ready: true, started: true, restartCount: 0, state: { running: { startedAt } } })),
    });
    for (const { name, image } of containers) for (const line of behaviourOf(this.#options.images, image)?.startLog(object) ?? []) this.#line(pod, name, line);
  }

  async #report(pod: KubeObject, status: object): Promise<void> {
    await this.#send("PATCH", `${podPath(pod)}/status`, { metadata: { uid: pod.metadata.uid }, status });
  }

  #line(pod: KnownPod, container: string, text: string): void {
    const line = { at: new Date().toISOString().replace("Z", "000000Z"), text };
    pod.lines.set(container, [...(pod.lines.get(container) ?? []), line]);
    for (const follower of pod.followers) follower(container, format(line, true));
  }

  #find(url: URL): { readonly pod: KnownPod; readonly container: string } | undefined {
    const [, , namespace = "", name = "", container = ""] = url.pathname.split("/");
    const pod = this.#pods.get(`${namespace}/${name}`);
    return pod === undefined ? undefined : { pod, container };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "https://node");
    const found = this.#find(url);
    if (!url.pathname.startsWith("/containerLogs/") || found === undefined) return void response.writeHead(404).end("not found");
    const query = url.searchParams;
    // Its containers never end.
    if (query.get("previous") === "true") return void response.writeHead(400).end(`previous terminated container "${found.container}" in pod "${found.pod.object.metadata.name}" not found`);
    const hasTimes = query.get("timestamps") === "true";
    const since = query.get("sinceTime");
    const all = (found.pod.lines.get(found.container) ?? []).filter((line) => since === null || Date.parse(line.at) >= Date.parse(since));
    const tail = query.get("tailLines");
    response.writeHead(200, { "content-type": "text/plain" });
    response.flushHeaders();
    response.write((tail === null ? all : Number(tail) === 0 ? [] : all.slice(-Number(tail))).map((line) => format(line, hasTimes)).join(""));
    if (query.get("follow") !== "true") return void response.end();
    const follower = (container: string, line: string): void => void (container === found.container && response.write(hasTimes ? line : line.slice(line.indexOf(" ") + 1)));
    found.pod.followers.add(follower);
    response.on("close", () => found.pod.followers.delete(follower));
  }

  #upgrade(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(message.url ?? "/", "https://node");
    const found = this.#find(url);
    if (!url.pathname.startsWith("/exec/") || found === undefined) return void socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    const isOn = (name: string): boolean => ["1", "true"].includes(url.searchParams.get(name) ?? "");
    const request: ExecRequest = { pod: found.pod.object, container: found.container, argv: url.searchParams.getAll("command"), hasStdin: isOn("input"), hasStdout: isOn("output"), hasStderr: isOn("error") && !isOn("tty"), isTty: isOn("tty") };
    if (message.headers.upgrade?.toLowerCase() === "websocket") this.#webSocket.accept(message, socket, head, request);
    else this.#spdy.accept(message, socket, head, request);
  }
}

function podPath({ metadata }: KubeObject): string {
  return `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${metadata.name}`;
}

function conditions(isReady: boolean): readonly object[] {
  const at = now();
  return ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => {
    const isTrue = isReady || type === "Initialized" || type === "PodScheduled";
    return { type, status: isTrue ? "True" : "False", lastProbeTime: null, lastTransitionTime: at, ...(isTrue ? {} : { reason: "ContainersNotReady" }) };
  });
}

function format(line: { readonly at: string; readonly text: string }, hasTimes: boolean): string {
  return hasTimes ? `${line.at} ${line.text}\n` : `${line.text}\n`;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z/, "Z");
}
