import { at, isObject, listAt, numberAt, textAt, type Json } from "../json.ts";
import { alignTabs, DESCRIBE_TABS } from "../tabwriter.ts";
import { ageSince } from "../time.ts";
import { phaseIcon, revisionRows, runningImages, type RolloutParts, type TreeRow } from "./argoInfo.ts";
import { rolloutPhase } from "./argoPhase.ts";

/** A Rollout with the tree of what it has made (`PrintRollout`); without colours, as with `TERM=dumb`. */
export function rolloutText(parts: RolloutParts): string {
  const { rollout, now } = parts;
  const { phase, message } = rolloutPhase(rollout);
  const images = runningImages(parts);
  const count = (field: string): string => String(numberAt(rollout, "status", field));
  const canary = at(rollout, "spec", "strategy", "canary");
  const strategy = isObject(canary) ? "Canary" : isObject(at(rollout, "spec", "strategy", "blueGreen")) ? "BlueGreen" : "";
  const pairs: readonly (readonly [string, string])[] = [
    ["Name:", textAt(rollout, "metadata", "name")],
    ["Namespace:", textAt(rollout, "metadata", "namespace")],
    ["Status:", `${phaseIcon(phase)} ${phase}`],
    ...(message === "" ? [] : [["Message:", message] as const]),
    ["Strategy:", strategy],
    ...(strategy === "Canary" ? canaryPairs(parts) : []),
    ...images.map((image, index) => [index === 0 ? "Images:" : "", image] as const),
  ];
  const desired = at(rollout, "spec", "replicas") === undefined ? "1" : String(numberAt(rollout, "spec", "replicas"));
  const replicas = [["  Desired:", desired], ["  Current:", count("replicas")], ["  Updated:", count("updatedReplicas")], ["  Ready:", count("readyReplicas")], ["  Available:", count("availableReplicas")]] as const;
  const lines = [...pairs.map(pairLine), "Replicas:\n", ...replicas.map(pairLine)].join("");
  const root: TreeRow = { mark: "⟳", name: textAt(rollout, "metadata", "name"), kind: "Rollout", icon: phaseIcon(phase), status: phase, age: ageSince(textAt(rollout, "metadata", "creationTimestamp"), now), info: "", children: revisionRows(parts) };
  return `${lines}\n${alignTabs(`NAME\tKIND\tSTATUS\tAGE\tINFO\n${rowLine(root, "")}${branches(root.children, "")}`, DESCRIBE_TABS)}`;
}

function pairLine([name, value]: readonly [string, string]): string {
  return `${name.padEnd(17)}${value}\n`;
}

/** Step and weights (`NewRolloutInfo`, `GetCurrentSetWeight`). */
function canaryPairs({ rollout, replicaSets }: RolloutParts): readonly (readonly [string, string])[] {
  const steps = listAt(rollout, "spec", "strategy", "canary", "steps");
  const index = numberAt(rollout, "status", "currentStepIndex");
  const isStepped = at(rollout, "status", "currentStepIndex") !== undefined && steps.length > 0;
  const all = numberAt(rollout, "spec", "strategy", "canary", "trafficRouting", "maxTrafficWeight") || 100;
  const isDone = steps.length <= index;
  const reached = steps.slice(0, index + 1).reverse().find((step) => at(step, "setWeight") !== undefined);
  const wanted = at(rollout, "status", "abort") === true ? 0 : isDone ? all : numberAt(reached, "setWeight");
  return [["  Step:", isStepped ? `${String(index)}/${String(steps.length)}` : ""], ["  SetWeight:", String(wanted)], ["  ActualWeight:", String(isDone ? all : actualWeight(rollout, replicaSets, all, wanted))]];
}

function actualWeight(rollout: Json, replicaSets: readonly Json[], all: number, wanted: number): number {
  const available = numberAt(rollout, "status", "availableReplicas");
  if (available === 0) return 0;
  if (isObject(at(rollout, "spec", "strategy", "canary", "trafficRouting"))) {
    const weights = at(rollout, "status", "canary", "weights");
    return isObject(weights) ? numberAt(weights, "canary", "weight") : wanted;
  }
  const hash = textAt(rollout, "status", "currentPodHash");
  const canary = hash === textAt(rollout, "status", "stableRS") ? undefined : replicaSets.find((set) => textAt(set, "metadata", "labels", "rollouts-pod-template-hash") === hash);
  return Math.trunc((numberAt(canary, "status", "availableReplicas") * all) / available);
}

/** Rows with the lines that lead to them (`getPrefixes`). */
function branches(rows: readonly TreeRow[], before: string): string {
  return rows.map((row, index) => {
    const isLast = index === rows.length - 1;
    return rowLine(row, `${before}${isLast ? "└──" : "├──"}`) + branches(row.children, `${before}${isLast ? "   " : "│  "}`);
  }).join("");
}

function rowLine({ mark, name, kind, icon, status, age, info }: TreeRow, before: string): string {
  return `${before}${mark} ${name}\t${kind}\t${icon} ${status}\t${age}\t${info}\n`;
}
