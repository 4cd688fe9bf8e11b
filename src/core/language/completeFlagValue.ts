import type { FlagSpec } from "../command/schema/spec.ts";
import type { CallSoFar, Completion, CompletionItem, ItemKind } from "./completion.ts";
import { flagChoices } from "./flagMeanings.ts";
import { accountOf, clusterOf } from "./places.ts";
import { namedObjects } from "../preflight/objectWords.ts";

/** Values of a flag, which begin at `start`. */
export function completeFlagValue(call: CallSoFar, spec: FlagSpec, start: number): Completion {
  const span = { start, end: Math.max(call.end, start) };
  const items = (kind: ItemKind, values: readonly (readonly [value: string, detail: string])[]): readonly CompletionItem[] => values.map(([value, detail]) => ({ kind, label: value, detail, documentation: "", insert: value, ...span }));
  const none: Completion = { items: [], live: undefined };
  const { tool, command, facts } = call;
  const fixed = flagChoices(tool.tool, command.verb, spec.name);
  if (fixed.length > 0) return { items: items("value", fixed.map((value) => [value, ""])), live: undefined };
  const targets = facts.targets.flatMap((target) => (target.kind === "kubernetes" ? [target] : []));
  switch (`${tool.tool} ${spec.name}`) {
    case "kubectl context":
      return { items: items("context", targets.flatMap(({ context, alias }) => (context === undefined ? [] : [[context, alias] as const]))), live: undefined };
    case "kubectl namespace": {
      const named = targets.flatMap(({ namespace, alias }) => (namespace === undefined ? [] : [[namespace, alias] as const]));
      return { items: items("namespace", named), live: { lookUp: { kind: "namespaces", context: clusterOf(call).context }, kind: "namespace", ...span, before: "", after: "" } };
    }
    case "kubectl container":
    case "kubectl containers": {
      const [object] = namedObjects({ verb: command.verb, positionals: call.positionals, flags: {} });
      if (object?.name === undefined) return none;
      return { items: [], live: { lookUp: { kind: "containers", ...clusterOf(call), type: object.type, name: object.name }, kind: "container", ...span, before: "", after: "" } };
    }
    case "aws profile":
      return { items: items("value", facts.targets.flatMap((target) => (target.kind === "aws" && target.profile !== undefined ? [[target.profile, target.alias] as const] : []))), live: undefined };
    case "aws region": {
      const { region } = accountOf({ flags: {}, facts }, "");
      return { items: items("value", region === undefined ? [] : [[region, "the target's"]]), live: undefined };
    }
    default:
      return none;
  }
}
