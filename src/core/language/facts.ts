import type { TargetSpec } from "../runbook/document.ts";

/** A variable that a cell may use. */
export interface VariableFact {
  readonly name: string;
  /** What it is for, or who sets it. */
  readonly description: string;
  /** `undefined` for secrets, and where it is not known before the run. */
  readonly value: string | undefined;
}

/** What is known about a cell's surroundings without asking anybody. */
export interface LanguageFacts {
  readonly targets: readonly TargetSpec[];
  readonly variables: readonly VariableFact[];
}

/** What only a target knows; the kernel answers it (`lookUp.ts`) within a limit. */
export type LookUp =
  | { readonly kind: "namespaces"; readonly context: string | undefined }
  | { readonly kind: "objects"; readonly context: string | undefined; readonly namespace: string | undefined; readonly type: string }
  | { readonly kind: "containers"; readonly context: string | undefined; readonly namespace: string | undefined; readonly type: string; readonly name: string }
  | { readonly kind: "keys"; readonly profile: string | undefined; readonly region: string | undefined; readonly bucket: string; readonly prefix: string };

/** Names that answer a look-up. `problem` says why there are none, or not all. */
export interface LookUpAnswer {
  readonly names: readonly string[];
  readonly problem: string | undefined;
}
