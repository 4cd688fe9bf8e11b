import { CutShort } from "./customColumns.ts";
import { flagIs, flagList, flagText, hasSelector, print, printError, selectorText, type Call } from "./call.ts";
import type { ApiResource } from "./discovery.ts";
import { ApiStatusError, describeApiStatus, KubectlFailure } from "./failure.ts";
import { fetchObjects, fetchTable, type Query, type RowObject } from "./fetch.ts";
import { runGetWatch } from "./getWatch.ts";
import { at, type Json } from "./json.ts";
import { objectPrinter, type FoundObject } from "./objectPrinter.ts";
import { sortByPath, UnsortablePath } from "./sortBy.ts";
import { printTable, type TableStyle } from "./table.ts";
import { parseTargets, type ResourceTarget, type ResourceTargets } from "./targets.ts";

const NO_TYPE =
  'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee \'kubectl get -h\' for help and examples';

/** `kubectl get`: tables of the server's making, names, JSON, YAML and JSONPath. */
export async function runGet(call: Call): Promise<number> {
  const { operation } = call;
  if (operation.positionals.length === 0) throw new KubectlFailure(NO_TYPE);
  const output = flagText(operation, "output") ?? "";
  if (flagIs(operation, "show-labels") && output !== "" && output !== "wide") throw new KubectlFailure(`error: --show-labels option cannot be used with ${output} printer`);
  const query: Query = {
    labelSelector: selectorText(operation, "selector"),
    fieldSelector: selectorText(operation, "field-selector"),
    allNamespaces: flagIs(operation, "all-namespaces"),
    isWhole: sortPath(call) !== undefined,
  };
  const targets = await parseTargets(call.cluster, operation.positionals, call.signal, hasSelector(operation));
  checkTargets(targets, query);
  if (flagIs(operation, "watch") || flagIs(operation, "watch-only")) return await runGetWatch(call, targets, query);
  return output === "" || output === "wide" ? await getTables(call, targets, query, output === "wide") : await getObjects(call, targets, query, output);
}

function checkTargets(targets: ResourceTargets, query: Query): void {
  if (query.allNamespaces && targets.targets.some((target) => target.name !== undefined && target.resource.namespaced)) {
    throw new KubectlFailure("error: a resource cannot be retrieved by name across all namespaces");
  }
}

/** `--sort-by`; an empty one asks for nothing. */
function sortPath(call: Call): string | undefined {
  const path = flagText(call.operation, "sort-by");
  return path === "" ? undefined : path;
}

interface TableGroup {
  readonly resource: ApiResource;
  columns: readonly Json[];
  readonly rows: Json[];
}

async function getTables(call: Call, targets: ResourceTargets, query: Query, isWide: boolean): Promise<number> {
  const groups: TableGroup[] = [];
  let tables = 0;
  const failures = await gather(targets.targets, async ({ resource, name }) => {
    const table = await fetchTable(call, resource, name, query, rowObjectOf(call, query));
    tables += 1;
    const last = groups.at(-1);
    const group = last?.resource === resource ? last : { resource, columns: [], rows: [] };
    if (group !== last) groups.push(group);
    if (group.columns.length === 0) group.columns = table.columns;
    group.rows.push(...table.rows);
  }, flagIs(call.operation, "ignore-not-found"));
  const sortBy = sortPath(call);
  const isAlone = tables === 1;
  const texts = groups.map((group, index) => {
    // What follows a type that has namespaces has the column, too.
    const hasNamespace = query.allNamespaces && groups.slice(0, index + 1).some(({ resource }) => resource.namespaced);
    return tableText(call, sortBy === undefined ? group : sorted(group, sortBy, isAlone), isWide, groups.length > 1, hasNamespace);
  });
  const separator = flagIs(call.operation, "no-headers") ? "" : "\n";
  const text = texts.filter((part) => part !== "").join(separator);
  await print(call, text);
  if (text === "" && failures.length === 0 && !flagIs(call.operation, "ignore-not-found")) {
    const isNamespaced = !query.allNamespaces && targets.targets.every((target) => target.resource.namespaced);
    await printError(call, isNamespaced ? `No resources found in ${call.namespace} namespace.\n` : "No resources found\n");
  }
  return await reportFailures(call, failures);
}

/** What is printed besides the cells decides it. kubectl always asks for the metadata, which are most of what a list of thousands weighs. */
function rowObjectOf({ operation }: Call, { allNamespaces }: Query): RowObject {
  return allNamespaces || flagIs(operation, "show-labels") || flagList(operation, "label-columns").length > 0 ? "Metadata" : "None";
}

/** Of a single table kubectl sorts two rows and more, and a path that it cannot sort by leaves nothing of it, without a word; of several it says so. */
function sorted(group: TableGroup, sortBy: string, isAlone: boolean): TableGroup {
  if (isAlone && group.rows.length < 2) return group;
  try {
    return { ...group, rows: [...sortByPath(group.rows, sortBy, (row) => at(row, "object") ?? null)] };
  } catch (error) {
    if (!(error instanceof UnsortablePath) || !isAlone) throw error;
    return { ...group, rows: [] };
  }
}

function tableText(call: Call, group: TableGroup, isWide: boolean, isOneOfMany: boolean, hasNamespace: boolean): string {
  const { operation } = call;
  const kind = group.resource.kind.toLowerCase();
  const style: TableStyle = {
    isWide,
    hasHeaders: !flagIs(operation, "no-headers"),
    hasNamespace,
    hasLabels: flagIs(operation, "show-labels"),
    labelColumns: flagList(operation, "label-columns").flatMap((labels) => labels.split(",")),
    kindPrefix: isOneOfMany || flagIs(operation, "show-kind") ? (group.resource.group === "" ? kind : `${kind}.${group.resource.group}`) : undefined,
  };
  return printTable(group.columns, group.rows, style);
}

async function getObjects(call: Call, targets: ResourceTargets, query: Query, output: string): Promise<number> {
  const printer = objectPrinter(call, output);
  const found: FoundObject[] = [];
  const failures = await gather(targets.targets, async ({ resource, name }) => {
    for (const object of await fetchObjects(call, resource, name, query)) found.push({ resource, object });
  }, flagIs(call.operation, "ignore-not-found"));
  const sortBy = sortPath(call);
  const ordered = sortBy === undefined ? found : sortByPath(found, sortBy, ({ object }) => object);
  const [first] = ordered;
  try {
    if (targets.isSingle && first !== undefined && ordered.length === 1) await print(call, printer.one(first));
    else if (!targets.isSingle && (failures.length === 0 || ordered.length > 0)) await print(call, printer.many(ordered));
  } catch (error) {
    if (error instanceof CutShort) await print(call, error.printed);
    throw error;
  }
  return await reportFailures(call, failures);
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
