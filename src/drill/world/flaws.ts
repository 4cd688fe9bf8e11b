import type { KubeObject } from "../contract.ts";
import { podSpecOf, podStatusOf } from "../kube/objects.ts";
import type { Flaws, ImageDescription } from "./description.ts";

/** What a flawed process says and how it exits. */
export interface Crash {
  readonly log: readonly string[];
  readonly exitCode: number;
  readonly reason: string;
}

/** `v1.2` of `registry:5000/shop/web:v1.2`; `latest` where the image names no tag. */
export function tagOf(image: string): string {
  return /:([^/:@]+)(?:@.*)?$/u.exec(image)?.[1] ?? "latest";
}

/** What is wrong with the image version that a pod runs. */
export function versionFlaws(image: ImageDescription, pod: KubeObject): readonly Flaws[] {
  const run = podSpecOf(pod).containers.find((container) => container.image.startsWith(image.image));
  return run === undefined ? [] : [image.versions?.get(tagOf(run.image))].filter((flaws) => flaws !== undefined);
}

/** How a pod's process ends now (`now` in world epoch milliseconds), if a flaw makes it. */
export function crashOf(flaws: readonly Flaws[], pod: KubeObject, now: number): Crash | undefined {
  const runsMs = now - startedAt(pod, now);
  return flaws.flatMap(({ crash }) => (crash !== undefined && runsMs >= crash.afterMs ? [crash] : []))[0];
}

/** When a pod's first running container started; `now` while none does. */
export function startedAt(pod: KubeObject, now: number): number {
  const running = podStatusOf(pod).containerStatuses?.find((status) => status.state.running !== undefined)?.state.running;
  return running === undefined ? now : Date.parse(running.startedAt);
}
