import { flagIs, flagText, printError, type Call } from "./call.ts";
import { KubectlFailure } from "./failure.ts";
import { fetchNamed } from "./fetch.ts";
import { byActivityReversed, defaultContainer, firstPod, podOrOwner, podTimeout, selectorOf } from "./pods.ts";
import { textAt, type JsonObject } from "./json.ts";
import type { ByteStream } from "../ports.ts";

const POD_TIMEOUT_MS = 60_000;

/** `kubectl exec` without a terminal: in a pod, or in the most active pod of a workload. Resolves with the command's exit code. */
export async function runExec(call: Call): Promise<number> {
  const { operation } = call;
  const command = operation.rest ?? operation.positionals.slice(1);
  const [target] = operation.positionals;
  if (target === undefined) throw new KubectlFailure("error: pod, type/name or --filename must be specified");
  if (command.length === 0) throw new KubectlFailure("error: you must specify at least one command for the container");
  const pod = await executablePod(call, target, podTimeout(call, POD_TIMEOUT_MS, "\nSee 'kubectl exec -h' for help and examples"));
  const phase = textAt(pod, "status", "phase");
  if (phase === "Succeeded" || phase === "Failed") {
    throw new KubectlFailure(`error: cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  const isQuiet = flagIs(operation, "quiet");
  const container = flagText(operation, "container") ?? (await defaultContainer(call, pod, isQuiet));
  const hasStdin = flagIs(operation, "stdin");
  if (hasStdin && flagIs(operation, "tty") && !isQuiet) {
    await printError(call, "Unable to use a TTY - input is not a terminal or the right kind of file\n");
  }
  const request = { namespace: textAt(pod, "metadata", "namespace"), pod: textAt(pod, "metadata", "name"), container, command };
  const stdin = hasStdin ? (call.io.stdin ?? emptyStream()) : undefined;
  const exitCode = await call.cluster.exec(request, { ...call.io, stdin }, call.signal);
  if (exitCode !== 0) await printError(call, `command terminated with exit code ${String(exitCode)}\n`);
  return exitCode;
}

async function executablePod(call: Call, target: string, timeoutMs: number): Promise<JsonObject> {
  const { resource, name } = await podOrOwner(call, target);
  const object = await fetchNamed(call, resource, name);
  if (textAt(object, "kind") === "Pod") return object;
  const { pod } = await firstPod(call, selectorOf(object), timeoutMs, byActivityReversed);
  return pod;
}

/** `-i` without an input behaves as with `/dev/null`: the command sees an end at once. */
async function* emptyStream(): ByteStream & AsyncGenerator<Uint8Array> {
  // Nothing to give.
}
