import type { Engine, Operation, Risk } from "../command/operation.ts";
import type { PlannedOperation } from "../command/plan.ts";
import { quoteWord } from "../run/gate.ts";

/** A call as one line, as a shell would read it; what is known only when it runs stays as it is written. */
export function requestText({ operation, unresolved }: PlannedOperation): string {
  return operation.argv.map((word) => (unresolved.some((part) => word.includes(part)) ? word : quoteWord(word))).join(" ");
}

export const RISK_WORDS: Readonly<Record<Risk, string>> = { read: "read", change: "CHANGE", destroy: "DESTROY", undetermined: "UNKNOWN" };

/** Where a call is carried out. */
export function engineWords(engine: Engine, tool: string): string {
  switch (engine) {
    case "inProcess":
      return "in process";
    case "delegated":
      return `by ${tool} itself`;
    case "untypedShell":
      return "by bash";
  }
}

/** What is to be known of a call that is more than a read: why, and the way back. */
export function consequence(operation: Operation): string {
  if (operation.risk === "read") return "";
  const undo = operation.undo ?? (operation.risk === "destroy" ? "there is no way back" : "no command is known");
  return `${sentence(operation.why)} Undo: ${sentence(undo)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `12 reads, 3 changes, 1 destruction`; kinds that there are none of are left out. */
export function riskCounts(counts: Readonly<Record<Risk, number>>): string {
  const words: Readonly<Record<Risk, readonly [one: string, many: string]>> = { read: ["read", "reads"], change: ["change", "changes"], undetermined: ["of unknown effect", "of unknown effect"], destroy: ["destruction", "destructions"] };
  const order: readonly Risk[] = ["read", "change", "destroy", "undetermined"];
  return order.flatMap((risk) => (counts[risk] === 0 ? [] : [`${counts[risk]} ${words[risk][counts[risk] === 1 ? 0 : 1]}`])).join(", ") || "nothing";
}
