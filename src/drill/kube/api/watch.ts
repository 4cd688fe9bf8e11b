import type { KubeObject } from "../../contract.ts";
import type { Change } from "../store.ts";
import { groupVersion } from "../resources.ts";
import { flag, type ApiRequest, type ApiServices } from "./context.ts";
import { present, selectionOf } from "./read.ts";
import type { ResourceRoute } from "./route.ts";
import { gone } from "./status.ts";

/** How often a quiet watch gets a bookmark, in world milliseconds. */
const BOOKMARK_EVERY_MS = 60_000;
/** A real server ends a watch after 30 to 60 minutes; the client resumes. */
const LONGEST_SECONDS = 3600;

/** GET with `watch`: initial objects as asked for, then every change, until the client or the time limit ends it. */
export function watchObjects(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const { store, clock } = services;
  const { response, query } = request;
  const { resource } = route;
  const isSelected = selectionOf(request, route);
  let hasColumns = true;
  const send = (type: string, object: unknown): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const sendObject = (type: string, object: KubeObject): void => {
    send(type, present(services, request, resource, object, hasColumns));
    hasColumns = false;
  };
  const sendChange = (change: Change): void => {
    if (change.object.kind !== resource.kind) return;
    const type = selectedType(change, isSelected);
    if (type !== undefined) sendObject(type, change.object);
  };
  const bookmark = (annotations?: Record<string, string>): void => {
    send("BOOKMARK", { kind: resource.kind, apiVersion: groupVersion(resource), metadata: { resourceVersion: String(store.revision), creationTimestamp: null, ...(annotations === undefined ? {} : { annotations }) } });
  };

  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  response.flushHeaders();
  const from = query.get("resourceVersion") ?? "";
  const wantsInitial = from === "" || from === "0" || flag(query, "sendInitialEvents");
  const missed = wantsInitial ? [] : store.changesSince(Number(from));
  if (missed === undefined) {
    send("ERROR", gone(`too old resource version: ${from} (${store.revision})`).toStatus());
    response.end();
    return;
  }
  if (wantsInitial) for (const object of store.peekList(resource.kind, route.namespace).filter((item) => isSelected(item))) sendObject("ADDED", object);
  for (const change of missed) sendChange(change);
  if (flag(query, "sendInitialEvents")) bookmark({ "k8s.io/initial-events-end": "true" });

  const stop = store.watch(sendChange);
  const isBookmarked = flag(query, "allowWatchBookmarks");
  let cancelBookmark: () => void = () => undefined;
  const arm = (): void => {
    cancelBookmark = clock.after(BOOKMARK_EVERY_MS, () => {
      bookmark();
      arm();
    });
  };
  if (isBookmarked) arm();
  const seconds = Math.min(Number(query.get("timeoutSeconds") ?? LONGEST_SECONDS) || LONGEST_SECONDS, LONGEST_SECONDS);
  const finish = (): void => {
    stop();
    cancelBookmark();
    cancelEnd();
  };
  // Nothing may be sent between the end and the connection's close: a bookmark can be due in the same moment.
  const cancelEnd = clock.after(seconds * 1000, () => {
    finish();
    response.end();
  });
  response.on("close", finish);
}

/** The event a selecting watcher sees: entering is ADDED, leaving is DELETED. */
function selectedType(change: Change, isSelected: (object: KubeObject) => boolean): string | undefined {
  const is = isSelected(change.object);
  const was = change.previous !== undefined && isSelected(change.previous);
  if (change.type === "DELETED") return was || is ? "DELETED" : undefined;
  if (is) return was ? "MODIFIED" : "ADDED";
  return was ? "DELETED" : undefined;
}
