import type { Cluster, KubeObject } from "../contract.ts";
import type { FaultState } from "../../core/protocol.ts";
import { checkFault, type FaultSpec } from "../../core/runbook/drillCase.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { FaultRecipe, FaultTemplate, Flaws, Outage } from "./description.ts";
import { claimsOf, type FaultTools } from "./faultSite.ts";
import { standingParts } from "./faultState.ts";

/** The cure where a fault meets a world from which somebody has taken what it would damage. */
export const BEGIN_ANEW = "Begin a new drill: its world is as on the first day.";

/** A fault that was injected, tied to the very things it damaged: another pod or volume of the same name does not have it. */
export interface ActiveFault {
  readonly name: string;
  /** Values of its parameters; the others have their defaults. */
  readonly values: Readonly<Record<string, string>>;
  /** UIDs of the damaged pods or claims; none where it only changed objects or a cache. */
  readonly uids: readonly string[];
  /** Whether it broke something when it was injected that somebody has to cure. */
  readonly isBreaking: boolean;
}

/** Tells what is wrong with the pods of one cluster. */
export interface FlawSource {
  flawsOf(pod: KubeObject): readonly Flaws[];
}

/** The faults of a world and what they did to its state. */
export class Faults {
  readonly #templates: readonly FaultTemplate[];
  readonly #tools: FaultTools;
  #active: readonly ActiveFault[];

  constructor(templates: readonly FaultTemplate[], tools: FaultTools, active: readonly ActiveFault[]) {
    this.#templates = templates;
    this.#tools = tools;
    this.#active = active;
  }

  get active(): readonly ActiveFault[] {
    return this.#active;
  }

  /** How each injected fault stands now, in the order of their injection. */
  states(): readonly FaultState[] {
    return this.#active.map((active) => {
      const { name: fault, values: parameters, isBreaking } = active;
      const recipe = this.#recipeOf(fault, parameters);
      const parts = standingParts(active, recipe, this.#tools);
      if (parts.length > 0) return { fault, parameters, kind: "standing", parts };
      // Nobody in the world can bring a zone back: it was, or its users were led elsewhere.
      const isBack = recipe.outage !== undefined && isOpen(this.#tools.site(recipe.cluster).outage);
      return { fault, parameters, kind: isBreaking && !isBack ? "cured" : "over", parts: [] };
    });
  }

  /** Damages the world. Throws `notFound` for a name the world does not have, or when what it damages is not there, and `invalidInput` for a parameter it does not have. */
  async inject(spec: FaultSpec): Promise<void> {
    checkFault(spec, this.#templates);
    const { fault: name, parameters: values } = spec;
    if (this.#templates.some((template) => template.name === name && template.world !== undefined)) throw new RuntimeError("invalidInput", `Injecting ${name}: it happens in another world than this one.`, { hint: `Start a drill with it: dr-runbook drill --fault ${name}.` });
    const recipe = this.#recipeOf(name, values);
    const uids = this.#damagedBy(recipe).flatMap((object) => object.metadata.uid ?? []);
    if (recipe.damages !== undefined && uids.length === 0) throw new RuntimeError("notFound", `Injecting ${name}: what it damages is not in the world now.`, { hint: "Inject it once that is there (kubectl get pods,pvc shows it), or begin the drill anew." });
    const site = this.#tools.site(recipe.cluster);
    if (recipe.cache !== undefined) site.damageCache(recipe.namespace, recipe.cache);
    if (recipe.attack !== undefined) site.attack(name, values, recipe.namespace);
    if (recipe.customers !== undefined) site.sendCustomers(name, values);
    for (const { manager, object } of recipe.changes) site.change(manager, object);
    if (recipe.connections !== undefined) site.occupyDatabase(recipe.connections);
    if (recipe.fills !== undefined) site.fillVolume(recipe.namespace, recipe.fills);
    if (recipe.replication !== undefined) site.delayReplica(recipe.replication.claim, recipe.replication.lagMs);
    if (recipe.dns !== undefined) this.#tools.changeDns(recipe.dns.zone, recipe.dns.records);
    if (recipe.outage !== undefined) await site.cut(recipe.outage);
    const injected = { name, values, uids };
    this.#active = [...this.#active, { ...injected, isBreaking: standingParts(injected, recipe, this.#tools).length > 0 }];
  }

  /** What is wrong with the processes of a cluster's pod through faults of the pod itself, or of a volume it opens. */
  flawsOf(cluster: Cluster, pod: KubeObject): readonly Flaws[] {
    if (this.#active.length === 0) return [];
    const uids = [pod.metadata.uid, ...claimsOf(pod).map((claim) => cluster.get("PersistentVolumeClaim", pod.metadata.namespace ?? "", claim)?.metadata.uid)];
    return this.#active
      .filter((active) => active.uids.some((uid) => uids.includes(uid)))
      .flatMap((active) => this.#recipeOf(active.name, active.values).flaws);
  }

  /** Throws for a fault that the world's description does not have (any more). */
  #recipeOf(name: string, values: Readonly<Record<string, string>>): FaultRecipe {
    const template = this.#templates.find((candidate) => candidate.name === name);
    if (template === undefined) throw new Error(`The world's file has no fault ${name} any more.`);
    return template.recipe(values);
  }

  #damagedBy({ damages, namespace, cluster: name }: FaultRecipe): readonly KubeObject[] {
    const { cluster } = this.#tools.site(name);
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

function isOpen({ apiServer, network }: Outage): boolean {
  return apiServer === "open" && network === "open";
}
