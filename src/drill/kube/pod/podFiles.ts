import type { KubeObject } from "../../contract.ts";
import { stringsOf } from "../json.ts";
import { podSpecOf, type Container } from "../objects.ts";
import type { ObjectStore } from "../store.ts";

const ROOT = ["bin", "dev", "etc", "home", "lib", "opt", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var"];

/** The files of a container that the cluster itself knows: mounted secrets and config maps, host name. Everything else is not there. */
export class PodFiles {
  readonly #store: ObjectStore;
  readonly #pod: KubeObject;
  readonly #container: Container;

  constructor(store: ObjectStore, pod: KubeObject, container: Container) {
    this.#store = store;
    this.#pod = pod;
    this.#container = container;
  }

  /** A file's bytes; `undefined` where there is none. */
  read(path: string): Uint8Array | undefined {
    const normal = normalize(path);
    if (normal === "/etc/hostname") return Buffer.from(`${this.#pod.metadata.name}\n`);
    const slash = normal.lastIndexOf("/");
    return this.#mounted(normal.slice(0, slash))?.get(normal.slice(slash + 1));
  }

  /** The names in a directory; `undefined` where there is none. */
  list(path: string): readonly string[] | undefined {
    const normal = normalize(path);
    if (normal === "") return ROOT;
    const files = this.#mounted(normal);
    if (files !== undefined) return [...files.keys()].sort();
    const below = this.#mountPaths().filter((mount) => mount.startsWith(`${normal}/`)).map((mount) => mount.slice(normal.length + 1).split("/")[0] ?? "");
    if (below.length > 0) return [...new Set(below)].sort();
    return ROOT.includes(normal.slice(1)) ? [] : undefined;
  }

  #mountPaths(): string[] {
    return (this.#container.volumeMounts ?? []).map((mount) => normalize(mount.mountPath));
  }

  #mounted(directory: string): ReadonlyMap<string, Uint8Array> | undefined {
    const mount = (this.#container.volumeMounts ?? []).find((entry) => normalize(entry.mountPath) === directory);
    const volume = mount === undefined ? undefined : podSpecOf(this.#pod).volumes?.find((entry) => entry.name === mount.name);
    const { namespace } = this.#pod.metadata;
    const secret = volume?.secret?.secretName === undefined ? undefined : this.#store.peek("Secret", namespace, volume.secret.secretName);
    if (secret !== undefined) return new Map(Object.entries(stringsOf(secret["data"])).map(([key, value]) => [key, Buffer.from(value, "base64")]));
    const config = volume?.configMap?.name === undefined ? undefined : this.#store.peek("ConfigMap", namespace, volume.configMap.name);
    return config === undefined ? undefined : new Map(Object.entries(stringsOf(config["data"])).map(([key, value]) => [key, Buffer.from(value)]));
  }
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.length === 0 ? "" : `/${parts.join("/")}`;
}
