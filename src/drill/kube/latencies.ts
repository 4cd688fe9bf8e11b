import type { Random } from "./names.ts";

/** World milliseconds that things in the cluster take. */
export interface KubeLatencies {
  /** From a change to the controller's answer. */
  readonly controllerMs: number;
  /** Scheduling a pod. */
  readonly scheduleMs: number;
  /** Volumes and network of a pod before its containers. */
  readonly setupMs: number;
  /** Pulling an image that the node does not have. */
  readonly pullMs: number;
  /** Creating and starting a container. */
  readonly createMs: number;
  /** How long a process that crashes at its start lives. */
  readonly crashRunMs: number;
  /** From a container's end to what follows (restart, or back-off shown). */
  readonly syncMs: number;
  /** Between two looks at a running container. */
  readonly probeMs: number;
  /** How long a process takes to stop when told to. */
  readonly stopMs: number;
  /** Binding or provisioning a volume. */
  readonly bindMs: number;
  /** Making a volume larger, and the file system on it. */
  readonly expandMs: number;
}

export const DEFAULT_LATENCIES: KubeLatencies = {
  controllerMs: 40,
  scheduleMs: 60,
  setupMs: 900,
  pullMs: 3200,
  createMs: 250,
  crashRunMs: 1800,
  syncMs: 1200,
  probeMs: 1000,
  stopMs: 1500,
  bindMs: 700,
  expandMs: 15_000,
};

/** A latency varied by a fifth either way, so that a drill's times are not all round. */
export function vary(ms: number, random: Random): number {
  return Math.round(ms * (0.8 + 0.4 * random()));
}
