import type { Operation } from "../command/operation.ts";
import type { TargetSpec } from "../runbook/document.ts";

/** Flags that spell a call's target out, those left out that its own words give: nothing that another terminal switches leads it elsewhere. */
export function pinnedFlags(operation: Operation, spec: TargetSpec): readonly string[] {
  const isGiven = (flag: string): boolean => operation.flags[flag] !== undefined;
  if (operation.tool === "kubectl" && spec.kind === "kubernetes") {
    const { context, namespace } = spec;
    return [...(context !== undefined && !isGiven("context") ? ["--context", context] : []), ...(namespace !== undefined && !isGiven("namespace") && !isGiven("all-namespaces") ? ["--namespace", namespace] : [])];
  }
  if (operation.tool === "aws" && spec.kind === "aws") {
    const { profile, region } = spec;
    return [...(profile !== undefined && !isGiven("profile") ? ["--profile", profile] : []), ...(region !== undefined && !isGiven("region") ? ["--region", region] : [])];
  }
  return [];
}
