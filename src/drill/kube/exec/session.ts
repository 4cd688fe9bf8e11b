import { setTimeout } from "node:timers/promises";
import type { ByteSink, ByteStream } from "../../../core/ports.ts";
import type { KubeObject } from "../../contract.ts";
import { containerOf } from "../api/logs.ts";
import { flag } from "../api/context.ts";
import { badRequest, ApiError } from "../api/status.ts";
import type { JsonRecord } from "../json.ts";
import { containerStatusOf } from "../kubelet/kubelet.ts";
import { podSpecOf, podStatusOf } from "../objects.ts";
import { containerNamed, runProcess, StartError, type ProcessServices } from "../pod/process.ts";
import { terminal } from "./terminal.ts";

/**
 * What a container runtime takes to start a process, real milliseconds. Not only for likeness: kubectl reads a WebSocket before it has made
 * its streams, and drops output that comes at once ("Unknown stream id 1, discarding message").
 */
const EXEC_START_MS = 50;

/** One exec request, checked: what to run and which streams the client wants. */
export interface ExecRequest {
  readonly pod: KubeObject;
  readonly container: string;
  readonly argv: readonly string[];
  readonly hasStdin: boolean;
  readonly hasStdout: boolean;
  readonly hasStderr: boolean;
  readonly isTty: boolean;
}

/** The client's end of an exec, whatever the protocol. */
export interface ExecTransport {
  readonly stdin: ByteStream;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
  /** Prefix that this way through the real API server adds to errors other than exit codes. */
  readonly errorPrefix: string;
  /** Sends the final `Status` and closes. */
  finish(status: JsonRecord): Promise<void>;
}

/** Reads an exec request. Throws the refusals that come before any upgrade. */
export function execRequest(pod: KubeObject, query: URLSearchParams): ExecRequest {
  const argv = query.getAll("command");
  if (argv.length === 0) throw badRequest("you must specify at least 1 command for the container");
  const container = containerOf(pod, query.get("container") ?? "");
  if (podSpecOf(pod).nodeName === undefined) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const phase = podStatusOf(pod).phase;
  if (phase === "Succeeded" || phase === "Failed") throw new ApiError(500, "InternalError", `cannot exec into a container in a completed pod; current phase is ${phase}`);
  const isTty = flag(query, "tty");
  return { pod, container, argv, hasStdin: flag(query, "stdin"), hasStdout: flag(query, "stdout"), hasStderr: flag(query, "stderr") && !isTty, isTty };
}

/** Whether the container runs; a client is told otherwise as the kubelet tells it. */
export function notRunningMessage(request: ExecRequest): string | undefined {
  const isRunning = containerStatusOf(request.pod, request.container)?.state.running !== undefined;
  return isRunning ? undefined : `unable to upgrade connection: container not found ("${request.container}")`;
}

/** Runs the command between the client and the pod, then tells the client how it ended. */
export async function serveExec(services: ProcessServices, request: ExecRequest, transport: ExecTransport): Promise<void> {
  await setTimeout(EXEC_START_MS);
  const outcome = await outcomeOf(services, request, transport);
  // What the process changed (a restored database, say) is safe before its end is told.
  services.store.beforeAnswer();
  await transport.finish(outcome);
}

async function outcomeOf(services: ProcessServices, request: ExecRequest, transport: ExecTransport): Promise<JsonRecord> {
  const missing = notRunningMessage(request);
  const container = containerNamed(request.pod, request.container);
  if (missing !== undefined || container === undefined) return internalError(`Internal error occurred: ${missing ?? "container not found"}`);
  const streams = request.isTty ? terminal(transport) : transport;
  const discard: ByteSink = () => Promise.resolve();
  try {
    const exitCode = await runProcess(services, {
      pod: request.pod,
      container,
      argv: request.argv,
      stdin: streams.stdin,
      stdout: request.hasStdout ? streams.stdout : discard,
      stderr: request.isTty ? streams.stdout : request.hasStderr ? streams.stderr : discard,
      signal: streams.signal,
      isTerminal: request.isTty,
    });
    return exitStatus(exitCode);
  } catch (error) {
    if (transport.signal.aborted) return exitStatus(137);
    if (error instanceof StartError) {
      const id = (containerStatusOf(request.pod, request.container)?.containerID ?? "").replace("containerd://", "");
      return internalError(`${transport.errorPrefix}Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "${id}": ${error.message}`);
    }
    return internalError(`Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function exitStatus(exitCode: number): JsonRecord {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: error executing command in container: command terminated with exit code ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

function internalError(message: string): JsonRecord {
  return { metadata: {}, status: "Failure", message, reason: "InternalError", details: { causes: [{ message }] }, code: 500 };
}
