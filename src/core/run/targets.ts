import type { Destination, Operation } from "../command/operation.ts";
import type { KubernetesPort, ToolPorts } from "../ports.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import type { TargetSpec } from "../runbook/document.ts";
import type { PinnedTarget } from "./journalEvent.ts";

/**
 * The run's target that an operation's own words mean, or why there is none. A context, bucket or host that no target names is
 * refused for anything but reading: that is how a runbook cannot hit the wrong cluster.
 */
export type TargetChoice = { readonly kind: "target"; readonly spec: TargetSpec } | { readonly kind: "none" } | { readonly kind: "unknown"; readonly wanted: string };

/** Finds the target of a destination. `undefined` destinations (filters) have none. */
export function chooseTarget(destination: Destination | undefined, specs: readonly TargetSpec[]): TargetChoice {
  if (destination === undefined) return { kind: "none" };
  switch (destination.kind) {
    case "kubernetes": {
      const clusters = specs.filter((spec) => spec.kind === "kubernetes");
      const found = destination.context === undefined ? clusters[0] : clusters.find((spec) => spec.context === destination.context);
      return found === undefined ? { kind: "unknown", wanted: `Kubernetes context ${destination.context ?? "of the current kubeconfig"}` } : { kind: "target", spec: found };
    }
    case "aws": {
      const accounts = specs.filter((spec) => spec.kind === "aws");
      const bucket = destination.bucket;
      const found = accounts.find((spec) => (bucket === undefined || spec.buckets.length === 0 || spec.buckets.includes(bucket)) && (destination.profile === undefined || spec.profile === destination.profile));
      return found === undefined ? { kind: "unknown", wanted: bucket === undefined ? "AWS account" : `bucket ${bucket}` } : { kind: "target", spec: found };
    }
    case "http": {
      const host = hostOf(destination.url);
      const found = specs.find((spec) => spec.kind === "http" && hostOf(spec.url) === host);
      return found === undefined ? { kind: "unknown", wanted: `HTTP host ${host}` } : { kind: "target", spec: found };
    }
  }
}

/**
 * Whether cells of another runbook may run on a run's targets: what they leave unsaid must mean the same place there, so the first
 * cluster and the first account must be the run's. What they name and the run has no target for is refused when it runs.
 */
export function hasSameDefaults(other: readonly TargetSpec[], run: readonly TargetSpec[]): boolean {
  const [otherCluster, runCluster] = [other, run].map((specs) => specs.find((spec) => spec.kind === "kubernetes"));
  const [otherAccount, runAccount] = [other, run].map((specs) => specs.find((spec) => spec.kind === "aws"));
  const isSameCluster = otherCluster === undefined || (runCluster?.context === otherCluster.context && runCluster?.namespace === otherCluster.namespace);
  const isSameAccount = otherAccount === undefined || (runAccount !== undefined && runAccount.profile === otherAccount.profile && runAccount.region === otherAccount.region && runAccount.account === otherAccount.account);
  return isSameCluster && isSameAccount;
}

function hostOf(url: string): string {
  const withScheme = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
  try {
    return new URL(withScheme).host;
  } catch {
    // Not an address: then it is nobody's host, and the message shows it as written.
    return url;
  }
}

/** Reads who and what answers behind a target now. What cannot be reached is pinned without identity: unreachable is not drift. */
export async function pinTarget(spec: TargetSpec, ports: ToolPorts, signal: AbortSignal): Promise<PinnedTarget> {
  const common = { name: spec.name, alias: spec.alias, kind: spec.kind };
  switch (spec.kind) {
    case "kubernetes": {
      const cluster = await openContext(spec.context, ports);
      if (cluster instanceof RuntimeError) return { ...common, address: "", namespace: spec.namespace, identity: "", actor: `unknown (${messageOf(cluster)})` };
      const identity = await readClusterIdentity(cluster, signal);
      return { ...common, address: cluster.server, namespace: spec.namespace ?? cluster.namespace, ...identity };
    }
    case "aws":
      return { ...common, address: spec.buckets.map((bucket) => `s3://${bucket}`).join(", "), namespace: undefined, identity: spec.account ?? "", actor: spec.profile ?? "default profile" };
    case "http":
      return { ...common, address: spec.url, namespace: undefined, identity: "", actor: "anonymous" };
  }
}

/** The cluster of a context, or why there is none: a cluster that a runbook builds gets its context on the way. */
async function openContext(context: string | undefined, ports: ToolPorts): Promise<KubernetesPort | RuntimeError> {
  try {
    return await ports.kubernetes(context);
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "notFound") return error;
    throw error;
  }
}

/** Where a pinned target is, and as whom one is there. */
export function targetWords(pinned: PinnedTarget): string {
  return isUnpinned(pinned) ? "no such cluster yet" : `${pinned.address} as ${pinned.actor || "unknown"}`.trimStart();
}

/** Whether nothing was behind a target when it was pinned. It is pinned, and journalled, once something is. */
export function isUnpinned(pinned: PinnedTarget): boolean {
  return pinned.kind === "kubernetes" && pinned.address === "";
}

/** The UID of `kube-system` stands for the cluster, as in kubernetes/kubernetes#77487; the actor comes from SelfSubjectReview. */
async function readClusterIdentity(cluster: KubernetesPort, signal: AbortSignal): Promise<{ readonly identity: string; readonly actor: string }> {
  try {
    const namespace = await cluster.request({ method: "GET", path: "/api/v1/namespaces/kube-system" }, signal);
    const review = await cluster.request({
      method: "POST", path: "/apis/authentication.k8s.io/v1/selfsubjectreviews", contentType: "application/json",
      body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
    }, signal);
    return {
      identity: namespace.status === 200 ? textAt(namespace.text, ["metadata", "uid"]) : "",
      actor: review.status < 300 ? textAt(review.text, ["status", "userInfo", "username"]) : "unknown",
    };
  } catch (error) {
    if (error instanceof RuntimeError) return { identity: "", actor: `unknown (${messageOf(error)})` };
    throw error;
  }
}

function textAt(json: string, path: readonly string[]): string {
  let value: unknown = JSON.parse(json);
  for (const key of path) value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" ? value : "";
}

/**
 * Asks again who answers under a pinned name. Returns the identity found when another one answers now; `undefined` while it is the
 * same, or cannot be told.
 */
export async function findDrift(pinned: PinnedTarget, spec: TargetSpec, ports: ToolPorts, signal: AbortSignal): Promise<string | undefined> {
  if (spec.kind !== "kubernetes") return undefined;
  const now = await pinTarget(spec, ports, signal);
  const isOther = now.address !== pinned.address || (pinned.identity !== "" && now.identity !== "" && now.identity !== pinned.identity);
  return isOther ? `${now.address} (${now.identity})` : undefined;
}

/** Words for an operation that may not run because no target of the runbook is meant. */
export function describeUnknownTarget(operation: Operation, wanted: string): string {
  return `Running ${operation.tool} ${operation.verb}: the runbook has no target for the ${wanted}. Add it under "targets" in the front matter, or correct the command.`;
}
