import { listAt, numberAt, parseJson, textAt, type Json } from "../kubectl/json.ts";
import { queryText } from "../kubectl/fetch.ts";
import type { ClockPort, HttpPort, KubernetesPort } from "../ports.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { askPrometheus, type PrometheusSource } from "./prometheus.ts";
import { REACH_LIMIT_MS, withLimit } from "./reach.ts";

/** Nodes that are asked at one look: the answer of a large one is long. */
const MAX_NODES = 25;
/** Use cannot be watched; it is read anew when it is so old, milliseconds. */
const BEAT_MS = 30_000;

/** Room of a volume, as its file system has it: what it keeps for itself is not available. */
export interface VolumeUse {
  readonly availableBytes: number;
  readonly capacityBytes: number;
}

/** How full volumes are by the name of their claims, or why nobody says. */
export type VolumeUses =
  | { readonly kind: "known"; readonly byClaim: ReadonlyMap<string, VolumeUse> }
  | { readonly kind: "unknown"; readonly reason: string };

/** Who knows how full the volumes of a namespace are. */
export interface VolumeUseSource {
  readonly kubernetes: KubernetesPort;
  readonly namespace: string;
  readonly http: HttpPort;
  readonly clock: ClockPort;
  /** Address of a Prometheus that scrapes the cluster's kubelets; `undefined` where nobody names one. */
  readonly prometheus: string | undefined;
}

/**
 * Asks Prometheus, and where it does not say the kubelets of these nodes, by the API server's proxy: that wants `get` on `nodes/proxy`,
 * which few roles have. Never rejects for their failures, which are the answer.
 */
export async function readVolumeUses(source: VolumeUseSource, nodes: readonly string[], signal: AbortSignal): Promise<VolumeUses> {
  const { clock, http, prometheus } = source;
  const limit = <T>(action: (limited: AbortSignal) => Promise<T>): Promise<T | RuntimeError> => withLimit(clock, REACH_LIMIT_MS, signal, action).catch(asFailure);
  if (prometheus !== undefined) {
    const scraped = await limit((limited) => askScraped({ http, url: prometheus }, source.namespace, limited));
    if (!(scraped instanceof RuntimeError) && scraped.size > 0) return { kind: "known", byClaim: scraped };
  }
  const answers = await Promise.all(nodes.slice(0, MAX_NODES).map((node) => limit((limited) => askKubelet(source, node, limited))));
  signal.throwIfAborted();
  const failure = answers.find((answer) => answer instanceof RuntimeError);
  if (failure !== undefined && answers.every((answer) => answer instanceof RuntimeError)) return { kind: "unknown", reason: failure.code === "forbidden" ? "forbidden" : messageOf(failure) };
  return { kind: "known", byClaim: new Map(answers.flatMap((answer) => (answer instanceof RuntimeError ? [] : [...answer]))) };
}

function asFailure(error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  throw error;
}

async function askScraped(prometheus: PrometheusSource, namespace: string, signal: AbortSignal): Promise<ReadonlyMap<string, VolumeUse>> {
  const ask = async (metric: string): Promise<ReadonlyMap<string, number>> => {
    const answer = await askPrometheus(prometheus, `/api/v1/query${queryText([["query", `${metric}{namespace=${JSON.stringify(namespace)}}`]])}`, signal);
    return new Map(listAt(answer, "data", "result").map((series) => [textAt(series, "metric", "persistentvolumeclaim"), Number(listAt(series, "value")[1] ?? Number.NaN)]));
  };
  const [available, capacity] = await Promise.all([ask("kubelet_volume_stats_available_bytes"), ask("kubelet_volume_stats_capacity_bytes")]);
  return new Map([...capacity].flatMap(([claim, capacityBytes]) => useOf(claim, available.get(claim) ?? Number.NaN, capacityBytes)));
}

async function askKubelet({ kubernetes, namespace }: VolumeUseSource, node: string, signal: AbortSignal): Promise<ReadonlyMap<string, VolumeUse>> {
  const { status, text } = await kubernetes.request({ method: "GET", path: `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`, accept: "application/json" }, signal);
  if (status === 403) throw new RuntimeError("forbidden", `Asking the kubelet of ${node}: forbidden`);
  if (status !== 200) throw new RuntimeError("apiStatus", `the kubelet of ${node} answered ${status}`);
  const volumes = listAt(parseJson(text), "pods").flatMap((pod) => listAt(pod, "volume"));
  return new Map(volumes.filter((volume) => textAt(volume, "pvcRef", "namespace") === namespace).flatMap((volume) => useOf(textAt(volume, "pvcRef", "name"), numberAt(volume, "availableBytes"), numberAt(volume, "capacityBytes"))));
}

function useOf(claim: string, availableBytes: number, capacityBytes: number): readonly (readonly [string, VolumeUse])[] {
  return claim === "" || !Number.isFinite(availableBytes) || !(capacityBytes > 0) ? [] : [[claim, { availableBytes, capacityBytes }]];
}

/** Names of the claims that a pod has mounted. */
export function claimsOf(pod: Json): readonly string[] {
  return listAt(pod, "spec", "volumes").map((volume) => textAt(volume, "persistentVolumeClaim", "claimName")).filter((claim) => claim !== "");
}

/** Nodes whose pods have claims mounted. */
export function nodesWithClaims(pods: readonly Json[]): readonly string[] {
  return [...new Set(pods.filter((pod) => claimsOf(pod).length > 0).map((pod) => textAt(pod, "spec", "nodeName")))].filter((node) => node !== "");
}

/** How full a cluster's volumes were when last read. A look never waits for it: what is old is read anew meanwhile. */
export class VolumeUseBeat {
  readonly #source: VolumeUseSource;
  readonly #onRead: () => void;
  #last: VolumeUses | undefined;
  #readAt = -Infinity;
  #isReading = false;

  /** `onRead` is told when there is something new. */
  constructor(source: VolumeUseSource, onRead: () => void) {
    this.#source = source;
    this.#onRead = onRead;
  }

  /** As last read, `undefined` before the first time; `nodes` are those to ask next. */
  look(nodes: readonly string[], signal: AbortSignal): VolumeUses | undefined {
    if (!this.#isReading && this.#source.clock.now() - this.#readAt >= BEAT_MS) void this.#read(nodes, signal);
    return this.#last;
  }

  async #read(nodes: readonly string[], signal: AbortSignal): Promise<void> {
    this.#isReading = true;
    try {
      this.#last = await readVolumeUses(this.#source, nodes, signal);
    } catch (error) {
      // Stopped with its run: there is nobody to tell.
      if (!signal.aborted) this.#last = { kind: "unknown", reason: messageOf(error) };
    }
    this.#readAt = this.#source.clock.now();
    this.#isReading = false;
    if (!signal.aborted) this.#onRead();
  }
}
