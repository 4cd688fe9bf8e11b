import type { ImageBehaviour, KubeObject, PodProgram } from "../contract.ts";
import type { Connection } from "../app/datasource.ts";
import type { Databases } from "./databases.ts";
import type { Caches } from "./caches.ts";
import type { Flaws, ImageDescription } from "./description.ts";
import { describedPrograms } from "./describedPrograms.ts";
import type { FlawSource } from "./faults.ts";
import { podTools, type PodToolParts } from "./podTools.ts";
import { crashOf, tagOf, versionFlaws } from "./flaws.ts";
import { volumeTools } from "./volumeTools.ts";

/** What images need of the world around them. */
export interface ImageParts {
  /** World epoch milliseconds. */
  readonly now: () => number;
  readonly databases: Databases;
  readonly caches: Caches;
  readonly faults: () => FlawSource;
  readonly databasePrograms: Readonly<Record<string, PodProgram>>;
  readonly cachePrograms: Readonly<Record<string, PodProgram>>;
  /** Connects to the database that an application's pod is configured for; throws as its driver would. */
  readonly databaseOf: (pod: KubeObject) => Connection;
  /** Called when a server has been opened and its process listens. */
  readonly onOpen: () => void;
  /** For the tools with which a person looks around in a pod. */
  readonly tools: PodToolParts;
}

/** Gives each described image its behaviour in the world. */
export function imageBehaviours(images: readonly ImageDescription[], parts: ImageParts): ReadonlyMap<string, ImageBehaviour> {
  return new Map(images.map((image) => [image.image, behaviourOf(image, parts)]));
}

/** What is wrong with a pod's processes: through its image's version, and through faults. */
export function flawsOf(images: readonly ImageDescription[], faults: FlawSource, pod: KubeObject): readonly Flaws[] {
  return [...images.flatMap((image) => versionFlaws(image, pod)), ...faults.flawsOf(pod)];
}

function behaviourOf(image: ImageDescription, parts: ImageParts): ImageBehaviour {
  const flaws = (pod: KubeObject): readonly Flaws[] => flawsOf([image], parts.faults(), pod);
  const crash = (pod: KubeObject): ReturnType<ImageBehaviour["crash"]> => crashOf(flaws(pod), pod, parts.now());
  const unready = (pod: KubeObject): string | undefined => flaws(pod).find((flaw) => flaw.unready !== undefined)?.unready;
  const common = {
    isPublished: (name: string) => image.versions?.has(tagOf(name)) !== false,
    startMs: image.startMs,
    startLog: () => image.startLog,
    crash,
    unready,
    programs: { ...toolsOf(image, parts), ...describedPrograms(image.programs, (pod) => parts.databaseOf(pod)) },
  };
  switch (image.behaviour) {
    case "database":
      return {
        ...common,
        programs: { ...common.programs, ...volumeTools((pod) => parts.databases.mounted(pod)), ...parts.databasePrograms },
        crash: (pod) => crash(pod) ?? failed(parts.databases.failureOf(pod)),
        unready: (pod) => (parts.databases.serverOf(pod) === undefined ? "mysqladmin: connect to server at 'localhost' failed" : unready(pod)),
        started: (pod) => parts.databases.open(pod, parts.onOpen),
        stopped: (pod, how) => parts.databases.close(pod, how),
      };
    case "cache":
      return {
        ...common,
        programs: { ...common.programs, ...parts.cachePrograms },
        crash: (pod) => crash(pod) ?? failed(parts.caches.failureOf(pod)) ?? (parts.caches.isOutOfMemory(pod) ? { log: [], exitCode: 137, reason: "OOMKilled" } : undefined),
        unready: (pod) => (parts.caches.isDown(pod) ? "Could not connect to Redis at 127.0.0.1:6379: Connection refused" : unready(pod)),
        started: (pod) => parts.caches.open(pod, parts.onOpen),
        stopped: (pod, how) => parts.caches.close(pod, how),
      };
    case "web":
    case "plain":
      return common;
  }
}

/** A real server that has ended by itself is a main process that has. */
function failed(failure: ReturnType<Databases["failureOf"]>): ReturnType<ImageBehaviour["crash"]> {
  return failure === undefined ? undefined : { ...failure, reason: failure.exitCode === 0 ? "Completed" : "Error" };
}

function toolsOf({ process, tools }: ImageDescription, parts: ImageParts): Readonly<Record<string, PodProgram>> {
  const all = podTools(process, parts.tools);
  return Object.fromEntries(tools.map((name) => [name, all[name]]));
}
