import type { Cluster, KubeObject } from "../contract.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { FaultRecipe } from "./description.ts";

/** A fault that was injected, tied to the very thing it damaged: another pod or volume of the same name does not have it. */
export interface ActiveFault {
  readonly name: string;
  /** UID of the damaged pod or claim. */
  readonly uid: string;
}

/** What a damaged process says and how it exits. */
export interface Crash {
  readonly log: readonly string[];
  readonly exitCode: number;
  readonly reason: string;
}

/** The faults of a world and what they did to its state. */
export class Faults {
  readonly #recipes: readonly FaultRecipe[];
  readonly #cluster: Cluster;
  #active: readonly ActiveFault[];

  constructor(recipes: readonly FaultRecipe[], cluster: Cluster, active: readonly ActiveFault[]) {
    this.#recipes = recipes;
    this.#cluster = cluster;
    this.#active = active;
  }

  get active(): readonly ActiveFault[] {
    return this.#active;
  }

  /** Damages the world. Throws `notFound` for a name the world does not have, or when what it damages is not there. */
  inject(name: string): void {
    const recipe = this.#recipes.find((candidate) => candidate.name === name);
    if (recipe === undefined) {
      throw new RuntimeError("notFound", `Injecting ${name}: the world has no such fault.`, { hint: `It has ${this.#recipes.map((other) => other.name).join(", ")}.` });
    }
    const damaged = recipe.kind === "podCrashLoop" ? this.#cluster.get("Pod", recipe.namespace, recipe.pod) : this.#cluster.get("PersistentVolumeClaim", recipe.namespace, recipe.claim);
    const uid = damaged?.metadata.uid;
    if (uid === undefined) throw new RuntimeError("notFound", `Injecting ${name}: what it damages is not in the world now.`, { hint: "Reset the world." });
    this.#active = [...this.#active, { name, uid }];
  }

  /** Whether a pod's main process can run now: a fault of the pod itself, or of a volume it opens. */
  crashOf(pod: KubeObject): Crash | undefined {
    const uids = new Set([pod.metadata.uid, ...claimsOf(pod).map((claim) => this.#cluster.get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid)]);
    const fault = this.#active.find((active) => uids.has(active.uid));
    const recipe = this.#recipes.find((candidate) => candidate.name === fault?.name);
    return recipe === undefined ? undefined : { log: recipe.log, exitCode: recipe.exitCode, reason: "Error" };
  }

  /** True while the volume of this claim is damaged. */
  isCorrupted(claimUid: string): boolean {
    return this.#active.some((fault) => fault.uid === claimUid);
  }
}

/** Names of the volume claims that a pod mounts. */
export function claimsOf(pod: KubeObject): readonly string[] {
  const volumes = pod.spec?.["volumes"];
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume: { persistentVolumeClaim?: { claimName?: string } }) => volume.persistentVolumeClaim?.claimName ?? []);
}
