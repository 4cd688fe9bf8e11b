import type { WorldClock } from "../contract.ts";
import type { ContainerUsage } from "./api/context.ts";
import { podSpecOf } from "./objects.ts";
import type { ObjectStore } from "./store.ts";

const CPU_SUFFIXES: Readonly<Record<string, number>> = { "": 1000, m: 1 };
const BYTE_SUFFIXES: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** `500m` or `2` as millicores, `1Gi` as bytes; 0 for what is neither. */
export function quantity(text: string | undefined, kind: "cpu" | "memory"): number {
  const match = /^([\d.]+)([A-Za-z]*)$/u.exec(text ?? "");
  const factor = (kind === "cpu" ? CPU_SUFFIXES : BYTE_SUFFIXES)[match?.[2] ?? ""];
  return match === null || factor === undefined ? 0 : Number(match[1]) * factor;
}

/** How often metrics-server looks; in between it answers with what it saw last. */
const SAMPLE_EVERY_MS = 15_000;

/** When metrics-server last looked. */
export function sampledAt(clock: WorldClock): number {
  return Math.floor(clock.now() / SAMPLE_EVERY_MS) * SAMPLE_EVERY_MS;
}

/** A plausible idle usage: a share of what the container requests, wavering a little with time. */
export function defaultUsage(store: ObjectStore, clock: WorldClock): (namespace: string, pod: string, container: string) => ContainerUsage {
  return (namespace, podName, name) => {
    const pod = store.peek("Pod", namespace, podName);
    const requests = pod === undefined ? undefined : podSpecOf(pod).containers.find((container) => container.name === name)?.resources?.requests;
    const seed = [...`${podName}/${name}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
    const wave = 0.85 + 0.15 * Math.sin(sampledAt(clock) / 60_000 + seed);
    const cpu = quantity(requests?.["cpu"], "cpu") || 50;
    const memory = quantity(requests?.["memory"], "memory") || 64 * 2 ** 20;
    return { cpuMillis: Math.max(1, Math.round(cpu * 0.35 * wave)), memoryBytes: Math.round(memory * 0.7 * wave) };
  };
}
