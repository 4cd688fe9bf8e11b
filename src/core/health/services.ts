import type { CriticalService } from "../facts/facts.ts";
import type { HealthItem } from "../protocol.ts";

const WORST_FIRST: readonly HealthItem["verdict"][] = ["down", "degraded", "unknown", "ok"];

/**
 * One verdict for each critical service, the most critical first: that of the worst of its workloads, with its reason. What a stand-in
 * does not have is no failure: the facts describe the cluster that it stands in for.
 */
export function judgeServices(services: readonly CriticalService[], workloads: readonly HealthItem[], isStandIn = false): readonly HealthItem[] {
  return services.toSorted((a, b) => a.priority - b.priority).map((service) => ({ name: `P${service.priority} ${service.name}`, ...judge(service, workloads, isStandIn) }));
}

function judge(service: CriticalService, workloads: readonly HealthItem[], isStandIn: boolean): Omit<HealthItem, "name"> {
  const own = service.workloads.flatMap((name): readonly HealthItem[] => {
    // The facts need not know by which of the two an application is released.
    const found = workloads.filter((workload) => workload.name === name || workload.name === name.replace(/^deployment\//, "rollout/"));
    return found.length > 0 || isStandIn ? found : [{ name, verdict: "down", reason: "is not in the cluster" }];
  });
  if (own.length === 0 && service.workloads.length > 0) return { verdict: "unknown", reason: "is not in this cluster" };
  if (own.length === 0) return { verdict: "unknown", reason: "no workload of it is named in the facts" };
  const worst = WORST_FIRST.flatMap((verdict) => own.find((workload) => workload.verdict === verdict) ?? [])[0] ?? own[0];
  return worst === undefined ? { verdict: "unknown", reason: "" } : { verdict: worst.verdict, reason: own.length === 1 ? worst.reason : `${worst.reason} (${worst.name})` };
}
