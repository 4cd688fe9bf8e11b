import { resourcePath } from "../kubectl/discovery.ts";
import { queryText } from "../kubectl/fetch.ts";
import { isObject, listAt, parseJson, textAt, type Json } from "../kubectl/json.ts";
import { watchObjects, type Listing, type WatchTarget } from "../kubectl/watch.ts";
import type { ClockPort, KubernetesPort, KubernetesResponse } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/** Objects of one kind that a report is made of. */
export interface AskedList {
  readonly resource: WatchTarget["resource"];
  /** `undefined` for what belongs to no namespace. */
  readonly namespace: string | undefined;
  readonly fieldSelector?: string;
  /** Who changed an object and when, without what is in it. */
  readonly isMetadataOnly?: boolean;
  /** The server may not have the kind: then there are no objects of it. */
  readonly mayBeMissing?: boolean;
}

/** Gives the objects of a list as they are now. Rejects with `RuntimeError` where the cluster does not say. */
export type ListObjects = (asked: AskedList, signal: AbortSignal) => Promise<readonly Json[]>;

/** Objects a page of a list. */
const PAGE = "500";
/** After this a list is asked for anew, milliseconds: a watch whose connection died unseen is not believed for longer. */
const RELIST_MS = 300_000;

/** Of a list that there is not. */
const NO_VERSION = "";

interface Watched {
  readonly objects: Map<string, Json>;
  /** Epoch milliseconds. */
  readonly listedAt: number;
  readonly stop: AbortController;
}

/**
 * The lists of one cluster, kept up to date by watches: each is asked for once and not at every look, which a large cluster in trouble
 * would feel.
 */
export class WatchedLists {
  readonly #kubernetes: KubernetesPort;
  readonly #clock: ClockPort;
  readonly #onChange: () => void;
  readonly #watched = new Map<string, Watched>();

  constructor(kubernetes: KubernetesPort, clock: ClockPort, onChange: () => void) {
    this.#kubernetes = kubernetes;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** What is there now: from the watch while it stands, otherwise listed, and watched from then on. */
  async list(asked: AskedList, signal: AbortSignal): Promise<readonly Json[]> {
    const key = listPath(asked);
    const known = this.#watched.get(key);
    if (known !== undefined && this.#clock.now() - known.listedAt < RELIST_MS) return [...known.objects.values()];
    const listing = await listObjects(this.#kubernetes, asked, signal);
    known?.stop.abort();
    const watched = { objects: new Map<string, Json>(), listedAt: this.#clock.now(), stop: new AbortController() };
    this.#watched.set(key, watched);
    replace(watched.objects, listing.objects);
    // Whatever ends a watch is met again by the next look, which lists.
    if (listing.version !== NO_VERSION) void this.#follow(asked, listing.version, watched).catch(() => undefined).finally(() => this.#watched.get(key) === watched && this.#watched.delete(key));
    return listing.objects;
  }

  /** Ends all watches; the next look lists. */
  stop(): void {
    for (const { stop } of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }

  async #follow(asked: AskedList, version: string, { objects, stop }: Watched): Promise<void> {
    const { signal } = stop;
    const target = { cluster: this.#kubernetes, clock: this.#clock, resource: asked.resource, namespace: asked.namespace, labelSelector: undefined, fieldSelector: asked.fieldSelector };
    const start = { version, accept: acceptOf(asked, "PartialObjectMetadata"), list: () => listObjects(this.#kubernetes, asked, signal) };
    for await (const event of watchObjects(target, signal, start)) {
      if (event.type === "listed") replace(objects, event.objects);
      else if (event.type === "DELETED") objects.delete(keyOf(event.object));
      else objects.set(keyOf(event.object), event.object);
      this.#onChange();
    }
  }
}

/** Every page of a list. One that the server forgets on the way (410) is asked for once more, in one piece, which cannot be forgotten. */
export async function listObjects(kubernetes: KubernetesPort, asked: AskedList, signal: AbortSignal): Promise<Listing> {
  const ask = async (limit: string | undefined, token: string | undefined): Promise<KubernetesResponse> =>
    await kubernetes.request({ method: "GET", path: listPath(asked) + queryText([["continue", token], ["fieldSelector", asked.fieldSelector], ["limit", limit]]), accept: acceptOf(asked, "PartialObjectMetadataList") }, signal);
  const objects: Json[] = [];
  for (let next: string | undefined; ; ) {
    const response = await ask(PAGE, next);
    if (response.status === 404 && asked.mayBeMissing === true) return { version: NO_VERSION, objects: [] };
    const isForgotten = response.status === 410 && next !== undefined;
    const body = bodyOf(kubernetes, isForgotten ? await ask(undefined, undefined) : response);
    if (isForgotten) objects.length = 0;
    objects.push(...listAt(body, "items"));
    next = textAt(body, "metadata", "continue") || undefined;
    if (next === undefined) return { version: textAt(body, "metadata", "resourceVersion"), objects: objects.filter(isObject) };
  }
}

function listPath({ resource, namespace }: AskedList): string {
  return resourcePath(resource, namespace);
}

function acceptOf({ isMetadataOnly = false }: AskedList, kind: string): string {
  return isMetadataOnly ? `application/json;as=${kind};v=v1;g=meta.k8s.io,application/json` : "application/json";
}

function bodyOf(kubernetes: KubernetesPort, response: KubernetesResponse): Json {
  const body = parseJson(response.text);
  if (response.status === 401) throw new RuntimeError("signInNeeded", `Reading ${kubernetes.context}: the server wants you to sign in`);
  if (response.status === 403) throw new RuntimeError("forbidden", `Reading ${kubernetes.context}: ${textAt(body, "message") || "forbidden"}`);
  if (response.status !== 200 || !isObject(body)) throw new RuntimeError("apiStatus", `Reading ${kubernetes.context}: the server answered ${response.status} ${textAt(body, "message")}`.trimEnd());
  return body;
}

function replace(objects: Map<string, Json>, listed: readonly Json[]): void {
  objects.clear();
  for (const object of listed) objects.set(keyOf(object), object);
}

function keyOf(object: Json): string {
  return textAt(object, "metadata", "name");
}
