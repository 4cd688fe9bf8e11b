import type { Operation } from "../core/command/operation.ts";
import { awsExecutors } from "../core/aws/executors.ts";
import { curlExecutor } from "../core/curl/curl.ts";
import { filterExecutors } from "../core/filters/registry.ts";
import { jqExecutor } from "../core/jq/jq.ts";
import { kubectlExecutors } from "../core/kubectl/executors.ts";
import type { Executor, Stdio, ToolPorts } from "../core/ports.ts";
import type { TargetSpec } from "../core/runbook/document.ts";
import { pinnedFlags } from "../core/run/pinning.ts";
import { chooseTarget } from "../core/run/targets.ts";
import { RuntimeError } from "../core/runtimeError.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** Which executor runs a call in process; `undefined` where there is none. */
export function executorOf(operation: Operation): Executor | undefined {
  switch (operation.tool) {
    case "kubectl":
      return kubectlExecutors[operation.verb];
    case "aws":
      return awsExecutors[operation.verb];
    case "curl":
      return curlExecutor;
    case "jq":
      return jqExecutor;
    default:
      return filterExecutors[operation.tool];
  }
}

/** Runs one call: in process, or by the real binary with its target pinned on the command line. In a drill no binary runs: the world stands in for some. */
export async function executeOperation(operation: Operation, io: Stdio, ports: ToolPorts, run: { readonly targets: readonly TargetSpec[]; readonly isDrill: boolean; readonly rehearsal?: Rehearsal }, signal: AbortSignal): Promise<number> {
  if (operation.engine === "inProcess") {
    const executor = executorOf(operation);
    if (executor === undefined) throw new RuntimeError("internal", `Running ${operation.argv.join(" ")}: the schema says in process, and there is no executor.`);
    return executor(operation, io, ports, signal);
  }
  const rehearsed = await run.rehearsal?.run(operation.argv, io, signal);
  if (rehearsed !== undefined) return rehearsed;
  if (run.isDrill) throw new RuntimeError("outsideWorld", `Rehearsing ${operation.argv.join(" ")}: in a drill no program of the machine runs.`, { hint: "Skip this step with a reason." });
  return ports.processes.run(pinnedArguments(operation, run.targets), io, pinnedEnvironment(operation, run.targets), signal);
}

/** kubectl gets its context and namespace spelled out, so that no other terminal can switch them under it. */
function pinnedArguments(operation: Operation, targets: readonly TargetSpec[]): readonly string[] {
  const choice = chooseTarget(operation.destination, targets);
  if (operation.tool !== "kubectl" || choice.kind !== "target") return operation.argv;
  const [tool = "kubectl", ...words] = operation.argv;
  return [tool, ...pinnedFlags(operation, choice.spec), ...words];
}

function pinnedEnvironment(operation: Operation, targets: readonly TargetSpec[]): Readonly<Record<string, string>> {
  const choice = chooseTarget(operation.destination, targets);
  if (choice.kind !== "target" || choice.spec.kind !== "aws") return {};
  const { profile, region } = choice.spec;
  return { ...(profile === undefined ? {} : { AWS_PROFILE: profile }), ...(region === undefined ? {} : { AWS_REGION: region }) };
}
