import type { Cluster, KubeObject } from "../contract.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { CacheDamage, FaultRecipe, Flaws } from "./description.ts";

/** A fault that was injected, tied to the very things it damaged: another pod or volume of the same name does not have it. */
export interface ActiveFault {
  readonly name: string;
  /** UIDs of the damaged pods or claims; none where it only changed objects or a cache. */
  readonly uids: readonly string[];
}

/** How faults reach what they change. */
export interface FaultTools {
  readonly cluster: Cluster;
  /** Gives an object a later state under a field manager's name. */
  readonly change: (manager: string, object: KubeObject) => void;
  /** Damages the caches behind a service. Throws `notFound` where none runs. */
  readonly damageCache: (namespace: string, damage: CacheDamage) => void;
}

/** The faults of a world and what they did to its state. */
export class Faults {
  readonly #recipes: readonly FaultRecipe[];
  readonly #tools: FaultTools;
  #active: readonly ActiveFault[];

  constructor(recipes: readonly FaultRecipe[], tools: FaultTools, active: readonly ActiveFault[]) {
    this.#recipes = recipes;
    this.#tools = tools;
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
    const uids = this.#damagedBy(recipe).flatMap((object) => object.metadata.uid ?? []);
    if (recipe.damages !== undefined && uids.length === 0) throw new RuntimeError("notFound", `Injecting ${name}: what it damages is not in the world now.`, { hint: "Reset the world." });
    if (recipe.cache !== undefined) this.#tools.damageCache(recipe.namespace, recipe.cache);
    for (const { manager, object } of recipe.changes) this.#tools.change(manager, object);
    this.#active = [...this.#active, { name, uids }];
  }

  /** What is wrong with a pod's processes through faults of the pod itself, or of a volume it opens. */
  flawsOf(pod: KubeObject): readonly Flaws[] {
    if (this.#active.length === 0) return [];
    const uids = [pod.metadata.uid, ...claimsOf(pod).map((claim) => this.#tools.cluster.get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid)];
    return this.#active
      .filter((active) => active.uids.some((uid) => uids.includes(uid)))
      .flatMap((active) => this.#recipes.find((candidate) => candidate.name === active.name)?.flaws ?? []);
  }

  #damagedBy({ damages, namespace }: FaultRecipe): readonly KubeObject[] {
    const { cluster } = this.#tools;
    switch (damages?.kind) {
      case undefined:
        return [];
      case "pod":
        return [cluster.get("Pod", namespace, damages.name)].filter((pod) => pod !== undefined);
      case "claim":
        return [cluster.get("PersistentVolumeClaim", namespace, damages.name)].filter((claim) => claim !== undefined);
      case "pods":
        return cluster.list("Pod", namespace).filter((pod) => [...damages.labels].every(([key, value]) => pod.metadata.labels?.[key] === value));
    }
  }
}

/** Names of the volume claims that a pod mounts. */
export function claimsOf(pod: KubeObject): readonly string[] {
  const volumes = pod.spec?.["volumes"];
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume: { persistentVolumeClaim?: { claimName?: string } }) => volume.persistentVolumeClaim?.claimName ?? []);
}
