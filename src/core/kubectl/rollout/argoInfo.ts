import { at, isObject, listAt, numberAt, textAt, type Json } from "../json.ts";
import { ROLLOUT_HASH, ROLLOUT_REVISION } from "../revisions.ts";
import { ageSince, humanDuration } from "../time.ts";

/** What a Rollout has made, as lists of the namespace. */
export interface RolloutParts {
  readonly rollout: Json;
  readonly replicaSets: readonly Json[];
  readonly pods: readonly Json[];
  readonly experiments: readonly Json[];
  readonly analysisRuns: readonly Json[];
  readonly now: number;
}

/** One row of the plugin's tree. */
export interface TreeRow {
  /** The sign of its kind: `⧉`. */
  readonly mark: string;
  readonly name: string;
  readonly kind: string;
  readonly icon: string;
  readonly status: string;
  readonly age: string;
  readonly info: string;
  readonly children: readonly TreeRow[];
}

const DEADLINE = "scale-down-deadline";

/** Icons of phases (`rolloutIcon`, `replicaSetIcon`, `analysisIcon`). */
const ICONS: Readonly<Record<string, string>> = {
  Progressing: "◌", Error: "⚠", InvalidSpec: "⚠", Paused: "॥", Healthy: "✔", Degraded: "✖", Unknown: "?", ScaledDown: "•",
  ReplicaFailure: "✖", Successful: "✔", Inconclusive: "?", Failed: "✖", Running: "◌", Pending: "◷",
};

/** The icon of a phase; a blank for one that is not known. */
export function phaseIcon(phase: string): string {
  return ICONS[phase] ?? " ";
}

function ownedBy(objects: readonly Json[], owner: Json): readonly Json[] {
  const uid = textAt(owner, "metadata", "uid");
  return objects.filter((object) => listAt(object, "metadata", "ownerReferences").some((reference) => textAt(reference, "uid") === uid));
}

const revisionOf = (object: Json): number => Number(textAt(object, "metadata", "annotations", ROLLOUT_REVISION)) || 0;
const nameOf = (object: Json): string => textAt(object, "metadata", "name");
const createdAt = (object: Json): string => textAt(object, "metadata", "creationTimestamp");
const byCreation = (a: Json, b: Json): number => Date.parse(createdAt(a)) - Date.parse(createdAt(b)) || (nameOf(a) < nameOf(b) ? -1 : 1);

/** The words that tell what a ReplicaSet is to its Rollout (`GetReplicaSetInfo`), in the order of its row. Ping-pong Services are not told. */
function tagsOf(set: Json, rollout: Json): readonly string[] {
  const hash = textAt(set, "metadata", "labels", ROLLOUT_HASH);
  const status = (...path: readonly string[]): boolean => textAt(rollout, "status", ...path) === hash;
  if (isObject(at(rollout, "spec", "strategy", "canary"))) return status("stableRS") ? ["stable"] : status("currentPodHash") ? ["canary"] : [];
  const use = status("blueGreen", "activeSelector") ? ["active"] : status("blueGreen", "previewSelector") ? ["preview"] : [];
  return [...(status("stableRS") ? ["stable"] : []), ...use];
}

/** The images that run, in order of name, with what they are to the Rollout (`Images`). */
export function runningImages({ rollout, replicaSets, experiments }: RolloutParts): readonly string[] {
  const tags = new Map<string, Set<string>>();
  const add = (set: Json, words: readonly string[]): void => {
    if (numberAt(set, "status", "replicas") === 0) return;
    for (const container of listAt(set, "spec", "template", "spec", "containers")) {
      const image = textAt(container, "image");
      tags.set(image, new Set([...(tags.get(image) ?? []), ...words]));
    }
  };
  for (const set of ownedBy(replicaSets, rollout)) add(set, tagsOf(set, rollout));
  for (const set of ownedBy(experiments, rollout).flatMap((experiment) => ownedBy(replicaSets, experiment))) {
    const template = textAt(set, "metadata", "annotations", "experiment.argoproj.io/template-name");
    add(set, template === "" ? [] : [`Σ:${template}`]);
  }
  return [...tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([image, words]) => (words.size === 0 ? image : `${image} (${orderTags([...words]).join(", ")})`));
}

/** One ReplicaSet's tags keep their order; those of several are sorted (`mergeTags`). */
function orderTags(words: readonly string[]): readonly string[] {
  return words.length === 2 && words[0] === "stable" ? words : [...words].sort();
}

/** The rows below a Rollout: its revisions, the newest first, with what belongs to each (`PrintRevision`). */
export function revisionRows(parts: RolloutParts): readonly TreeRow[] {
  const { rollout, replicaSets, experiments, analysisRuns } = parts;
  const [sets, trials, runs] = [replicaSets, experiments, analysisRuns].map((objects) => [...ownedBy(objects, rollout)].sort(byCreation)) as [Json[], Json[], Json[]];
  const revisions = [...new Set([...sets, ...trials, ...runs].map(revisionOf))].sort((a, b) => b - a);
  return revisions.map((revision) => {
    const own = (objects: readonly Json[]): readonly Json[] => objects.filter((object) => revisionOf(object) === revision);
    const children = [...own(sets).map((set) => setRow(set, rollout, parts)), ...own(trials).map((trial) => experimentRow(trial, parts)), ...own(runs).map((run) => analysisRow(run, parts.now))];
    return { mark: "#", name: `revision:${String(revision)}`, kind: "", icon: "", status: "", age: "", info: "", children };
  });
}

/** `rollout` is `undefined` for a ReplicaSet of an experiment. */
function setRow(set: Json, rollout: Json | undefined, { pods, now }: RolloutParts): TreeRow {
  const status = setHealth(set);
  const deadline = Date.parse(textAt(set, "metadata", "annotations", DEADLINE));
  const delay = Number.isNaN(deadline) ? [] : [`delay:${deadline < now ? "passed" : humanDuration(deadline - now)}`];
  const children = [...ownedBy(pods, set)].sort(byCreation).map((pod) => podRow(pod, now));
  return { mark: "⧉", name: nameOf(set), kind: "ReplicaSet", icon: phaseIcon(status), status, age: ageSince(createdAt(set), now), info: [...(rollout === undefined ? [] : tagsOf(set, rollout)), ...delay].join(","), children };
}

/** `getReplicaSetHealth`. */
function setHealth(set: Json): string {
  if (numberAt(set, "metadata", "generation") > numberAt(set, "status", "observedGeneration")) return "Progressing";
  if (listAt(set, "status", "conditions").some((condition) => textAt(condition, "type") === "ReplicaFailure" && textAt(condition, "status") === "True")) return "ReplicaFailure";
  const wanted = numberAt(set, "spec", "replicas");
  if (numberAt(set, "status", "availableReplicas") < wanted) return "Progressing";
  return wanted === 0 ? "ScaledDown" : "Healthy";
}

function experimentRow(experiment: Json, parts: RolloutParts): TreeRow {
  const status = textAt(experiment, "status", "phase");
  const sets = [...ownedBy(parts.replicaSets, experiment)].sort((a, b) => revisionOf(b) - revisionOf(a) || byCreation(a, b));
  const children = [...sets.map((set) => setRow(set, undefined, parts)), ...[...ownedBy(parts.analysisRuns, experiment)].sort(byCreation).map((run) => analysisRow(run, parts.now))];
  return { mark: "Σ", name: nameOf(experiment), kind: "Experiment", icon: phaseIcon(status), status, age: ageSince(createdAt(experiment), parts.now), info: "", children };
}

/** `PrintAnalysisRunInfo`, with the jobs that it measured by. */
function analysisRow(run: Json, now: number): TreeRow {
  const status = textAt(run, "status", "phase");
  const results = listAt(run, "status", "metricResults");
  const counts = (["successful", "failed", "inconclusive", "error"] as const).map((field) => results.reduce<number>((sum, result) => sum + numberAt(result, field), 0));
  const info = counts.flatMap((count, index) => (count === 0 ? [] : [`${["✔", "✖", "?", "⚠"][index] ?? ""} ${String(count)}`])).join(",");
  const children = results.flatMap((result) => listAt(result, "measurements")).flatMap((measurement) => {
    const name = textAt(measurement, "metadata", "job-name");
    const phase = textAt(measurement, "phase");
    return name === "" ? [] : [{ mark: "⊞", name, kind: "Job", icon: phaseIcon(phase), status: phase, age: ageSince(textAt(measurement, "startedAt"), now), info: "", children: [] }];
  });
  return { mark: "α", name: nameOf(run), kind: "AnalysisRun", icon: phaseIcon(status), status, age: ageSince(createdAt(run), now), info, children };
}

/** `newPodInfo`. */
function podRow(pod: Json, now: number): TreeRow {
  const containers = listAt(pod, "status", "containerStatuses");
  const initial = initialReason(pod);
  const ready = initial === undefined ? containers.filter((status) => reasonOf(status) === "" && at(status, "ready") === true && isObject(at(status, "state", "running"))).length : 0;
  const counted = initial === undefined ? containers : listAt(pod, "status", "initContainerStatuses");
  const restarts = counted.reduce<number>((sum, status) => sum + numberAt(status, "restartCount"), 0);
  const reason = at(pod, "metadata", "deletionTimestamp") === undefined ? (initial ?? runReason(pod, ready > 0)) : textAt(pod, "status", "reason") === "NodeLost" ? "Unknown" : "Terminating";
  const info = [`ready:${String(ready)}/${String(listAt(pod, "spec", "containers").length)}`, ...(restarts > 0 ? [`restarts:${String(restarts)}`] : [])].join(",");
  return { mark: "□", name: nameOf(pod), kind: "Pod", icon: podIcon(reason), status: reason, age: ageSince(createdAt(pod), now), info, children: [] };
}

/** Why the pod's init containers are not through; `undefined` where they are. */
function initialReason(pod: Json): string | undefined {
  const statuses = listAt(pod, "status", "initContainerStatuses");
  const index = statuses.findIndex((status) => !isObject(at(status, "state", "terminated")) || numberAt(status, "state", "terminated", "exitCode") !== 0);
  const status = statuses[index];
  if (status === undefined) return undefined;
  const waiting = textAt(status, "state", "waiting", "reason");
  if (isObject(at(status, "state", "terminated"))) return `Init:${reasonOf(status)}`;
  return waiting !== "" && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${String(index)}/${String(listAt(pod, "spec", "initContainers").length)}`;
}

/** Why a container waits or has ended; empty where it runs. */
function reasonOf(status: Json): string {
  const waiting = textAt(status, "state", "waiting", "reason");
  const ended = at(status, "state", "terminated");
  if (waiting !== "" || !isObject(ended)) return waiting;
  const signal = numberAt(ended, "signal");
  return textAt(ended, "reason") || (signal === 0 ? `ExitCode:${String(numberAt(ended, "exitCode"))}` : `Signal:${String(signal)}`);
}

/** The first container's reason wins, then the pod's own. */
function runReason(pod: Json, hasReady: boolean): string {
  const reason = listAt(pod, "status", "containerStatuses").map(reasonOf).find((text) => text !== "") ?? (textAt(pod, "status", "reason") || textAt(pod, "status", "phase"));
  return reason === "Completed" && hasReady ? "Running" : reason;
}

function podIcon(reason: string): string {
  if (reason.startsWith("Init:") || ["Pending", "Terminating", "ContainerCreating"].includes(reason)) return "◌";
  if (/^(?:Signal|ExitCode):/.test(reason) || ["Failed", "InvalidImageName", "CrashLoopBackOff"].includes(reason)) return "✖";
  if (/Error$|^Err/.test(reason) || reason === "ImagePullBackOff" || reason === "RegistryUnavailable") return "⚠";
  if (reason === "Running" || reason === "Completed") return "✔";
  return reason === "Unknown" ? "?" : " ";
}
