import assert from "node:assert/strict";
import { readBackupHealth, type BackupSource } from "../../../src/core/health/backups.ts";
import { readClusterHealth, type ClusterSources } from "../../../src/core/health/clusterHealth.ts";
import type { ClockPort, KubernetesPort, ObjectStorePort, ToolPorts } from "../../../src/core/ports.ts";
import { readFacts } from "../../../src/core/facts/readFacts.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { RunHealth } from "../../../src/kernel/runHealth.ts";

const NOW = Date.parse("2026-02-01T12:00:00Z");
const never = new AbortController().signal;

/** A clock whose sleeps last until aborted, or end at once. */
function clock(isImpatient = false): ClockPort {
  return {
    now: () => NOW,
    sleep: (_ms, signal) => (isImpatient ? Promise.resolve() : new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true }))),
  };
}

function cluster(answers: Readonly<Record<string, readonly unknown[]>>, status = 200): KubernetesPort {
  return {
    context: "prod", server: "https://k8s", namespace: "shop",
    request: ({ path }) => {
      const kind = /([a-z]+)\?/.exec(path)?.[1] ?? "";
      assert.ok(path.includes("/namespaces/shop/") || path.startsWith("/api/v1/nodes?"), path);
      return Promise.resolve({ status, contentType: "application/json", text: JSON.stringify(status === 200 ? { metadata: { resourceVersion: "1" }, items: answers[kind] ?? [] } : { message: "no rights" }) });
    },
    stream: () => Promise.reject(new Error("unused")),
    exec: () => Promise.reject(new Error("unused")),
  };
}

function store(objects: readonly { key: string; size: number; modifiedAt: number }[]): ObjectStorePort {
  const unused = (): Promise<never> => Promise.reject(new Error("unused"));
  return {
    listBuckets: unused, head: unused, get: unused, put: unused, copy: unused,
    // Two pages, to see that both are read.
    list: ({ token, prefix, delimiter }) => {
      const found = objects.filter(({ key }) => key.startsWith(prefix) && (delimiter === undefined || !key.slice(prefix.length).includes(delimiter)));
      const half = Math.ceil(found.length / 2);
      return Promise.resolve(token === undefined ? { objects: found.slice(0, half), prefixes: [], next: "2" } : { objects: found.slice(half), prefixes: [], next: undefined });
    },
  };
}

function read(overrides: Partial<ClusterSources>): ReturnType<typeof readClusterHealth> {
  return readClusterHealth({ clock: clock(), kubernetes: cluster({}), services: [], ...overrides }, never);
}

function readBackups(sources: readonly BackupSource[], rpoMs?: number): ReturnType<typeof readBackupHealth> {
  return readBackupHealth(sources, rpoMs, clock(), never);
}

const labels = (app: string): object => ({ selector: { matchLabels: { app } } });
const pod = (name: string, app: string, status: object, owner = true): object => ({ metadata: { name, labels: { app }, ...(owner ? { ownerReferences: [{ kind: "ReplicaSet" }] } : {}) }, status });
const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

describe("the health of a cluster and its backups", () => {
  it("names each workload's verdict with its pods' reasons", async () => {
    const report = await read({
      kubernetes: cluster({
        deployments: [
          { metadata: { name: "web" }, spec: { replicas: 2, ...labels("web") }, status: { readyReplicas: 1 } },
          { metadata: { name: "off" }, spec: { replicas: 0, ...labels("off") }, status: {} },
        ],
        statefulsets: [{ metadata: { name: "db" }, spec: { ...labels("db") }, status: {} }],
        pods: [
          pod("web-1", "web", ready),
          pod("web-2", "web", { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] }),
          pod("db-0", "db", { phase: "Running", containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] }),
          pod("tool", "tool", ready, false),
        ],
      }),
    });
    assert.equal(report.state, "reachable");
    assert.deepEqual(report.workloads, [
      { name: "deployment/web", verdict: "degraded", reason: "1/2 ready: Unschedulable" },
      { name: "deployment/off", verdict: "down", reason: "scaled to 0" },
      { name: "statefulset/db", verdict: "down", reason: "0/1 ready: CrashLoopBackOff" },
      { name: "pod/tool", verdict: "ok", reason: "ready" },
    ]);
  });

  it("judges an Argo Rollout by its pods and by what its controller says; a server without them has none", async () => {
    const rollout = { metadata: { name: "web" }, spec: { replicas: 1, ...labels("web") }, status: { readyReplicas: 1, phase: "Degraded", message: "RolloutAborted: Rollout aborted update to revision 4" } };
    const expected = [{ name: "rollout/web", verdict: "degraded", reason: "1/1 ready, Degraded: RolloutAborted: Rollout aborted update to revision 4" }] as const;
    const services = [{ name: "Shop", priority: 1, description: "", workloads: ["deployment/web"] }];
    const report = await read({ kubernetes: cluster({ rollouts: [rollout], pods: [pod("web-1", "web", ready)] }), services });
    assert.deepEqual(report.workloads, expected);
    assert.deepEqual(report.services, [{ ...expected[0], name: "P1 Shop" }]);
    const whole = cluster({});
    const without: KubernetesPort = { ...whole, request: (request, signal) => (request.path.includes("/rollouts") ? Promise.resolve({ status: 404, contentType: "text/plain", text: "404 page not found\n" }) : whole.request(request, signal)) };
    assert.equal((await read({ kubernetes: without })).state, "reachable");
  });

  it("says of what is ready that its volume is full: it can be read", async () => {
    const mounting = (name: string, claim: string): object => ({ ...pod(name, "db", ready), spec: { nodeName: "a", volumes: [{ configMap: {} }, { persistentVolumeClaim: { claimName: claim } }] } });
    const answers = {
      statefulsets: [{ metadata: { name: "db" }, spec: { replicas: 2, ...labels("db") }, status: { readyReplicas: 2 } }],
      pods: [mounting("db-0", "data-db-0"), mounting("db-1", "data-db-1")],
      persistentvolumeclaims: ["data-db-0", "data-db-1"].map((name) => ({ metadata: { name }, status: { phase: "Bound", capacity: { storage: "20Gi" } } })),
    };
    for (const [available, verdict, reason] of [
      [[500, 500], "ok", "2/2 ready"],
      [[100, 500], "degraded", "90 % of 20Gi used (pvc/data-db-0), 2/2 ready"],
      [[0, 500], "degraded", "100 % of 20Gi used (pvc/data-db-0), 2/2 ready"],
      [[0, 10], "degraded", "100 % of 20Gi used (pvc/data-db-0), 99 % of 20Gi used (pvc/data-db-1), 2/2 ready"],
    ] as const) {
      const byClaim = new Map(available.map((availableBytes, index) => [`data-db-${String(index)}`, { availableBytes, capacityBytes: 1000 }]));
      const report = await read({ kubernetes: cluster(answers), services: [{ name: "Database", priority: 1, description: "", workloads: ["statefulset/db"] }], volumeUses: () => ({ kind: "known", byClaim }) });
      assert.deepEqual([report.workloads, report.services], [[{ name: "statefulset/db", verdict, reason }], [{ name: "P1 Database", verdict, reason }]]);
    }
  });

  /** A cluster that gives its pods in pages of two; `refusal` is its answer to the second page. */
  const paged = (pods: readonly unknown[], refusal?: number): KubernetesPort => {
    const whole = cluster({ deployments: [{ metadata: { name: "web" }, spec: { replicas: 3, ...labels("web") }, status: { readyReplicas: 2 } }] });
    return {
      ...whole,
      request: (request, signal) => {
        const { pathname, searchParams } = new URL(request.path, "http://x");
        if (!pathname.endsWith("/pods")) return whole.request(request, signal);
        const token = searchParams.get("continue");
        if (token !== null && refusal !== undefined) return Promise.resolve({ status: refusal, contentType: "application/json", text: JSON.stringify({ code: refusal, reason: "Expired", message: "too old" }) });
        const [from, to] = searchParams.has("limit") ? [Number(token ?? 0), Number(token ?? 0) + 2] : [0, pods.length];
        return Promise.resolve({ status: 200, contentType: "application/json", text: JSON.stringify({ metadata: to < pods.length ? { continue: String(to) } : {}, items: pods.slice(from, to) }) });
      },
    };
  };
  const crashing = pod("web-3", "web", { phase: "Running", containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] });
  const manyPods = [pod("web-1", "web", ready), pod("web-2", "web", ready), crashing];

  it("reads every page of a list, and the list again in one piece when the server has forgotten its place", async () => {
    for (const refusal of [undefined, 410]) {
      const report = await read({ kubernetes: paged(manyPods, refusal) });
      assert.deepEqual(report.workloads, [{ name: "deployment/web", verdict: "degraded", reason: "2/3 ready: CrashLoopBackOff" }]);
    }
    const failed = await read({ kubernetes: paged(manyPods, 500) });
    assert.deepEqual([failed.state, failed.detail], ["unreachable", "Reading prod: the server answered 500 too old"]);
  });

  it("reports volumes and the warnings of the last hour, newest first", async () => {
    const event = (type: string, minutesAgo: number, reason: string): object => ({ type, reason, message: "first line\nsecond", count: 3, involvedObject: { kind: "Pod", name: "db-0" }, lastTimestamp: new Date(NOW - minutesAgo * 60_000).toISOString() });
    const report = await read({
      kubernetes: cluster({
        persistentvolumeclaims: [
          { metadata: { name: "data" }, status: { phase: "Bound", capacity: { storage: "20Gi" } } },
          { metadata: { name: "new" }, status: { phase: "Pending" } },
        ],
        events: [event("Warning", 5, "Older"), event("Normal", 1, "Pulled"), event("Warning", 2, "BackOff"), event("Warning", 90, "Ancient")],
      }),
    });
    assert.deepEqual(report.volumes, [
      { name: "pvc/data", verdict: "ok", reason: "Bound, 20Gi" },
      { name: "pvc/new", verdict: "degraded", reason: "Pending" },
    ]);
    assert.deepEqual(report.warnings.map((item) => item.reason), ["BackOff: first line (3 times), 2m ago", "Older: first line (3 times), 5m ago"]);
  });

  it("finds the newest object of each folder, and says when it is too old", async () => {
    const hour = 3_600_000;
    const backups = store([
      { key: "mysql/a.gz", size: 2048, modifiedAt: NOW - 5 * hour },
      { key: "mysql/b.gz", size: 1024, modifiedAt: NOW - 3 * hour },
      { key: "redis/r.rdb", size: 10, modifiedAt: NOW - 60 * hour },
    ]);
    const report = await readBackups([{ store: backups, bucket: "b", prefix: "", everyMs: 24 * hour }, { store: store([]), bucket: "empty", prefix: "x/" }]);
    assert.deepEqual(report.backups, [
      { name: "s3://b/mysql/", verdict: "ok", reason: "b.gz, 3h old, 1.0 KiB, every 24 h" },
      { name: "s3://b/redis/", verdict: "degraded", reason: "r.rdb, 2d old, 10 Bytes, every 24 h: late" },
      { name: "s3://empty/x/", verdict: "down", reason: "no backup" },
    ]);
  });

  it("says how far back the backups go of what is to be kept", async () => {
    const day = 86_400_000;
    const backups = store([1, 29, 12].map((days) => ({ key: `mysql/${days}.gz`, size: 1024, modifiedAt: NOW - days * day })));
    const report = await readBackups([{ store: backups, bucket: "b", prefix: "mysql/", keepMs: 30 * day }]);
    assert.deepEqual(report.backups.map(({ reason }) => reason), ["1.gz, 24h old, 1.0 KiB, back to 29d of 30d"]);
  });

  describe("RPO exposure", () => {
    const minute = 60_000;
    const exposure = async (objects: readonly { key: string; size: number; modifiedAt: number }[], recoversData = true): Promise<readonly (string | number)[]> => {
      const { backups, recoveryPoint } = await readBackups([{ store: store(objects), bucket: "b", prefix: "mysql/", recoversData }], 5 * minute);
      return [backups[0]?.verdict ?? "", backups[0]?.reason ?? "", ...(recoveryPoint === undefined ? [] : [NOW - recoveryPoint.pointAt])];
    };

    it("counts from when the dump began, which its name says, and not from its upload", async () => {
      assert.deepEqual(await exposure([{ key: "mysql/shop-2026-02-01-1130.sql.gz", size: 9, modifiedAt: NOW - minute }]), ["degraded", "30m since s3://b/mysql/shop-2026-02-01-1130.sql.gz, objective 5 min", 30 * minute]);
      assert.equal((await exposure([{ key: "mysql/shop-2026-02-01-1156.sql.gz", size: 9, modifiedAt: NOW - minute }]))[0], "ok");
    });

    it("is unknown where no name says when, where the file is empty, and where the time is still to come", async () => {
      for (const [key, size] of [["mysql/newest.sql.gz", 9], ["mysql/shop-2026-02-01-1130.sql.gz", 0], ["mysql/shop-2026-02-01-1230.sql.gz", 9]] as const) {
        assert.deepEqual(await exposure([{ key, size, modifiedAt: NOW - minute }]), ["unknown", "no backup's name says when its dump began, objective 5 min"], key);
      }
    });

    it("leaves out folders in the folder, and backups that bring no data back", async () => {
      assert.deepEqual(await exposure([{ key: "mysql/binlog/x-2026-02-01-1159.gz", size: 9, modifiedAt: NOW }]), ["unknown", "no backup's name says when its dump began, objective 5 min"]);
      assert.deepEqual(await exposure([{ key: "mysql/shop-2026-02-01-1130.sql.gz", size: 9, modifiedAt: NOW - minute }], false), ["ok", "shop-2026-02-01-1130.sql.gz, 60s old, 9 Bytes"]);
    });
  });

  it("has a name for each state that a cluster can be in", async () => {
    const failing = (error: Error): KubernetesPort => ({ ...cluster({}), request: () => Promise.reject(error) });
    assert.equal((await read({ kubernetes: failing(new RuntimeError("unreachable", "no TCP")) })).state, "unreachable");
    assert.equal((await read({ kubernetes: failing(new RuntimeError("proxyError", "502 of the proxy")) })).state, "proxyError");
    assert.equal((await read({ kubernetes: failing(new RuntimeError("signInNeeded", "expired")) })).state, "signInNeeded");
    const forbidden = await read({ kubernetes: cluster({}, 403) });
    assert.deepEqual([forbidden.state, forbidden.detail], ["forbidden", "Reading prod: no rights"]);
    await assert.rejects(read({ kubernetes: failing(new TypeError("a bug")) }), TypeError);
  });

  it("calls a silent cluster slow when the limit is over", async () => {
    const silent: KubernetesPort = { ...cluster({}), request: () => new Promise(() => undefined) };
    const report = await read({ clock: clock(true), kubernetes: silent });
    assert.equal(report.state, "slow");
  });

  it("looks at each cluster of a run: the one that is lost, the one that took over, and the one that is still to be built", async () => {
    const contexts: Readonly<Record<string, KubernetesPort>> = {
      prod: { ...cluster({}), request: () => Promise.reject(new RuntimeError("unreachable", "prod does not answer")) },
      dr: cluster({ deployments: [{ metadata: { name: "web" }, spec: { replicas: 1, ...labels("web") }, status: { readyReplicas: 1 } }] }),
    };
    const ports = {
      clock: clock(),
      kubernetes: async (context: string | undefined) => {
        const port = contexts[context ?? ""];
        if (port === undefined) throw new RuntimeError("notFound", `kubeconfig: context "${String(context)}" does not exist`);
        return port;
      },
    } as ToolPorts;
    const targets = ["prod", "dr", "rebuilt"].map((name) => ({ kind: "kubernetes", name, alias: name, context: name, namespace: "shop" }) as const);
    const { facts } = readFacts("services:\n  - { name: Shop, priority: 1, workloads: [deployment/web, deployment/gateway] }\n  - { name: Search, priority: 2, workloads: [deployment/search] }\n");
    const { clusters } = await new RunHealth({ targets, facts, ports, onChange: () => undefined }).read("everything", undefined, never);
    assert.deepEqual(clusters.map(({ services }) => services.map(({ name, verdict, reason }) => `${name} ${verdict}: ${reason}`)), [
      ["P1 Shop unknown: the cluster does not say", "P2 Search unknown: the cluster does not say"],
      ["P1 Shop ok: 1/1 ready", "P2 Search unknown: is not in this cluster"],
      [],
    ]);
    assert.deepEqual(clusters.map(({ alias, state, detail, workloads }) => [alias, state, detail, workloads.length]), [
      ["prod", "unreachable", "prod does not answer", 0],
      ["dr", "reachable", "prod at https://k8s", 1],
      ["rebuilt", "unreachable", 'kubeconfig: context "rebuilt" does not exist', 0],
    ]);
  });

  it("reads backups and alerts again only when everything is asked for", async () => {
    let listed = 0;
    const counting = { ...store([]), list: () => ((listed += 1), Promise.resolve({ objects: [], prefixes: [], next: undefined })) };
    const ports = { clock: clock(), kubernetes: () => Promise.resolve(cluster({})), objectStore: () => Promise.resolve(counting) } as unknown as ToolPorts;
    const targets = [{ kind: "aws", name: "b", alias: "b", profile: undefined, region: undefined, account: undefined, buckets: ["dumps"] }] as const;
    const health = new RunHealth({ targets, facts: undefined, ports, onChange: () => undefined });
    const first = await health.read("clusters", undefined, never);
    assert.equal(listed, 1, "there is nothing yet to show");
    assert.deepEqual((await health.read("clusters", undefined, never)).backups, first.backups);
    assert.equal(listed, 1);
    await health.read("everything", undefined, never);
    assert.equal(listed, 2);
  });

  it("tells of changes once a look, and ends its watches when nobody has looked for long", async () => {
    let [told, now] = [0, NOW];
    const events: ((type: string) => void)[] = [];
    const kubernetes: KubernetesPort = {
      ...cluster({}),
      stream: (_request, signal) => Promise.resolve({ status: 200, body: streamOf(events, signal) }),
    };
    const ports = { clock: { ...clock(), now: () => now }, kubernetes: () => Promise.resolve(kubernetes) } as unknown as ToolPorts;
    const targets = [{ kind: "kubernetes", name: "prod", alias: "prod", context: "prod", namespace: "shop" }] as const;
    const health = new RunHealth({ targets, facts: undefined, ports, onChange: () => (told += 1) });
    const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await health.read("everything", undefined, never);
    await settled();
    assert.equal(events.length, 9, "every list but the one that is always asked for");
    for (const send of events) send("MODIFIED");
    await settled();
    assert.equal(told, 1);
    await health.read("clusters", undefined, never);
    events[0]?.("MODIFIED");
    await settled();
    assert.equal(told, 2);
    now += 121_000;
    await health.read("clusters", undefined, never);
    events[0]?.("MODIFIED");
    await settled();
    assert.equal(told, 3, "somebody has looked");
    now += 121_000;
    events[0]?.("MODIFIED");
    await settled();
    assert.equal(told, 3);
    await health.read("clusters", undefined, never);
    await settled();
    assert.equal(events.length, 18, "it begins anew");
    health.stop();
  });
});

/** A watch's stream that the test feeds. */
async function* streamOf(events: ((type: string) => void)[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const waiting: string[] = [];
  let wake: () => void = () => undefined;
  signal.addEventListener("abort", () => wake());
  events.push((type) => {
    waiting.push(`${JSON.stringify({ type, object: { metadata: { name: "x", resourceVersion: "2" } } })}\n`);
    wake();
  });
  for (;;) {
    signal.throwIfAborted();
    const line = waiting.shift();
    if (line === undefined) await new Promise<void>((resolve) => (wake = resolve));
    else yield new TextEncoder().encode(line);
  }
}
