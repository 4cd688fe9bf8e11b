import { flagIs, flagText, print, printError, selectorText, type Call } from "./call.ts";
import { resolveType } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { fetchObjects, NO_QUERY } from "./fetch.ts";
import { goSort } from "./goSort.ts";
import { listAt, textAt, type Json } from "./json.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";
import { fetchMetrics, isMore, readSelector, readUsage, sortKey, type SortKey, type Usage, usageCells } from "./usage.ts";

interface Row extends Usage {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly (Usage & { readonly name: string })[];
}

/** `kubectl top pods`: what the metrics API last measured of them. */
export async function topPods(call: Call, name: string | undefined): Promise<number> {
  const { operation } = call;
  const sortBy = sortKey(operation);
  const fieldSelector = selectorText(operation, "field-selector");
  if (name !== undefined && ((flagText(operation, "selector") ?? "") !== "" || fieldSelector !== undefined)) throw new KubectlFailure("error: only one of NAME or selector can be provided");
  const selector = readSelector(operation);
  const allNamespaces = flagIs(operation, "all-namespaces");
  const rows = (await fetchMetrics(call, "pods", name, { ...NO_QUERY, labelSelector: selector, fieldSelector, allNamespaces })).map(readRow);
  if (rows.length === 0) return await explainEmpty(call, selector, allNamespaces);
  await print(call, tableText(call, goSort(rows, rowOrder(sortBy, allNamespaces)), sortBy, allNamespaces));
  return 0;
}

/** No metrics: either no pods, or pods too young (or a broken metrics server). */
async function explainEmpty(call: Call, labelSelector: string | undefined, allNamespaces: boolean): Promise<number> {
  const pods = await fetchObjects(call, await resolveType(call.cluster, "pods", call.signal), undefined, { ...NO_QUERY, labelSelector, allNamespaces });
  if (pods.length > 0) throw new KubectlFailure("error: metrics not available yet");
  await printError(call, allNamespaces ? "No resources found\n" : `No resources found in ${call.namespace} namespace.\n`);
  return 0;
}

function readRow(metrics: Json): Row {
  const containers = listAt(metrics, "containers").map((container) => ({ name: textAt(container, "name"), ...readUsage(container) }));
  return {
    namespace: textAt(metrics, "metadata", "namespace"),
    name: textAt(metrics, "metadata", "name"),
    cpu: containers.reduce((sum, { cpu }) => sum + cpu, 0n),
    memory: containers.reduce((sum, { memory }) => sum + memory, 0n),
    containers,
  };
}

function rowOrder(sortBy: SortKey | undefined, allNamespaces: boolean): (a: Row, b: Row) => boolean {
  return (a, b) => {
    if (sortBy !== undefined) return isMore(a, b, sortBy);
    if (allNamespaces && a.namespace !== b.namespace) return a.namespace < b.namespace;
    return a.name < b.name;
  };
}

function tableText(call: Call, rows: readonly Row[], sortBy: SortKey | undefined, allNamespaces: boolean): string {
  const byContainer = flagIs(call.operation, "containers");
  const lead = (row: Row): readonly string[] => [...(allNamespaces ? [row.namespace] : []), ...(byContainer ? [row.name] : [])];
  const header = [...(allNamespaces ? ["NAMESPACE"] : []), ...(byContainer ? ["POD"] : []), "NAME", "CPU(cores)", "MEMORY(bytes)"];
  const lines = rows.flatMap((row) => {
    const containers = goSort(row.containers, (a, b) => (sortBy === undefined ? a.name < b.name : isMore(a, b, sortBy)));
    return (byContainer ? containers : [row]).map((usage) => [...lead(row), usage.name, ...usageCells(usage)]);
  });
  const hasHeaders = !flagIs(call.operation, "no-headers");
  const all = [...(hasHeaders ? [header] : []), ...lines, ...(flagIs(call.operation, "sum") ? sumLines(rows, hasHeaders ? header.length : 3) : [])];
  return alignTabs(all.map((cells) => `${cells.join("\t")}\t\n`).join(""), TABLE_TABS);
}

function sumLines(rows: readonly Row[], width: number): readonly (readonly string[])[] {
  const total = { cpu: rows.reduce((sum, { cpu }) => sum + cpu, 0n), memory: rows.reduce((sum, { memory }) => sum + memory, 0n) };
  const blanks = (count: number): readonly string[] => Array.from({ length: count }, () => "");
  return [[...blanks(width - 2), "________", "________"], [...blanks(width - 2), ...usageCells(total)]];
}
