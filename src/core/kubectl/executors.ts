import { verbExecutor } from "./call.ts";
import { runDescribe } from "./describe/run.ts";
import { runEvents } from "./events.ts";
import { runExec } from "./exec.ts";
import { runGet } from "./get.ts";
import { runCanI, runCurrentContext } from "./identity.ts";
import { runLogs } from "./logs.ts";
import { runDelete } from "./remove.ts";
import { runRolloutHistory } from "./rollout/history.ts";
import { runRolloutRestart } from "./rollout/restart.ts";
import { runRolloutStatus } from "./rollout/status.ts";
import { runRolloutUndo } from "./rollout/undo.ts";
import { runScale } from "./scale.ts";
import { runSetEnv, runSetImage } from "./setFields.ts";
import { runTop } from "./topPods.ts";
import { runWait } from "./wait.ts";
import type { Executor } from "../ports.ts";

const SELECT = ["selector", "field-selector", "all-namespaces"];

/** kubectl's verbs that run in process, by the operation's `verb`, with the flags each understands. */
export const kubectlExecutors: Readonly<Record<string, Executor>> = {
  "auth can-i": verbExecutor(runCanI, ["all-namespaces", "quiet", "subresource"]),
  "config current-context": verbExecutor(runCurrentContext, []),
  delete: verbExecutor(runDelete, [...SELECT, "all", "force", "grace-period", "ignore-not-found", "now", "timeout", "wait", "cascade", "dry-run", "output"]),
  describe: verbExecutor(runDescribe, ["selector", "all-namespaces", "show-events", "chunk-size"]),
  events: verbExecutor(runEvents, ["all-namespaces", "for", "types", "no-headers", "chunk-size"]),
  exec: verbExecutor(runExec, ["stdin", "tty", "container", "quiet", "pod-running-timeout"]),
  get: verbExecutor(runGet, [
    ...SELECT, "output", "template", "show-managed-fields", "allow-missing-template-keys", "ignore-not-found", "chunk-size", "show-labels", "show-kind", "no-headers", "sort-by", "label-columns",
  ]),
  logs: verbExecutor(runLogs, [
    "follow", "tail", "previous", "since", "since-time", "timestamps", "container", "all-containers", "prefix", "selector", "limit-bytes", "max-log-requests", "ignore-errors", "pod-running-timeout",
  ]),
  "rollout history": verbExecutor(runRolloutHistory, ["selector", "revision"]),
  "rollout restart": verbExecutor(runRolloutRestart, ["selector"]),
  "rollout status": verbExecutor(runRolloutStatus, ["timeout", "watch", "revision", "selector"]),
  "rollout undo": verbExecutor(runRolloutUndo, ["to-revision", "selector", "dry-run"]),
  scale: verbExecutor(runScale, ["replicas", "current-replicas", "timeout", "all", "selector", "dry-run"]),
  "set env": verbExecutor(runSetEnv, ["containers", "env", "list", "all", "selector", "dry-run", "overwrite"]),
  "set image": verbExecutor(runSetImage, ["all", "selector", "dry-run"]),
  top: verbExecutor(runTop, [...SELECT, "sort-by", "containers", "no-headers", "sum"]),
  wait: verbExecutor(runWait, [...SELECT, "for", "timeout", "all"]),
};
