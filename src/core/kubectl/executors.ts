import { verbExecutor } from "./call.ts";
import { runDescribe } from "./describe/run.ts";
import { runExec } from "./exec.ts";
import { runGet } from "./get.ts";
import { runLogs } from "./logs.ts";
import { runDelete } from "./remove.ts";
import { runWait } from "./wait.ts";
import type { Executor } from "../ports.ts";

/** kubectl's verbs that run in process, by the operation's `verb`. */
export const kubectlExecutors: Readonly<Record<string, Executor>> = {
  delete: verbExecutor(runDelete),
  describe: verbExecutor(runDescribe),
  exec: verbExecutor(runExec),
  get: verbExecutor(runGet),
  logs: verbExecutor(runLogs),
  wait: verbExecutor(runWait),
};
