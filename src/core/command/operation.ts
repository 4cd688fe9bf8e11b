/** What a call does to its target. Computed from the typed call, never declared by the runbook's author. */
export type Risk =
  /** Nothing changes. */
  | "read"
  /** State changes and can be changed back (deleting a pod that a controller brings back included). */
  | "change"
  /** Data or evidence is lost for good. */
  | "destroy"
  /** The schema does not know; a person is asked once, with the argument list shown. */
  | "undetermined";

/** Where a call runs: in the kernel over a port, in the real binary with its target pinned, or in real bash after consent. */
export type Engine = "inProcess" | "delegated" | "untypedShell";

export type FlagValue = string | boolean | readonly string[];

/** The place a call goes to, as its own words name it. The run resolves it to one of its pinned targets, or refuses it. */
export type Destination =
  | { readonly kind: "kubernetes"; readonly context: string | undefined; readonly namespace: string | undefined }
  | { readonly kind: "aws"; readonly profile: string | undefined; readonly region: string | undefined; readonly bucket: string | undefined }
  | { readonly kind: "http"; readonly url: string };

/**
 * One typed call: a command's words read through the schema table (`schema/`).
 *
 * `argv` is what would be handed to the real tool; `flags` and `positionals` are the same words understood. For a command inside a
 * pod (`kubectl exec … -- mysql …`) `rest` holds the inner words, and `inner` the same words as an operation of their own, whose
 * risk is the risk of the whole.
 */
export interface Operation {
  /** `kubectl`, `aws`, `curl`, `jq`, `grep`, `gunzip`, `mysql` … */
  readonly tool: string;
  /** Words that select the schema entry: `get`, `rollout restart`, `s3 cp`; empty for tools without verbs. */
  readonly verb: string;
  readonly argv: readonly string[];
  readonly positionals: readonly string[];
  /** By long name without dashes (`namespace`, not `n`). A flag that may repeat holds a list. */
  readonly flags: Readonly<Record<string, FlagValue>>;
  /** Words after `--`; `undefined` when there is no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly inner: Operation | undefined;
  readonly engine: Engine;
  readonly risk: Risk;
  /** In a person's words why the risk is what it is: "the controller recreates the pod", "FLUSHALL deletes every key". */
  readonly why: string;
  /** `undefined` for filters, which touch nothing but their streams. */
  readonly destination: Destination | undefined;
  /** How a change is taken back, as a command or a sentence; `undefined` for reads and where there is no way back. */
  readonly undo: string | undefined;
  /** True where the call only waits for a state (`wait`, `rollout status`, `logs -f`): a clock may end it. */
  readonly waits: boolean;
}
