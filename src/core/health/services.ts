import type { CriticalService } from "../facts/facts.ts";
import type { HealthItem } from "../protocol.ts";

const WORST_FIRST: readonly HealthItem["verdict"][] = ["down", "degraded", "unknown", "ok"];

/** One verdict for each critical service, the most critical first: that of the worst of its workloads, with its reason. */
export function judgeServices(services: readonly CriticalService[], workloads: readonly HealthItem[]): readonly HealthItem[] {
  return services.toSorted((a, b) => a.priority - b.priority).map((service) => ({ name: `P${service.priority} ${service.name}`, ...judge(service, workloads) }));
}

function judge(service: CriticalService, workloads: readonly HealthItem[]): Omit<HealthItem, "name"> {
  const own = service.workloads.map((name): HealthItem => workloads.find((workload) => workload.name === name) ?? { name, verdict: "down", reason: "is not in the cluster" });
  if (own.length === 0) return { verdict: "unknown", reason: "no workload of it is named in the facts" };
  const worst = WORST_FIRST.flatMap((verdict) => own.find((workload) => workload.verdict === verdict) ?? [])[0] ?? own[0];
  return worst === undefined ? { verdict: "unknown", reason: "" } : { verdict: worst.verdict, reason: own.length === 1 ? worst.reason : `${worst.name}: ${worst.reason}` };
}
