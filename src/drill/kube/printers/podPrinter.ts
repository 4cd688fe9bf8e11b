import type { KubeObject } from "../../contract.ts";
import { ageOf } from "../duration.ts";
import { conditionOf, isPodOver, podSpecOf, podStatusOf, type ContainerStatus, type PodStatus } from "../objects.ts";
import { printer, type Printer } from "./table.ts";

/** What `printPod` computes (pkg/printers/internalversion/printers.go). */
interface Summary {
  ready: number;
  status: string;
  restarts: number;
  /** Epoch milliseconds; 0 when nothing has restarted. */
  lastRestartAt: number;
}

export const podPrinter: Printer = printer("Name,Ready,Status,Restarts,Age,+IP,+Node,+Nominated Node,+Readiness Gates", (pod, now) => {
  const spec = podSpecOf(pod);
  const summary = summarizePod(pod);
  const restarts = summary.restarts !== 0 && summary.lastRestartAt !== 0 ? `${summary.restarts} (${ageOf(new Date(summary.lastRestartAt).toISOString(), now)} ago)` : String(summary.restarts);
  return [
    pod.metadata.name,
    `${summary.ready}/${spec.containers.length}`,
    summary.status,
    restarts,
    ageOf(pod.metadata.creationTimestamp, now),
    podStatusOf(pod).podIP ?? "<none>",
    spec.nodeName ?? "<none>",
    "<none>",
    "<none>",
  ];
});

/** A pod's READY, STATUS and RESTARTS. */
export function summarizePod(pod: KubeObject): Summary {
  const status = podStatusOf(pod);
  const summary: Summary = { ready: 0, status: status.reason ?? status.phase ?? "", restarts: 0, lastRestartAt: 0 };
  const isInitializing = addInits(pod, status, summary);
  if (!isInitializing || conditionOf(pod, "Initialized")?.status === "True") {
    summary.restarts = 0;
    summary.lastRestartAt = 0;
    addContainers(pod, status, summary);
  }
  if (pod.metadata.deletionTimestamp !== undefined && status.reason === "NodeLost") summary.status = "Unknown";
  else if (pod.metadata.deletionTimestamp !== undefined && !isPodOver(pod)) summary.status = "Terminating";
  return summary;
}

function addInits(pod: KubeObject, status: PodStatus, summary: Summary): boolean {
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    count(container, summary);
    const { terminated, waiting } = container.state;
    if (terminated?.exitCode === 0) continue;
    if (terminated !== undefined) summary.status = `Init:${terminated.reason ?? `ExitCode:${terminated.exitCode}`}`;
    else if (waiting?.reason !== undefined && waiting.reason !== "PodInitializing") summary.status = `Init:${waiting.reason}`;
    else summary.status = `Init:${index}/${podSpecOf(pod).initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

function addContainers(pod: KubeObject, status: PodStatus, summary: Summary): void {
  let hasRunning = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    count(container, summary);
    const { waiting, terminated, running } = container.state;
    if (waiting?.reason !== undefined && waiting.reason !== "") summary.status = waiting.reason;
    else if (terminated !== undefined) summary.status = terminated.reason ?? `ExitCode:${terminated.exitCode}`;
    else if (container.ready && running !== undefined) {
      hasRunning = true;
      summary.ready += 1;
    }
  }
  if (summary.status === "Completed" && hasRunning) summary.status = conditionOf(pod, "Ready")?.status === "True" ? "Running" : "NotReady";
}

function count(container: ContainerStatus, summary: Summary): void {
  summary.restarts += container.restartCount;
  const ended = container.lastState.terminated?.finishedAt;
  if (ended !== undefined) summary.lastRestartAt = Math.max(summary.lastRestartAt, Date.parse(ended));
}
