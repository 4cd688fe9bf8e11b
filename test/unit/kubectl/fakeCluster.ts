import type { ByteStream, KubernetesPort, KubernetesRequest, PodExecRequest, Stdio } from "../../../src/core/ports.ts";

export type Reply = { readonly status?: number; readonly json?: unknown; readonly text?: string };

const TYPES = [
  { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["list", "get"], shortNames: ["po"] },
  { name: "events", singularName: "event", namespaced: true, kind: "Event", verbs: ["list"] },
];
const APPS = [
  { name: "deployments", singularName: "deployment", namespaced: true, kind: "Deployment", verbs: ["list"], shortNames: ["deploy"] },
  { name: "statefulsets", singularName: "statefulset", namespaced: true, kind: "StatefulSet", verbs: ["list"], shortNames: ["sts"] },
];

/** A cluster whose answers a test scripts. Keys are `METHOD path` (a path without its query answers every query); a list is used up in order, its last entry again and again. */
export class FakeCluster implements KubernetesPort {
  readonly context = "lab";
  readonly server = "https://lab";
  readonly namespace = "shop";
  readonly asked: KubernetesRequest[] = [];
  readonly executed: PodExecRequest[] = [];
  readonly #replies = new Map<string, Reply[]>();
  readonly #streams: ((signal: AbortSignal) => { readonly status: number; readonly body: ByteStream })[] = [];
  onExec: (request: PodExecRequest, io: Stdio) => Promise<number> = async () => 0;

  constructor() {
    this.reply("GET /api", { json: { kind: "APIVersions", versions: ["v1"] } });
    this.reply("GET /apis", { json: { kind: "APIGroupList", groups: [{ name: "apps", preferredVersion: { version: "v1" }, versions: [{ version: "v1" }] }] } });
    this.reply("GET /api/v1", { json: { resources: TYPES } });
    this.reply("GET /apis/apps/v1", { json: { resources: APPS } });
  }

  reply(key: string, ...replies: readonly Reply[]): this {
    this.#replies.set(key, [...replies]);
    return this;
  }

  /** Adds the next watch or log stream: its chunks (an error breaks it, the word `forever` keeps it open until the signal aborts), or a refusal. */
  streamNext(...chunks: readonly (string | Error)[] | readonly [Reply]): this {
    const [first] = chunks;
    const isRefusal = typeof first === "object" && !(first instanceof Error);
    const body = isRefusal ? [first.text ?? JSON.stringify(first.json)] : (chunks as readonly (string | Error)[]);
    this.#streams.push((signal) => ({ status: isRefusal ? (first.status ?? 200) : 200, body: scripted(body, signal) }));
    return this;
  }

  async request(request: KubernetesRequest): Promise<{ status: number; contentType: string; text: string }> {
    this.asked.push(request);
    const key = `${request.method} ${request.path}`;
    const replies = this.#replies.get(key) ?? this.#replies.get(key.replace(/\?.*$/s, ""));
    const reply = replies !== undefined && replies.length > 1 ? replies.shift() : replies?.[0];
    if (reply === undefined) throw new Error(`no reply for ${key}`);
    return { status: reply.status ?? 200, contentType: "application/json", text: reply.text ?? JSON.stringify(reply.json) };
  }

  async stream(request: KubernetesRequest, signal: AbortSignal): Promise<{ status: number; body: ByteStream }> {
    this.asked.push(request);
    const next = this.#streams.shift();
    if (next === undefined) throw new Error(`no stream for ${request.path}`);
    return next(signal);
  }

  async exec(request: PodExecRequest, io: Stdio): Promise<number> {
    this.executed.push(request);
    return await this.onExec(request, io);
  }

  get watches(): readonly string[] {
    return this.asked.filter(({ path }) => path.includes("watch=true")).map(({ path }) => new URL(path, "http://x").searchParams.get("resourceVersion") ?? "");
  }
}

async function* scripted(chunks: readonly (string | Error)[], signal: AbortSignal): ByteStream & AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    if (chunk === "forever") {
      await new Promise((_resolve, reject) => {
        const ended = (): void => reject(new Error("aborted"));
        if (signal.aborted) ended();
        else signal.addEventListener("abort", ended, { once: true });
      });
    } else yield new TextEncoder().encode(chunk);
  }
}

/** One line of a watch stream. */
export function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function pod(name: string, version: number, fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: `uid-${name}`, resourceVersion: String(version), ...(fields["metadata"] as object | undefined) },
    spec: { nodeName: "n1", containers: [{ name: "main" }], ...(fields["spec"] as object | undefined) },
    status: { phase: "Running", ...(fields["status"] as object | undefined) },
  };
}

export function ready(isReady: boolean): { readonly status: unknown } {
  return { status: { phase: "Running", conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] } };
}

export function podList(version: number, ...items: readonly unknown[]): Reply {
  return { json: { kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: String(version) }, items } };
}

export function notFound(name: string): Reply {
  return { status: 404, json: { kind: "Status", status: "Failure", message: `pods "${name}" not found`, reason: "NotFound", code: 404 } };
}
