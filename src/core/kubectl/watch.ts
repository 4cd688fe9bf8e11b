import { resourcePath, type ApiResource, type ResourcePlace } from "./discovery.ts";
import { ApiStatusError, apiStatusError, requireSuccess } from "./failure.ts";
import { queryText } from "./fetch.ts";
import { isObject, listAt, numberAt, objectAt, parseJson, textAt, type JsonObject } from "./json.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { ByteStream, ClockPort, KubernetesPort } from "../ports.ts";

/** What a watch tells, in order. `listed` comes first and again whenever the history was too old to resume. */
export type WatchEvent =
  | { readonly type: "listed"; readonly objects: readonly JsonObject[] }
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: JsonObject };

export interface WatchTarget {
  readonly cluster: KubernetesPort;
  readonly clock: ClockPort;
  readonly resource: ResourcePlace & Pick<ApiResource, "kind">;
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
}

/** How often in a row the server may be out of reach before a watch, or a followed log, gives up. */
export const MAX_FAILURES = 5;
/** Milliseconds of the run's time between two attempts. */
export const RETRY_MS = 1000;
const SERVER_LIMIT_SECONDS = "480";

/** What is there at one version, which a watch can go on from. */
export interface Listing {
  readonly version: string;
  readonly objects: readonly JsonObject[];
}

/** A watch whose caller has listed already, in a representation of its own. */
export interface WatchStart {
  /** The version that the caller's list was of. */
  readonly version: string;
  /** The representation of the changes. */
  readonly accept: string;
  /** Lists again in it, once the server has forgotten the version. */
  readonly list: () => Promise<Listing>;
}

/**
 * Lists, then watches; with `start`, watches from there on. A stream that is cut resumes from the last version seen, so nothing is lost or
 * told twice; a version that is too old (410) lists again. Ends only by the signal (rejecting with its reason), by a refusal of the server,
 * or when it stays out of reach.
 */
export async function* watchObjects(target: WatchTarget, signal: AbortSignal, start?: WatchStart): AsyncGenerator<WatchEvent> {
  const position: Position = { version: start?.version, failures: 0 };
  for (;;) {
    signal.throwIfAborted();
    try {
      if (position.version === undefined) {
        const list = await (start === undefined ? listNow(target, signal) : start.list());
        position.version = list.version;
        position.failures = 0;
        yield { type: "listed", objects: list.objects };
      }
      yield* follow(target, position, signal, start?.accept);
    } catch (error) {
      signal.throwIfAborted();
      if (!isWorthRetrying(error) || position.failures >= MAX_FAILURES) throw error;
      position.failures += 1;
      await target.clock.sleep(RETRY_MS, signal);
    }
  }
}

async function listNow(target: WatchTarget, signal: AbortSignal): Promise<Listing> {
  const query = queryText([["fieldSelector", target.fieldSelector], ["labelSelector", target.labelSelector]]);
  const path = resourcePath(target.resource, target.namespace) + query;
  const list = parseJson(requireSuccess(await target.cluster.request({ method: "GET", path, accept: "application/json" }, signal)).text);
  const typing = { apiVersion: textAt(list, "apiVersion"), kind: target.resource.kind };
  const objects = listAt(list, "items").filter(isObject).map((item) => ({ ...typing, ...item }));
  return { version: textAt(list, "metadata", "resourceVersion"), objects };
}

interface Position {
  version: string | undefined;
  failures: number;
}

type FollowedEvent = Exclude<WatchEvent, { readonly type: "listed" }>;

/** One watch stream from `position.version` to its end; moves the position with every event. */
async function* follow(target: WatchTarget, position: Position, signal: AbortSignal, accept = "application/json"): AsyncGenerator<FollowedEvent> {
  const path =
    resourcePath(target.resource, target.namespace) +
    queryText([
      ["allowWatchBookmarks", "true"],
      ["fieldSelector", target.fieldSelector],
      ["labelSelector", target.labelSelector],
      ["resourceVersion", position.version],
      ["timeoutSeconds", SERVER_LIMIT_SECONDS],
      ["watch", "true"],
    ]);
  const { status, body } = await target.cluster.stream({ method: "GET", path, accept }, signal);
  if (status !== 200) {
    const refusal = apiStatusError(status, await readText(body), "watch");
    if (status === 410) position.version = undefined;
    throw refusal;
  }
  for await (const line of textLines(body)) {
    const event = parseJson(line);
    const type = textAt(event, "type");
    const object = objectAt(event, "object");
    if (type === "ERROR") {
      // Expired history is cured by listing again; every other error of the stream by watching again.
      if (numberAt(object, "code") === 410) position.version = undefined;
      throw new ApiStatusError(numberAt(object, "code"), textAt(object, "reason"), textAt(object, "message"));
    }
    const version = textAt(object, "metadata", "resourceVersion") || textAt(listAt(object, "rows")[0], "object", "metadata", "resourceVersion");
    if (version !== "") position.version = version;
    position.failures = 0;
    if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") yield { type, object };
  }
}

/** True for what may pass by itself: a lost connection, a server out of reach or overloaded, a forgotten history. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof RuntimeError) return error.code === "connectionLost" || error.code === "unreachable" || error.code === "timedOut" || error.code === "proxyError";
  return error instanceof ApiStatusError && (error.status === 410 || error.status === 429 || error.status >= 500);
}

/** Splits a byte stream into lines without their line feeds; a last line without one counts. */
export async function* textLines(body: ByteStream): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts.filter((line) => line !== "");
  }
  if (rest !== "") yield rest;
}

/** Reads a short body whole (an error's text). */
export async function readText(body: ByteStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text;
}
