import type { ByteSink, ByteStream } from "../../../core/ports.ts";
import type { ImageBehaviour, KubeObject, PodProgram, WorldClock } from "../../contract.ts";
import { behaviourOf } from "../images.ts";
import { podSpecOf, type Container } from "../objects.ts";
import type { ObjectStore } from "../store.ts";
import { builtinOf } from "./builtins.ts";
import { PodFiles } from "./podFiles.ts";
import { runShell } from "./podShell.ts";

/** A command that cannot be started at all, with the container runtime's words. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** What runs commands in pods. */
export interface ProcessServices {
  readonly store: ObjectStore;
  readonly clock: WorldClock;
  readonly images: ReadonlyMap<string, ImageBehaviour>;
  /** The environment that a container's process was started with. */
  environment(podUid: string, container: string): Readonly<Record<string, string>>;
}

/** A command to run in a container. */
export interface ProcessRequest {
  readonly pod: KubeObject;
  readonly container: Container;
  readonly argv: readonly string[];
  readonly stdin: ByteStream;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly isTerminal?: boolean;
  readonly signal: AbortSignal;
}

/** Runs a command in a container and resolves with its exit code. Rejects with `StartError` when there is no such executable. */
export async function runProcess(services: ProcessServices, request: ProcessRequest): Promise<number> {
  const environment = { ...services.environment(request.pod.metadata.uid ?? "", request.container.name), HOME: "/root" };
  const find = finder(services, request);
  const [command = ""] = request.argv;
  const program = find(command);
  if (program === undefined) throw new StartError(startMessage(command));
  return program({ argv: request.argv, environment, pod: structuredClone(request.pod), container: request.container.name, stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, isTerminal: request.isTerminal ?? false, signal: request.signal });
}

function startMessage(command: string): string {
  const cause = command.includes("/") ? `stat ${command}: no such file or directory` : "executable file not found in $PATH";
  return `OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(command)}: ${cause}: unknown`;
}

/** Finds programs by name: the image's own first, then the shells and the few tools every image has. */
function finder(services: ProcessServices, request: ProcessRequest): (name: string) => PodProgram | undefined {
  const behaviour = behaviourOf(services.images, request.container.image);
  const files = new PodFiles(services.store, request.pod, request.container);
  const find = (name: string): PodProgram | undefined => {
    const own = behaviour?.programs[name] ?? behaviour?.programs[name.replace(/^(?:\/usr(?:\/local)?)?\/s?bin\//u, "")];
    if (own !== undefined) return own;
    const base = name.replace(/^(?:\/usr)?\/bin\//u, "");
    if (base === "sh" || base === "bash") return (invocation) => runShell({ invocation, find, files, clock: services.clock });
    return base.includes("/") ? undefined : builtinOf(base, { files, clock: services.clock });
  };
  return find;
}

/** The command of a finite container (a Job's): its own, since images here have no entry point; `undefined` without one. */
export function mainCommand(container: Container): readonly string[] | undefined {
  const argv = [...(container.command ?? []), ...(container.args ?? [])];
  return argv.length === 0 ? undefined : argv;
}

/** The container of a pod by name. */
export function containerNamed(pod: KubeObject, name: string): Container | undefined {
  const spec = podSpecOf(pod);
  return [...spec.containers, ...(spec.initContainers ?? [])].find((container) => container.name === name);
}
