import { flagIs, flagList, flagText, print, printError, type Call } from "./call.ts";
import { objectName, type ApiResource } from "./discovery.ts";
import { ApiStatusError, describeApiStatus, KubectlFailure } from "./failure.ts";
import { fetchObjects, fetchTable, type Query } from "./fetch.ts";
import { goJson } from "./goJson.ts";
import { parseJsonPath, printJsonPath } from "./jsonPath.ts";
import { at, textAt, type Json, type JsonObject } from "./json.ts";
import { sortByPath } from "./sortBy.ts";
import { printTable, type TableStyle } from "./table.ts";
import { parseTargets, type ResourceTarget, type ResourceTargets } from "./targets.ts";
import { goYaml } from "./goYaml.ts";

const NO_TYPE =
  'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee \'kubectl get -h\' for help and examples';

/** `kubectl get`: tables of the server's making, names, JSON, YAML and JSONPath. */
export async function runGet(call: Call): Promise<number> {
  const { operation } = call;
  if (operation.positionals.length === 0) throw new KubectlFailure(NO_TYPE);
  const output = flagText(operation, "output") ?? "";
  const query: Query = {
    labelSelector: flagText(operation, "selector"),
    fieldSelector: flagText(operation, "field-selector"),
    allNamespaces: flagIs(operation, "all-namespaces"),
    isWhole: flagText(operation, "sort-by") !== undefined,
  };
  const targets = await parseTargets(call.cluster, operation.positionals, call.signal);
  checkTargets(targets, query);
  return output === "" || output === "wide" ? await getTables(call, targets, query, output === "wide") : await getObjects(call, targets, query, output);
}

function checkTargets(targets: ResourceTargets, query: Query): void {
  const named = targets.targets.filter((target) => target.name !== undefined);
  if (named.length === 0) return;
  if (query.labelSelector !== undefined || query.fieldSelector !== undefined) throw new KubectlFailure("error: name cannot be provided when a selector is specified");
  if (query.allNamespaces && named.some((target) => target.resource.namespaced)) {
    throw new KubectlFailure("error: a resource cannot be retrieved by name across all namespaces");
  }
}

interface TableGroup {
  readonly resource: ApiResource;
  columns: readonly Json[];
  readonly rows: Json[];
}

async function getTables(call: Call, targets: ResourceTargets, query: Query, isWide: boolean): Promise<number> {
  const groups: TableGroup[] = [];
  const failures = await gather(targets.targets, async ({ resource, name }) => {
    const table = await fetchTable(call, resource, name, query);
    const last = groups.at(-1);
    const group = last?.resource === resource ? last : { resource, columns: [], rows: [] };
    if (group !== last) groups.push(group);
    if (group.columns.length === 0) group.columns = table.columns;
    group.rows.push(...table.rows);
  }, flagIs(call.operation, "ignore-not-found"));
  const sortBy = flagText(call.operation, "sort-by");
  const texts = groups.map((group) => tableText(call, sortBy === undefined ? group : sorted(group, sortBy), isWide, groups.length > 1, query.allNamespaces));
  const separator = flagIs(call.operation, "no-headers") ? "" : "\n";
  const text = texts.filter((part) => part !== "").join(separator);
  await print(call, text);
  if (text === "" && failures.length === 0 && !flagIs(call.operation, "ignore-not-found")) {
    const isNamespaced = !query.allNamespaces && targets.targets.every((target) => target.resource.namespaced);
    await printError(call, isNamespaced ? `No resources found in ${call.namespace} namespace.\n` : "No resources found\n");
  }
  return await reportFailures(call, failures);
}

function sorted(group: TableGroup, sortBy: string): TableGroup {
  return { ...group, rows: [...sortByPath(group.rows, sortBy, (row) => at(row, "object") ?? null)] };
}

function tableText(call: Call, group: TableGroup, isWide: boolean, isOneOfMany: boolean, allNamespaces: boolean): string {
  const { operation } = call;
  const kind = group.resource.kind.toLowerCase();
  const style: TableStyle = {
    isWide,
    hasHeaders: !flagIs(operation, "no-headers"),
    hasNamespace: allNamespaces && group.resource.namespaced,
    hasLabels: flagIs(operation, "show-labels"),
    labelColumns: flagList(operation, "label-columns").flatMap((labels) => labels.split(",")),
    kindPrefix: isOneOfMany || flagIs(operation, "show-kind") ? (group.resource.group === "" ? kind : `${kind}.${group.resource.group}`) : undefined,
  };
  return printTable(group.columns, group.rows, style);
}

async function getObjects(call: Call, targets: ResourceTargets, query: Query, output: string): Promise<number> {
  const printer = objectPrinter(call, output);
  const found: { readonly resource: ApiResource; readonly object: JsonObject }[] = [];
  const failures = await gather(targets.targets, async ({ resource, name }) => {
    for (const object of await fetchObjects(call, resource, name, query)) found.push({ resource, object });
  }, flagIs(call.operation, "ignore-not-found"));
  const sortBy = flagText(call.operation, "sort-by");
  const ordered = sortBy === undefined ? found : sortByPath(found, sortBy, ({ object }) => object);
  const [first] = ordered;
  if (targets.isSingle && first !== undefined && ordered.length === 1) await print(call, printer.one(first.object, first.resource));
  else if (!targets.isSingle && (failures.length === 0 || ordered.length > 0)) await print(call, printer.many(ordered));
  return await reportFailures(call, failures);
}

interface ObjectPrinter {
  one(object: JsonObject, resource: ApiResource): string;
  many(objects: readonly { readonly resource: ApiResource; readonly object: JsonObject }[]): string;
}

function objectPrinter(call: Call, output: string): ObjectPrinter {
  const [format = "", ...rest] = output.split("=");
  const template = rest.length === 0 ? (flagText(call.operation, "template") ?? "") : rest.join("=");
  if (format === "name") {
    const line = (object: JsonObject, resource: ApiResource): string => `${objectName(resource, textAt(object, "metadata", "name"))}\n`;
    return { one: line, many: (all) => all.map(({ object, resource }) => line(object, resource)).join("") };
  }
  if (format === "jsonpath") {
    const nodes = parseJsonPath(template);
    return { one: (object) => printJsonPath(nodes, object), many: (all) => printJsonPath(nodes, listOf(all.map(({ object }) => object))) };
  }
  if (format === "json" || format === "yaml") {
    const tidy = flagIs(call.operation, "show-managed-fields") ? (object: JsonObject): JsonObject => object : withoutManagedFields;
    const text = (value: JsonObject): string => (format === "json" ? `${goJson(value, "    ")}\n` : goYaml(value));
    return { one: (object) => text(tidy(object)), many: (all) => text(listOf(all.map(({ object }) => tidy(object)))) };
  }
  throw new KubectlFailure(
    `error: unable to match a printer suitable for the output format "${output}", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml`,
  );
}

function listOf(items: readonly JsonObject[]): JsonObject {
  return { apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } };
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || !("managedFields" in metadata)) return object;
  return { ...object, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "managedFields")) };
}

/** Visits every target, keeping the server's refusals for the end as kubectl's `ContinueOnError` does. */
async function gather(targets: readonly ResourceTarget[], visit: (target: ResourceTarget) => Promise<void>, ignoreNotFound: boolean): Promise<readonly ApiStatusError[]> {
  const failures: ApiStatusError[] = [];
  for (const target of targets) {
    try {
      await visit(target);
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      if (!ignoreNotFound || error.reason !== "NotFound") failures.push(error);
    }
  }
  return failures;
}

async function reportFailures(call: Call, failures: readonly ApiStatusError[]): Promise<number> {
  for (const failure of failures) await printError(call, `${describeApiStatus(failure)}\n`);
  return failures.length === 0 ? 0 : 1;
}
