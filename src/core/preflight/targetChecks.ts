import { xmlText } from "../aws/xml.ts";
import { withServiceProxy } from "../curl/serviceProxy.ts";
import { REACH_LIMIT_MS, stateOf, withLimit } from "../health/reach.ts";
import { parseJson, textAt } from "../kubectl/json.ts";
import type { KubernetesPort, ObjectStorePort } from "../ports.ts";
import type { TargetState } from "../protocol.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { fails, ok, warns, type CheckSources } from "./check.ts";
import type { Finding, TargetReport } from "./report.ts";

/** Credentials that end sooner than this are a warning, milliseconds. */
const SOON_MS = 3_600_000;

/** A target as it answered, and what that means for the cells that go to it. */
export interface TargetAnswer {
  readonly report: TargetReport;
  readonly finding: Finding;
}

/** Asks who answers behind a target. Ends within three seconds, and never rejects for what the target does. */
export async function askTarget(spec: TargetSpec, sources: CheckSources, signal: AbortSignal): Promise<TargetAnswer> {
  const common = { name: spec.name, alias: spec.alias };
  try {
    const answer = await withLimit(sources.clock, REACH_LIMIT_MS, signal, (limited) => identify(spec, sources, limited));
    return { report: { ...common, state: "reachable", detail: "", ...answer.report }, finding: answer.finding };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RuntimeError)) throw error;
    const state = stateOf(error) ?? "unreachable";
    const detail = messageOf(error);
    return { report: { ...common, address: addressOf(spec), actor: "", state, detail }, finding: fails(`${spec.alias} ${STATE_WORDS[state]}: ${detail}`, error.hint || (["notFound", "invalidInput"].includes(error.code) ? "Correct the target in the front matter, or the configuration that it names." : CURES[state])) };
  }
}

/** How a state is said of a target. */
export const STATE_WORDS: Readonly<Record<TargetState, string>> = {
  reachable: "is reachable", slow: "is slow", unreachable: "is unreachable", signInNeeded: "wants you to sign in", forbidden: "refuses you", proxyError: "cannot be reached through the proxy",
};

const CURES: Readonly<Record<TargetState, string>> = {
  reachable: "", slow: "It may still answer: try again, and look at the way to it.", unreachable: "Check the address, the network and the VPN.", signInNeeded: "Sign in, then try again.", forbidden: "Use an identity that may work there.", proxyError: "Check the proxy's address.",
};

function addressOf(spec: TargetSpec): string {
  switch (spec.kind) {
    case "kubernetes":
      return `context ${spec.context ?? "that is current"}`;
    case "aws":
      return spec.buckets.map((bucket) => `s3://${bucket}`).join(", ") || `profile ${spec.profile ?? "default"}`;
    case "http":
      return spec.url;
  }
}

interface Identified {
  readonly report: Pick<TargetReport, "address" | "actor"> & Partial<Pick<TargetReport, "detail">>;
  readonly finding: Finding;
}

function identify(spec: TargetSpec, sources: CheckSources, signal: AbortSignal): Promise<Identified> {
  switch (spec.kind) {
    case "kubernetes":
      return identifyCluster(spec, sources, signal);
    case "aws":
      return identifyAccount(spec, sources, signal);
    case "http":
      return identifyEndpoint(spec, sources, signal);
  }
}

async function identifyCluster(spec: Extract<TargetSpec, { kind: "kubernetes" }>, { ports }: CheckSources, signal: AbortSignal): Promise<Identified> {
  const cluster = await ports.kubernetes(spec.context);
  const version = await cluster.request({ method: "GET", path: "/version", accept: "application/json" }, signal);
  if (version.status === 401) throw new RuntimeError("signInNeeded", `${cluster.server} does not know who you are (401)`);
  if (version.status === 403) throw new RuntimeError("forbidden", `${cluster.server} does not let you in (403)`);
  if (version.status !== 200) throw new RuntimeError("apiStatus", `${cluster.server} answered ${version.status}`);
  const actor = await whoAmI(cluster, signal);
  return { report: { address: cluster.server, actor, detail: textAt(parseJson(version.text), "gitVersion") }, finding: ok(`answers as Kubernetes ${textAt(parseJson(version.text), "gitVersion")}`) };
}

async function whoAmI(cluster: KubernetesPort, signal: AbortSignal): Promise<string> {
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
  const review = await cluster.request({ method: "POST", path: "/apis/authentication.k8s.io/v1/selfsubjectreviews", contentType: "application/json", accept: "application/json", body }, signal);
  return review.status < 300 ? textAt(parseJson(review.text), "status", "userInfo", "username") : "";
}

async function identifyAccount(spec: Extract<TargetSpec, { kind: "aws" }>, { ports }: CheckSources, signal: AbortSignal): Promise<Identified> {
  const store = await ports.objectStore(spec.profile, spec.region);
  const [identity] = await Promise.all([accountOf(spec, ports, signal), ...spec.buckets.map((bucket) => touchBucket(store, bucket, signal))]);
  const report = { address: addressOf(spec), actor: identity?.arn ?? "" };
  if (spec.account !== undefined && identity !== undefined && identity.account !== spec.account) {
    return { report, finding: fails(`${spec.alias} is account ${identity.account}, and the runbook means ${spec.account}`, "Use the profile of the right account.") };
  }
  return { report, finding: ok(identity === undefined ? "answers" : `answers as account ${identity.account}`) };
}

/** Any answer of the bucket shows that the store is there; what it may be used for is another check. */
async function touchBucket(store: ObjectStorePort, bucket: string, signal: AbortSignal): Promise<void> {
  try {
    await store.list({ bucket, prefix: "", delimiter: "/", token: undefined }, signal);
  } catch (error) {
    const isRefusal = error instanceof RuntimeError && error.code === "awsError" && !/Expired|InvalidAccessKey|InvalidClientTokenId|SignatureDoesNotMatch|Unrecognized/.test(error.facts["code"] ?? "");
    if (isRefusal) return;
    if (error instanceof RuntimeError && error.code === "awsError") throw new RuntimeError("signInNeeded", error.message, { cause: error });
    throw error;
  }
}

/** Account and role; `undefined` where there is no such service (a drill's world may have none) or it does not say. */
async function accountOf(spec: Extract<TargetSpec, { kind: "aws" }>, ports: CheckSources["ports"], signal: AbortSignal): Promise<{ readonly account: string; readonly arn: string } | undefined> {
  if (spec.account === undefined && spec.buckets.length > 0) return undefined;
  try {
    const api = await ports.awsApi(spec.profile, spec.region);
    const { status, text } = await api.request({ service: "sts", method: "POST", path: "/", contentType: "application/x-www-form-urlencoded; charset=utf-8", body: "Action=GetCallerIdentity&Version=2011-06-15" }, signal);
    if (status >= 400) throw new RuntimeError("signInNeeded", `AWS does not know who you are: ${xmlText(text, "Message") ?? String(status)}`);
    return { account: xmlText(text, "Account") ?? "", arn: xmlText(text, "Arn") ?? "" };
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "outsideWorld") return undefined;
    throw error;
  }
}

async function identifyEndpoint(spec: Extract<TargetSpec, { kind: "http" }>, { ports }: CheckSources, signal: AbortSignal): Promise<Identified> {
  const response = await withServiceProxy(ports).request({ method: "HEAD", url: new URL(spec.url).href, headers: [["User-Agent", "dr-runbook"], ["Accept", "*/*"]], body: undefined, insecure: false, resolve: [] }, signal);
  // The root of an application often has no page: only a server in trouble is worth its number.
  const detail = response.status >= 500 ? `answers ${response.status}` : "answers";
  return { report: { address: spec.url, actor: "", detail }, finding: ok(detail) };
}

/** How long the credentials of a target still hold. */
export async function askExpiry(spec: TargetSpec, sources: CheckSources): Promise<Finding> {
  const endsAt = await endOf(spec, sources);
  if (endsAt === undefined) return ok("the credentials do not say when they end");
  const leftMs = endsAt - sources.clock.now();
  const when = new Date(endsAt).toISOString().replace(/\.\d+Z$/, "Z");
  if (leftMs <= 0) return fails(`the credentials for ${spec.alias} ended at ${when}`, "Sign in again.");
  if (leftMs < SOON_MS) return warns(`the credentials for ${spec.alias} end in ${Math.max(1, Math.floor(leftMs / 60_000))} min, at ${when}`, "Sign in again before you begin.");
  return ok(`the credentials hold until ${when}`);
}

async function endOf(spec: TargetSpec, { ports }: CheckSources): Promise<number | undefined> {
  switch (spec.kind) {
    case "kubernetes":
      return (await ports.kubernetes(spec.context)).credentialsEndAt?.();
    case "aws":
      return (await ports.objectStore(spec.profile, spec.region)).credentialsEndAt?.();
    case "http":
      return undefined;
  }
}
