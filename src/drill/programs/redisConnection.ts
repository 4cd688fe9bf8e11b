import type { KubeObject } from "../contract.ts";
import type { CacheServer } from "../engines/cacheEngine.ts";

/** How client programs in pods reach cache servers. */
export interface RedisNetwork {
  /** The server that runs in the pod itself; `undefined` when it does not run. */
  readonly local: (pod: KubeObject) => CacheServer | undefined;
  /** The server behind a host name, as seen from a pod. */
  readonly remote: (pod: KubeObject, host: string) => CacheServer | undefined;
  /** Waits for world time. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Where the hosts of a pod's own server are. */
export function isOwnHost(pod: KubeObject, host: string): boolean {
  return ["127.0.0.1", "localhost", "::1", pod.metadata.name, String(pod.status?.["podIP"] ?? "")].includes(host);
}
