import type { RunMode } from "./journalEvent.ts";

/** What a run is to people. A live run without a marked impact is a look at the targets: nothing is said to be broken, and no objective counts. */
export type RunKind = "drill" | "look" | "incident";

/** A look becomes an incident the moment that its impact is marked. */
export function runKind({ mode, impactAt }: { readonly mode: RunMode; readonly impactAt: number | undefined }): RunKind {
  if (mode === "drill") return "drill";
  return impactAt === undefined ? "look" : "incident";
}

/** What a front writes above everything else. */
export const KIND_LABELS: Readonly<Record<RunKind, string>> = { drill: "DRILL", look: "LIVE look", incident: "LIVE incident" };
