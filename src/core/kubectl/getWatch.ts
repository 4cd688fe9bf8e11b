import { flagIs, flagList, flagText, print, type Call } from "./call.ts";
import { type ApiResource, resourcePath } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { AS_TABLE, fetchTable, queryText, type Query } from "./fetch.ts";
import { isObject, listAt, objectAt, parseJson, textAt, type Json, type JsonObject } from "./json.ts";
import { objectPrinter } from "./objectPrinter.ts";
import { growingTable, tableCells, type TableStyle } from "./table.ts";
import type { ResourceTargets } from "./targets.ts";
import { watchFrom } from "./watch.ts";

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
  const table = await fetchTable(call, resource, name, query);
  columns = table.columns;
  if (isShowing) await show(table.rows, "ADDED");
  for await (const { type, object } of changesSince(watched, table.version, table.rows.map((row) => versionOf(row)), AS_TABLE)) {
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
  const { call, resource } = watched;
  const printer = objectPrinter(call, output);
  const hasEvents = flagIs(call.operation, "output-watch-events");
  // YAML documents that follow one another are parted, whatever they are.
  let isFirst = true;
  const show = async (object: JsonObject, type: string): Promise<void> => {
    const text = printer.one({ resource, object: hasEvents && output !== "name" ? { object, type } : object });
    await print(call, output === "yaml" && !isFirst ? `---\n${text}` : text);
    isFirst = false;
  };
  const list = await listWhole(watched);
  if (!flagIs(call.operation, "watch-only")) for (const object of list.objects) await show(object, "ADDED");
  for await (const { type, object } of changesSince(watched, list.version, list.objects.map((object) => textAt(object, "metadata", "resourceVersion")), "application/json")) await show(object, type);
  return 0;
}

async function listWhole({ call, resource, name, query }: Watched): Promise<{ readonly objects: readonly JsonObject[]; readonly version: string }> {
  const path = resourcePath(resource, query.allNamespaces ? undefined : call.namespace, name) + queryText(name === undefined ? selectors(query) : []);
  const found = parseJson(requireSuccess(await call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal)).text);
  if (name !== undefined) return { objects: isObject(found) ? [found] : [], version: textAt(found, "metadata", "resourceVersion") };
  const typing = { apiVersion: textAt(found, "apiVersion"), kind: resource.kind };
  return { objects: listAt(found, "items").filter(isObject).map((item) => ({ ...typing, ...item })), version: textAt(found, "metadata", "resourceVersion") };
}

function selectors(query: Query): readonly (readonly [string, string | undefined])[] {
  return [["fieldSelector", query.fieldSelector], ["labelSelector", query.labelSelector]];
}

/** Changes after a version. When the server has forgotten it, watching starts again from now on, with what is then there and not yet shown. */
async function* changesSince({ call, resource, name, query }: Watched, version: string, shown: readonly string[], accept: string): AsyncGenerator<{ readonly type: string; readonly object: JsonObject }> {
  const seen = new Set(shown);
  const target = {
    cluster: call.cluster,
    clock: call.ports.clock,
    resource,
    namespace: query.allNamespaces ? undefined : call.namespace,
    labelSelector: query.labelSelector,
    fieldSelector: name === undefined ? query.fieldSelector : `metadata.name=${name}`,
  };
  for await (const event of watchFrom(target, version, accept, call.signal)) {
    const key = versionOf(event.object);
    if (event.isAgain && seen.has(key)) continue;
    seen.add(key);
    yield { type: event.type, object: event.object };
  }
}

/** The version of an object, of a row's object, or of the only row of a table. */
function versionOf(value: Json): string {
  const own = textAt(value, "metadata", "resourceVersion");
  if (own !== "") return own;
  const [row] = listAt(value, "rows");
  return textAt(objectAt(row ?? value, "object"), "metadata", "resourceVersion");
}
