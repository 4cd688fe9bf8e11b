import type { Cluster, KubeObject } from "../contract.ts";
import { isRecord } from "../kube/json.ts";
import { matchesMap } from "../kube/selectors.ts";
import type { FaultRecipe, Outage } from "./description.ts";
import { claimsOf, type FaultTools } from "./faultSite.ts";

/**
 * What still stands of a fault, each part in words for the person who had to cure it; none once it is cured. Asked of the world's state
 * alone, so that it does not matter by which commands. A cluster that nobody is led to any more hurts nobody, whatever is broken there.
 */
export function standingParts({ name, uids }: { readonly name: string; readonly uids: readonly string[] }, recipe: FaultRecipe, tools: FaultTools): readonly string[] {
  const site = tools.site(recipe.cluster);
  if (recipe.cluster === undefined && !site.hasUsers) return [];
  const { namespace, cache, connections, fills, attack, dns } = recipe;
  const parts: readonly (string | undefined)[] = [
    ...damagedParts(recipe, uids, site.cluster),
    ...recipe.changes.filter(({ object }) => isStill(object, site.cluster)).map(({ manager, object }) => `${object.kind.toLowerCase()} ${object.metadata.name} is still as ${manager} left it`),
    cache?.client !== undefined && site.isCacheBusy(namespace, cache) ? `the client ${cache.client.name} still keeps ${cache.service} busy` : undefined,
    connections !== undefined && site.isDatabaseFull(connections) ? `the database on ${connections.claim} takes no more connections, and those from ${connections.address} are still open` : undefined,
    fills !== undefined && site.isVolumeFilled(namespace, fills) ? `the volume ${fills.claim} is ${Math.round(fills.share * 100)} % used, and ${fills.file} is still on it` : undefined,
    attack === undefined ? undefined : site.standingAttack(name),
    dns !== undefined && tools.isMisled(dns.records) ? `users are still led to what ${dns.records.map((record) => record.name).join(", ")} was changed to` : undefined,
    recipe.outage === undefined ? undefined : outagePart(site.outage),
  ];
  return parts.filter((part) => part !== undefined);
}

function damagedParts({ damages, namespace }: FaultRecipe, uids: readonly string[], cluster: Cluster): readonly (string | undefined)[] {
  if (damages === undefined) return [];
  const pods = cluster.list("Pod", namespace);
  if (damages.kind === "claim") {
    const claim = cluster.get("PersistentVolumeClaim", namespace, damages.name);
    const user = pods.find((pod) => claimsOf(pod).includes(damages.name));
    return claim === undefined || user === undefined || !uids.includes(claim.metadata.uid ?? "") ? [] : [`the volume ${damages.name} is damaged, and pod ${user.metadata.name} still uses it`];
  }
  const left = pods.filter((pod) => uids.includes(pod.metadata.uid ?? "") && isUsed(pod, cluster));
  return left.map((pod) => `pod ${pod.metadata.name} is still the one that was damaged`);
}

/** A pod that was set aside, with no controller and no service that leads to it, is kept for its evidence only. */
function isUsed(pod: KubeObject, cluster: Cluster): boolean {
  const isControlled = pod.metadata.ownerReferences?.some(({ controller }) => controller === true) === true;
  return isControlled || cluster.list("Service", pod.metadata.namespace).some(({ spec }) => matchesMap(spec?.["selector"], pod.metadata.labels));
}

/** Whether an object still says everything that a change said of it. Who changed it, and why, is left out: notes outlive what they were about. */
function isStill(changed: KubeObject, cluster: Cluster): boolean {
  const { apiVersion: _version, kind, metadata, ...said } = changed;
  const now = cluster.get(kind, metadata.namespace ?? "", metadata.name);
  return now !== undefined && isPart(said, now);
}

/** Whether `whole` has everything that `part` says; items of lists may stand anywhere. */
function isPart(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item) => whole.some((other) => isPart(item, other)));
  if (isRecord(part)) return isRecord(whole) && Object.entries(part).every(([key, value]) => isPart(value, whole[key]));
  return part === whole;
}

function outagePart({ apiServer, network }: Outage): string | undefined {
  if (network !== "open") return "users are still led to the cluster that nobody reaches";
  return apiServer === "open" ? undefined : "the cluster that serves users has no API server";
}
