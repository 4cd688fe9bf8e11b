import type { KubeObject } from "../contract.ts";
import type { CacheServer, CacheSession } from "../engines/cacheEngine.ts";
import type { RedisReply } from "../redis/reply.ts";
import type { ApplicationCache } from "../world/description.ts";

/** Where an application's connections to its cache end. */
export interface CacheDirectory {
  /** The server that `host` means for a pod, with the password clients know; `undefined` when nothing listens or the network lets nothing through. */
  connect(pod: KubeObject, host: string): { readonly server: CacheServer; readonly password: string | undefined } | undefined;
}

/** What a call of the cache came to. `tookMs` is world time that the caller waited. */
export type CacheOutcome =
  | { readonly kind: "answered"; readonly reply: RedisReply; readonly tookMs: number }
  | { readonly kind: "failed"; readonly message: string; readonly tookMs: number }
  /** The circuit breaker did not let it through. */
  | { readonly kind: "notPermitted"; readonly message: string; readonly tookMs: 0 };

/** A circuit breaker as Resilience4j keeps one in each process. */
export interface Breaker {
  /** Failures in a row. */
  failures: number;
  /** World epoch milliseconds until which it is open; `undefined` while closed. */
  openUntil: number | undefined;
}

interface Link {
  readonly server: CacheServer;
  readonly client: CacheSession;
}

/** How one application's pods use their cache: a connection and a circuit breaker for each pod. */
export class CacheClient {
  readonly #description: ApplicationCache;
  readonly #directory: CacheDirectory;
  readonly #now: () => number;
  readonly #breakers = new Map<string, Breaker>();
  readonly #links = new Map<string, Link>();

  constructor(description: ApplicationCache, directory: CacheDirectory, now: () => number) {
    this.#description = description;
    this.#directory = directory;
    this.#now = now;
  }

  /** Runs a command through the pod's circuit breaker. `isHeldOpen`: a fault keeps it open. */
  call(pod: KubeObject, host: string | undefined, words: readonly string[], isHeldOpen: boolean): CacheOutcome {
    const breaker = this.#breakers.get(pod.metadata.uid ?? "") ?? { failures: 0, openUntil: undefined };
    this.#breakers.set(pod.metadata.uid ?? "", breaker);
    if (isHeldOpen || (breaker.openUntil !== undefined && breaker.openUntil > this.#now())) return { kind: "notPermitted", message: "CircuitBreaker 'cache' is OPEN and does not permit further calls", tookMs: 0 };
    const outcome = this.callDirectly(pod, host, words);
    if (outcome.kind === "answered") {
      breaker.failures = 0;
      breaker.openUntil = undefined;
      return outcome;
    }
    breaker.failures += 1;
    // A half-open breaker (its time has passed) opens again at the first failure.
    if (breaker.openUntil !== undefined || breaker.failures >= this.#description.breaker.failures) breaker.openUntil = this.#now() + this.#description.breaker.openMs;
    return outcome;
  }

  /** Runs a command past the breaker, as a health check does. */
  callDirectly(pod: KubeObject, host: string | undefined, words: readonly string[]): CacheOutcome {
    const link = this.#linkOf(pod, host);
    if (link === undefined) return { kind: "failed", message: `Unable to connect to ${host ?? "null"}:6379: Connection refused`, tookMs: 2 };
    const { reply, tookMs } = link.server.run(link.client, words);
    if (tookMs > this.#description.timeoutMs) return { kind: "failed", message: `Command timed out after ${this.#description.timeoutMs / 1000} second(s)`, tookMs: this.#description.timeoutMs };
    return reply.kind === "error" ? { kind: "failed", message: reply.text, tookMs } : { kind: "answered", reply, tookMs };
  }

  /** A pod's breaker as its metrics name it. */
  breakerState(pod: KubeObject, isHeldOpen: boolean): "CLOSED" | "OPEN" | "HALF_OPEN" | "FORCED_OPEN" {
    if (isHeldOpen) return "FORCED_OPEN";
    const openUntil = this.#breakers.get(pod.metadata.uid ?? "")?.openUntil;
    return openUntil === undefined ? "CLOSED" : openUntil > this.#now() ? "OPEN" : "HALF_OPEN";
  }

  /** A pod keeps one connection to a server process for as long as both live. */
  #linkOf(pod: KubeObject, host: string | undefined): Link | undefined {
    const uid = pod.metadata.uid ?? "";
    const found = host === undefined ? undefined : this.#directory.connect(pod, host);
    const known = this.#links.get(uid);
    if (found !== undefined && known !== undefined && known.server === found.server && known.server.isConnected(known.client)) return known;
    if (known !== undefined) known.server.disconnect(known.client);
    this.#links.delete(uid);
    if (found === undefined) return undefined;
    const client = found.server.connect(`${String(pod.status?.["podIP"] ?? "10.0.0.1")}:${30_000 + (this.#links.size % 20_000)}`);
    if (found.password !== undefined) found.server.run(client, ["AUTH", found.password]);
    const link = { server: found.server, client };
    this.#links.set(uid, link);
    return link;
  }

  /** Closes the connections of pods that are gone. */
  forgetOthers(pods: readonly KubeObject[]): void {
    const uids = new Set(pods.map((pod) => pod.metadata.uid));
    for (const [uid, link] of this.#links) {
      if (uids.has(uid)) continue;
      link.server.disconnect(link.client);
      this.#links.delete(uid);
      this.#breakers.delete(uid);
    }
  }
}
