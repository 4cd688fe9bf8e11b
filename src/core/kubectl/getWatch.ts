import { flagIs, flagList, flagText, print, type Call } from "./call.ts";
import { type ApiResource, resourcePath } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { AS_TABLE, fetchTable, queryText, type Query } from "./fetch.ts";
import { isObject, listAt, objectAt, parseJson, textAt, type Json, type JsonObject } from "./json.ts";
import { objectPrinter } from "./objectPrinter.ts";
import { growingTable, tableCells, type TableStyle } from "./table.ts";
import type { ResourceTargets } from "./targets.ts";
import { type Listing, watchObjects } from "./watch.ts";

/**
 * `kubectl get -w`: what is there, then each change. Where kubectl ends when the server closes the watch, this one goes on from the
 * last version seen; it ends by the signal.
 */
export async function runGetWatch(call: Call, targets: ResourceTargets, query: Query): Promise<number> {
  const [target, more] = targets.targets;
  if (target === undefined || more !== undefined) throw new KubectlFailure(`error: watch is only supported on individual resources and resource collections - more than 1 resource was found`);
  const output = flagText(call.operation, "output") ?? "";
  const watched = { call, resource: target.resource, name: target.name, query };
  return output === "" || output === "wide" ? await watchTable(watched, output === "wide") : await watchWhole(watched, output);
}

interface Watched {
  readonly call: Call;
  readonly resource: ApiResource;
  readonly name: string | undefined;
  readonly query: Query;
}

async function watchTable(watched: Watched, isWide: boolean): Promise<number> {
  const { call, resource, name, query } = watched;
  const style = tableStyle(watched, isWide);
  const writer = growingTable();
  const isShowing = !flagIs(call.operation, "watch-only");
  let columns: readonly Json[] = [];
  let hasHeader = !style.hasHeaders;
  const show = async (rows: readonly Json[], event: string): Promise<void> => {
    if (rows.length === 0) return;
    const { header, lines } = tableCells(columns, rows, style);
    const marked = style.hasEvents ? lines.map((cells) => [event.padEnd(8), ...cells]) : lines;
    const head = style.hasEvents ? ["EVENT", ...header] : header;
    await print(call, writer.write(hasHeader ? marked : [head, ...marked]));
    hasHeader = true;
  };
  const table = await fetchTable(call, resource, name, query, "Metadata");
  columns = table.columns;
  if (isShowing) await show(table.rows, "ADDED");
  const again = async (everything: Query): Promise<Listing> => {
    const { rows, version } = await fetchTable(call, resource, undefined, everything, "Metadata");
    return { version, objects: rows.map((row) => ({ rows: [row] })) };
  };
  const known = table.rows.map((row) => ({ rows: [row] }));
  for await (const { type, object } of changesSince(watched, { version: table.version, objects: known }, AS_TABLE, again)) {
    const definitions = listAt(object, "columnDefinitions");
    if (definitions.length > 0) columns = definitions;
    await show(listAt(object, "rows"), type);
  }
  return 0;
}

function tableStyle({ call, resource, query }: Watched, isWide: boolean): TableStyle & { readonly hasEvents: boolean } {
  const { operation } = call;
  const kind = resource.kind.toLowerCase();
  return {
    isWide,
    hasEvents: flagIs(operation, "output-watch-events"),
    hasHeaders: !flagIs(operation, "no-headers"),
    hasNamespace: query.allNamespaces && resource.namespaced,
    hasLabels: flagIs(operation, "show-labels"),
    labelColumns: flagList(operation, "label-columns").flatMap((labels) => labels.split(",")),
    kindPrefix: flagIs(operation, "show-kind") ? (resource.group === "" ? kind : `${kind}.${resource.group}`) : undefined,
  };
}

async function watchWhole(watched: Watched, output: string): Promise<number> {
  const { call, resource, name, query } = watched;
  const printer = objectPrinter(call, output);
  const hasEvents = flagIs(call.operation, "output-watch-events");
  // YAML documents that follow one another are parted, whatever they are.
  let isFirst = true;
  const show = async (object: JsonObject, type: string): Promise<void> => {
    const text = printer.one({ resource, object: hasEvents && output !== "name" ? { object, type } : object });
    await print(call, output === "yaml" && !isFirst ? `---\n${text}` : text);
    isFirst = false;
  };
  const list = await listWhole(watched, name, query);
  if (!flagIs(call.operation, "watch-only")) for (const object of list.objects) await show(object, "ADDED");
  const again = async (everything: Query): Promise<Listing> => await listWhole(watched, undefined, everything);
  for await (const { type, object } of changesSince(watched, list, "application/json", again)) await show(object, type);
  return 0;
}

async function listWhole({ call, resource }: Watched, name: string | undefined, query: Query): Promise<Listing> {
  const path = resourcePath(resource, query.allNamespaces ? undefined : call.namespace, name) + queryText(name === undefined ? selectors(query) : []);
  const found = parseJson(requireSuccess(await call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal)).text);
  if (name !== undefined) return { objects: isObject(found) ? [found] : [], version: textAt(found, "metadata", "resourceVersion") };
  const typing = { apiVersion: textAt(found, "apiVersion"), kind: resource.kind };
  return { objects: listAt(found, "items").filter(isObject).map((item) => ({ ...typing, ...item })), version: textAt(found, "metadata", "resourceVersion") };
}

function selectors(query: Query): readonly (readonly [string, string | undefined])[] {
  return [["fieldSelector", query.fieldSelector], ["labelSelector", query.labelSelector]];
}

/**
 * Changes after a list. Where the server has forgotten its version, what is there now is compared with what was told: what has gone, what is
 * new and what is another version are told once each; what came and went in between, nobody can know.
 */
async function* changesSince({ call, resource, name, query }: Watched, list: Listing, accept: string, again: (everything: Query) => Promise<Listing>): AsyncGenerator<ObjectChange> {
  const everything = name === undefined ? query : { ...query, labelSelector: undefined, fieldSelector: `metadata.name=${name}` };
  const target = {
    cluster: call.cluster,
    clock: call.ports.clock,
    resource,
    namespace: query.allNamespaces ? undefined : call.namespace,
    labelSelector: everything.labelSelector,
    fieldSelector: everything.fieldSelector,
  };
  const told = new Map(list.objects.map((object) => [identityOf(object), object]));
  for await (const event of watchObjects(target, call.signal, { version: list.version, accept, list: async () => await again(everything) })) {
    for (const change of event.type === "listed" ? differences(told, event.objects) : [event]) {
      if (change.type === "DELETED") told.delete(identityOf(change.object));
      else told.set(identityOf(change.object), change.object);
      yield change;
    }
  }
}

interface ObjectChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: JsonObject;
}

function differences(told: ReadonlyMap<string, JsonObject>, now: readonly JsonObject[]): readonly ObjectChange[] {
  const present = new Set(now.map(identityOf));
  const gone = [...told].filter(([identity]) => !present.has(identity)).map(([, object]): ObjectChange => ({ type: "DELETED", object }));
  const changed = now.flatMap((object): ObjectChange[] => {
    const before = told.get(identityOf(object));
    if (before === undefined) return [{ type: "ADDED", object }];
    return versionOf(before) === versionOf(object) ? [] : [{ type: "MODIFIED", object }];
  });
  return [...gone, ...changed];
}

/** What tells an object from every other one, its namesake of later included. */
function identityOf(value: JsonObject): string {
  const metadata = metadataOf(value);
  return textAt(metadata, "uid") || `${textAt(metadata, "namespace")}/${textAt(metadata, "name")}`;
}

function versionOf(value: JsonObject): string {
  return textAt(metadataOf(value), "resourceVersion");
}

/** The metadata of an object, or of the only row of a table. */
function metadataOf(value: JsonObject): JsonObject {
  const [row] = listAt(value, "rows");
  return objectAt(row === undefined ? value : objectAt(row, "object"), "metadata");
}
