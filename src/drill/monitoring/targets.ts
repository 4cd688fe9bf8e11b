import type { WebDirectory } from "../app/webService.ts";
import { getRequest } from "../app/webService.ts";
import { BUCKET_SECONDS, type RequestCounter, type RequestMeter } from "../app/requestMeter.ts";
import { listOf } from "../app/answers.ts";
import type { Cluster, KubeObject } from "../contract.ts";
import { podStatusOf } from "../kube/objects.ts";
import type { Caches } from "../world/caches.ts";
import type { Databases } from "../world/databases.ts";
import { cacheSamples, databaseSamples } from "./exporters.ts";
import { clusterSamples } from "./clusterMetrics.ts";
import type { JobDescription, ProbeDescription } from "./description.ts";

/** One value of one metric; its labels are without those of the target. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One thing that is scraped. */
export interface Target {
  /** Of all its series: `job`, `instance` and more. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the scrape gave; `undefined` when nothing answered. */
  readonly samples: readonly Sample[] | undefined;
}

/** An application as its metrics need it. */
export interface MeteredApplication {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly gateway: { readonly namespace: string; readonly service: string } | undefined;
  /** How long after its container's start a process listens, world milliseconds. */
  readonly startMs: (pod: KubeObject) => number;
  readonly meter: RequestMeter;
  readonly gatewayMeter: RequestMeter;
}

/** What can be scraped in a world. */
export interface Scraped {
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly applications: readonly MeteredApplication[];
  readonly databases: Databases;
  readonly caches: Caches;
  readonly web: WebDirectory;
  /** World epoch milliseconds. */
  readonly now: () => number;
}

/** Quantiles of a gateway's summary. */
const QUANTILES = [0.5, 0.9, 0.95, 0.99];

/** The targets of a job as they are now. */
export function targetsOf(job: JobDescription, world: Scraped): readonly Target[] {
  const { namespace } = world;
  const single = (instance: string, samples: readonly Sample[]): readonly Target[] => [{ labels: { job: job.job, instance }, samples }];
  switch (job.kind) {
    case "application": {
      const application = world.applications.find((candidate) => candidate.host === job.host);
      if (application === undefined) return [];
      const pods = podsBehind(world.cluster, application.namespace, application.service);
      application.meter.forgetOthers(pods);
      return pods.map((pod) => podTarget(job, pod, isListening(pod, application, world.now()) ? application.meter.countersOf(pod).flatMap((counter) => histogram(job.metric, counter)) : undefined));
    }
    case "gateway": {
      const application = world.applications.find((candidate) => candidate.host === job.host);
      if (application?.gateway === undefined) return [];
      const pods = podsBehind(world.cluster, application.gateway.namespace, application.gateway.service);
      application.gatewayMeter.forgetOthers(pods);
      return pods.map((pod) => podTarget(job, pod, isListening(pod, application, world.now()) ? gatewaySamples(job, pod, application.gatewayMeter) : undefined));
    }
    case "database":
      return single(`${job.service}:3306`, databaseSamples(world.databases, namespace, job.service));
    case "cache":
      return single(`${job.service}:6379`, cacheSamples(world.caches, namespace, job.service));
    case "cluster":
      return single("kubernetes", clusterSamples(world.cluster, namespace, (claim) => world.databases.usageOf(claim)));
    case "probes":
      return single("blackbox", job.probes.map((probe) => ({ name: "probe_success", labels: { service: probe.name, ...texts(probe.labels) }, value: Number(succeeds(probe, world)) })));
  }
}

function podTarget(job: Extract<JobDescription, { readonly port: number }>, pod: KubeObject, samples: readonly Sample[] | undefined): Target {
  const { name, namespace = "" } = pod.metadata;
  return { labels: { job: job.job, instance: `${podStatusOf(pod).podIP ?? ""}:${job.port}`, namespace, pod: name }, samples };
}

/** Every pod that a service selects, ready or not: what Kubernetes' service discovery finds. */
function podsBehind(cluster: Cluster, namespace: string, service: string): readonly KubeObject[] {
  const subsets = listOf(cluster.get("Endpoints", namespace, service)?.["subsets"]);
  return subsets.flatMap((subset) => [...listOf(subset["addresses"]), ...listOf(subset["notReadyAddresses"])]).flatMap((address) => {
    const target = address["targetRef"] as { readonly name?: string } | undefined;
    return cluster.get("Pod", namespace, target?.name ?? "") ?? [];
  });
}

function isListening(pod: KubeObject, application: MeteredApplication, now: number): boolean {
  const [status] = podStatusOf(pod).containerStatuses ?? [];
  const startedAt = status?.state.running?.startedAt;
  return startedAt !== undefined && (status?.ready === true || Date.parse(startedAt) + application.startMs(pod) <= now);
}

function histogram(metric: string, { labels, count, sumSeconds, maxSeconds, buckets }: RequestCounter): readonly Sample[] {
  const bounds = [...BUCKET_SECONDS.map(String), "+Inf"];
  return [
    ...bounds.map((le, index) => ({ name: `${metric}_bucket`, labels: { ...labels, le }, value: buckets[index] ?? 0 })),
    { name: `${metric}_count`, labels, value: count },
    { name: `${metric}_sum`, labels, value: sumSeconds },
    { name: `${metric}_max`, labels, value: maxSeconds },
  ];
}

function gatewaySamples(job: Extract<JobDescription, { readonly kind: "gateway" }>, pod: KubeObject, meter: RequestMeter): readonly Sample[] {
  const counters = meter.countersOf(pod);
  const total = (pick: (counter: RequestCounter) => number): number => counters.reduce((sum, counter) => sum + pick(counter), 0);
  return [
    ...counters.map(({ labels: { method = "", status = "" }, count }) => ({ name: job.requests, labels: { method, status }, value: count })),
    ...QUANTILES.map((phi) => ({ name: job.duration, labels: { quantile: String(phi) }, value: meter.quantileOf(pod, phi) })),
    { name: `${job.duration}_count`, labels: {}, value: total((counter) => counter.count) },
    { name: `${job.duration}_sum`, labels: {}, value: total((counter) => counter.sumSeconds) },
  ];
}

function succeeds({ asks }: ProbeDescription, world: Scraped): boolean {
  switch (asks.kind) {
    case "database":
      return databaseSamples(world.databases, world.namespace, asks.service).some(({ name, value }) => name === "mysql_up" && value === 1);
    case "cache":
      return cacheSamples(world.caches, world.namespace, asks.service).some(({ name, value }) => name === "redis_up" && value === 1);
    case "http": {
      const service = asks.host !== undefined ? world.web.host(asks.host) : world.web.service(world.namespace, asks.service ?? "");
      const answer = service?.answer(getRequest(asks.path));
      return answer !== undefined && answer.status < 400 && (asks.refuses === undefined || !answer.body.includes(asks.refuses));
    }
  }
}

function texts(labels: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
