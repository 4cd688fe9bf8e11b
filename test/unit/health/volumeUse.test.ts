import assert from "node:assert/strict";
import { readVolumeUses, VolumeUseBeat, type VolumeUses } from "../../../src/core/health/volumeUse.ts";
import { judgeClaim } from "../../../src/core/health/volumes.ts";
import type { ClockPort, HttpPort, KubernetesPort } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";

const never = new AbortController().signal;
const clock: ClockPort = { now: () => 0, sleep: (_ms, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true })) };

/** Prometheus, with these bytes by claim of the namespace `shop`; `undefined` does not answer. */
function scraped(byMetric: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined): { readonly http: HttpPort; readonly asked: string[] } {
  const asked: string[] = [];
  const http: HttpPort = {
    request: ({ url }) => {
      if (byMetric === undefined) return Promise.reject(new RuntimeError("unreachable", "no TCP"));
      const query = new URL(url).searchParams.get("query") ?? "";
      asked.push(query);
      const values = Object.entries(byMetric[query.replace(/\{.*/u, "")] ?? {});
      const result = values.map(([persistentvolumeclaim, value]) => ({ metric: { persistentvolumeclaim }, value: [0, value] }));
      return Promise.resolve({ status: 200, httpVersion: "1.1", reason: "OK", headers: [], body: bytes(JSON.stringify({ status: "success", data: { result } })) });
    },
  };
  return { http, asked };
}

async function* bytes(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** Kubelets by node: their volumes, or the status that they answer. */
function kubelets(byNode: Readonly<Record<string, number | readonly object[]>>): KubernetesPort {
  const unused = (): Promise<never> => Promise.reject(new Error("unused"));
  return {
    context: "prod", server: "https://k8s", namespace: "shop", stream: unused, exec: unused,
    request: ({ path }) => {
      const answer = byNode[/^\/api\/v1\/nodes\/([^/]+)\/proxy\/stats\/summary$/u.exec(path)?.[1] ?? ""] ?? 404;
      return Promise.resolve(typeof answer === "number" ? { status: answer, contentType: "application/json", text: "{}" } : { status: 200, contentType: "application/json", text: JSON.stringify({ pods: [{ volume: answer }] }) });
    },
  };
}

const volume = (name: string, availableBytes: number, namespace = "shop"): object => ({ availableBytes, capacityBytes: 100, usedBytes: 100 - availableBytes, pvcRef: { name, namespace } });

describe("how full volumes are", () => {
  const read = async (prometheus: HttpPort | undefined, kubernetes: KubernetesPort, nodes: readonly string[]): Promise<unknown> => {
    const uses = await readVolumeUses({ kubernetes, namespace: "shop", http: prometheus ?? scraped(undefined).http, clock, prometheus: prometheus === undefined ? undefined : "https://prometheus/" }, nodes, never);
    return uses.kind === "unknown" ? uses.reason : Object.fromEntries([...uses.byClaim].map(([claim, { availableBytes, capacityBytes }]) => [claim, `${String(availableBytes)} of ${String(capacityBytes)}`]));
  };

  it("is asked of Prometheus, by namespace", async () => {
    const { http, asked } = scraped({ kubelet_volume_stats_available_bytes: { data: "0", logs: "NaN" }, kubelet_volume_stats_capacity_bytes: { data: "50", logs: "10", other: "7" } });
    assert.deepEqual(await read(http, kubelets({}), ["a"]), { data: "0 of 50" });
    assert.deepEqual(asked, ['kubelet_volume_stats_available_bytes{namespace="shop"}', 'kubelet_volume_stats_capacity_bytes{namespace="shop"}']);
  });

  it("is asked of the kubelets where Prometheus does not say or none is named, those left out that do not answer", async () => {
    const nodes = kubelets({ a: [volume("data", 3), volume("data", 9, "elsewhere"), { name: "tmp", availableBytes: 1, capacityBytes: 2 }], b: 503 });
    for (const prometheus of [scraped(undefined).http, scraped({}).http, undefined]) assert.deepEqual(await read(prometheus, nodes, ["a", "b"]), { data: "3 of 100" });
  });

  it("is unknown with the reason where nobody says", async () => {
    assert.equal(await read(undefined, kubelets({ a: 403 }), ["a"]), "forbidden");
    assert.equal(await read(undefined, kubelets({ a: 503 }), ["a"]), "the kubelet of a answered 503");
    assert.deepEqual(await read(undefined, kubelets({}), []), {});
  });

  it("judges what is bound, rounding down; what is unknown is not the worse for it", () => {
    const claim = (phase: string): object => ({ metadata: { name: "data" }, status: { phase, capacity: { storage: "50Gi" } } });
    const known = (availableBytes: number): VolumeUses => ({ kind: "known", byClaim: new Map([["data", { availableBytes, capacityBytes: 1000 }]]) });
    for (const [phase, uses, verdict, reason] of [
      ["Bound", known(151), "ok", "84 % of 50Gi used"],
      ["Bound", known(150), "degraded", "85 % of 50Gi used"],
      ["Bound", known(1), "down", "99 % of 50Gi used"],
      ["Bound", known(0), "down", "100 % of 50Gi used"],
      ["Bound", { kind: "unknown", reason: "forbidden" }, "ok", "Bound, 50Gi, use unknown (forbidden)"],
      ["Bound", { kind: "known", byClaim: new Map() }, "ok", "Bound, 50Gi, use unknown"],
      ["Bound", undefined, "ok", "Bound, 50Gi"],
      ["Lost", known(500), "down", "Lost, 50Gi"],
    ] as const) {
      assert.deepEqual(judgeClaim(claim(phase) as Parameters<typeof judgeClaim>[0], uses), { name: "pvc/data", verdict, reason });
    }
  });

  it("is read at a slow beat, and never waited for", async () => {
    let [now, told, asked] = [0, 0, 0];
    const kubernetes: KubernetesPort = { ...kubelets({ a: [volume("data", 3)] }) };
    const counted: KubernetesPort = { ...kubernetes, request: (request, signal) => ((asked += 1), kubernetes.request(request, signal)) };
    const beat = new VolumeUseBeat({ kubernetes: counted, namespace: "shop", http: scraped(undefined).http, clock: { ...clock, now: () => now }, prometheus: undefined }, () => (told += 1));
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    assert.equal(beat.look(["a"], never), undefined);
    await settled();
    assert.equal(beat.look(["a"], never)?.kind, "known");
    now = 29_999;
    beat.look(["a"], never);
    await settled();
    assert.deepEqual([asked, told], [1, 1]);
    now = 30_000;
    beat.look(["a"], never);
    await settled();
    assert.deepEqual([asked, told], [2, 2]);
  });
});
