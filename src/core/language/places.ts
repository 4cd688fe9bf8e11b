import { chooseTarget } from "../run/targets.ts";
import type { CallSoFar } from "./completion.ts";

/** Where a half-written kubectl call goes, as far as its words say. */
export function clusterOf(call: Pick<CallSoFar, "flags" | "facts">): { readonly context: string | undefined; readonly namespace: string | undefined } {
  const context = textOf(call.flags["context"]);
  const choice = chooseTarget({ kind: "kubernetes", context, namespace: undefined }, call.facts.targets);
  const spec = choice.kind === "target" && choice.spec.kind === "kubernetes" ? choice.spec : undefined;
  return { context: context ?? spec?.context, namespace: textOf(call.flags["namespace"]) ?? spec?.namespace };
}

/** The account that a bucket belongs to, as the call's words and the targets say. */
export function accountOf(call: Pick<CallSoFar, "flags" | "facts">, bucket: string): { readonly profile: string | undefined; readonly region: string | undefined } {
  const [profile, region] = [textOf(call.flags["profile"]), textOf(call.flags["region"])];
  const choice = chooseTarget({ kind: "aws", profile, region, bucket }, call.facts.targets);
  const spec = choice.kind === "target" && choice.spec.kind === "aws" ? choice.spec : undefined;
  return { profile: profile ?? spec?.profile, region: region ?? spec?.region };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
