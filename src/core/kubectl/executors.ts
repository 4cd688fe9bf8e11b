import { runApply } from "./apply.ts";
import { verbExecutor, type Verb } from "./call.ts";
import { runCreate } from "./create.ts";
import { runDescribe } from "./describe/run.ts";
import { runEvents } from "./events.ts";
import { runExec } from "./exec.ts";
import { runGet } from "./get.ts";
import { runCanI, runCurrentContext } from "./identity.ts";
import { runLogs } from "./logs.ts";
import { runPatch } from "./patch.ts";
import { runDelete } from "./remove.ts";
import { runArgoAbort, runArgoPromote, runArgoUndo } from "./rollout/argo.ts";
import { runArgoGet } from "./rollout/argoGet.ts";
import { runArgoStatus } from "./rollout/argoStatus.ts";
import { runRolloutHistory } from "./rollout/history.ts";
import { runRolloutRestart } from "./rollout/restart.ts";
import { runRolloutStatus } from "./rollout/status.ts";
import { runRolloutUndo } from "./rollout/undo.ts";
import { runScale } from "./scale.ts";
import { runSetEnv, runSetImage } from "./setFields.ts";
import { runTop } from "./top.ts";
import { runWait } from "./wait.ts";
import type { Executor } from "../ports.ts";

const SELECT = ["selector", "field-selector", "all-namespaces"];

/** kubectl's verbs that run in process, with the flags each understands. */
export const KUBECTL_VERBS: Readonly<Record<string, Verb>> = {
  apply: { run: runApply, flags: ["server-side", "force-conflicts", "filename", "dry-run", "field-manager", "output", "show-managed-fields"] },
  "argo rollouts abort": { run: runArgoAbort, flags: [] },
  "argo rollouts get": { run: runArgoGet, flags: ["no-color", "watch", "timeout-seconds"] },
  "argo rollouts promote": { run: runArgoPromote, flags: ["full", "skip-current-step", "skip-all-steps"] },
  "argo rollouts status": { run: runArgoStatus, flags: ["watch", "timeout"] },
  "argo rollouts undo": { run: runArgoUndo, flags: ["to-revision"] },
  "auth can-i": { run: runCanI, flags: ["all-namespaces", "quiet", "subresource", "list", "no-headers"] },
  "config current-context": { run: runCurrentContext, flags: [] },
  create: { run: runCreate, flags: ["from-literal", "type", "image", "from", "dry-run", "field-manager", "output"] },
  delete: { run: runDelete, flags: [...SELECT, "all", "force", "grace-period", "ignore-not-found", "now", "timeout", "wait", "cascade", "dry-run", "output"] },
  describe: { run: runDescribe, flags: ["selector", "all-namespaces", "show-events", "chunk-size"] },
  events: { run: runEvents, flags: ["all-namespaces", "for", "types", "no-headers", "chunk-size"] },
  exec: { run: runExec, flags: ["stdin", "tty", "container", "quiet", "pod-running-timeout"] },
  get: {
    run: runGet,
    flags: [
      ...SELECT, "output", "show-managed-fields", "ignore-not-found", "chunk-size", "show-labels", "show-kind", "no-headers", "sort-by", "label-columns",
      "watch", "watch-only", "output-watch-events",
    ],
  },
  logs: {
    run: runLogs,
    flags: ["follow", "tail", "previous", "since", "since-time", "timestamps", "container", "all-containers", "prefix", "selector", "limit-bytes", "max-log-requests", "ignore-errors", "pod-running-timeout"],
  },
  patch: { run: runPatch, flags: ["patch", "patch-file", "type", "subresource", "dry-run", "field-manager", "output", "show-managed-fields"] },
  "rollout history": { run: runRolloutHistory, flags: ["selector", "revision"] },
  "rollout restart": { run: runRolloutRestart, flags: ["selector", "field-manager", "output"] },
  "rollout status": { run: runRolloutStatus, flags: ["timeout", "watch", "revision", "selector"] },
  "rollout undo": { run: runRolloutUndo, flags: ["to-revision", "selector", "dry-run", "output"] },
  scale: { run: runScale, flags: ["replicas", "current-replicas", "timeout", "all", "selector", "dry-run", "output"] },
  "set env": { run: runSetEnv, flags: ["containers", "env", "list", "all", "selector", "dry-run", "overwrite", "field-manager", "output"] },
  "set image": { run: runSetImage, flags: ["all", "selector", "dry-run", "field-manager", "output"] },
  top: { run: runTop, flags: [...SELECT, "sort-by", "containers", "no-headers", "sum", "show-capacity", "use-protocol-buffers"] },
  wait: { run: runWait, flags: [...SELECT, "for", "timeout", "all", "output"] },
};

/** Executors of kubectl's in-process verbs, by the operation's `verb`. */
export const kubectlExecutors: Readonly<Record<string, Executor>> = Object.fromEntries(Object.entries(KUBECTL_VERBS).map(([verb, row]) => [verb, verbExecutor(row)]));
