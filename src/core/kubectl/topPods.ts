import { RuntimeError } from "../runtimeError.ts";
import { flagIs, flagText, print, printError, type Call } from "./call.ts";
import { discover, resolveType, resourcePath } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { fetchObjects, NO_QUERY, queryText } from "./fetch.ts";
import { listAt, parseJson, textAt, type Json } from "./json.ts";
import { parseQuantity } from "./quantity.ts";
import { goSort } from "./goSort.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";

interface Usage {
  readonly cpu: bigint;
  readonly memory: bigint;
}

interface Row extends Usage {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly (Usage & { readonly name: string })[];
}

/** `kubectl top pods`: what the metrics API last measured. */
export async function runTop(call: Call): Promise<number> {
  const [what = "", name] = call.operation.positionals;
  if (!["pod", "pods", "po"].includes(what)) throw new RuntimeError("internal", `Running kubectl top ${what}: the schema table says that it runs in process, and nothing does it.`);
  return await topPods(call, name);
}

async function topPods(call: Call, name: string | undefined): Promise<number> {
  const { operation } = call;
  const sortBy = flagText(operation, "sort-by") ?? "";
  if (!["", "cpu", "memory"].includes(sortBy)) throw new KubectlFailure("error: --sort-by accepts only cpu or memory");
  const selector = flagText(operation, "selector");
  const fieldSelector = flagText(operation, "field-selector");
  if (name !== undefined && (selector !== undefined || fieldSelector !== undefined)) throw new KubectlFailure("error: only one of NAME or selector can be provided");
  const allNamespaces = flagIs(operation, "all-namespaces");
  const resource = (await discover(call.cluster, call.signal)).find((candidate) => candidate.group === "metrics.k8s.io" && candidate.plural === "pods");
  if (resource === undefined) throw new KubectlFailure("error: Metrics API not available");
  const query = name === undefined ? queryText([["fieldSelector", fieldSelector], ["labelSelector", selector]]) : "";
  const path = resourcePath(resource, allNamespaces ? undefined : call.namespace, name) + query;
  const answer = parseJson(requireSuccess(await call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal)).text) ?? null;
  const rows = (name === undefined ? listAt(answer, "items") : [answer]).map(readRow);
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
  const containers = listAt(metrics, "containers").map((container) => ({ name: textAt(container, "name"), cpu: nano(container, "cpu"), memory: nano(container, "memory") }));
  return {
    namespace: textAt(metrics, "metadata", "namespace"),
    name: textAt(metrics, "metadata", "name"),
    cpu: containers.reduce((sum, { cpu }) => sum + cpu, 0n),
    memory: containers.reduce((sum, { memory }) => sum + memory, 0n),
    containers,
  };
}

function nano(container: Json, resource: string): bigint {
  return parseQuantity(textAt(container, "usage", resource))?.nano ?? 0n;
}

function rowOrder(sortBy: string, allNamespaces: boolean): (a: Row, b: Row) => boolean {
  return (a, b) => {
    if (sortBy === "cpu") return a.cpu > b.cpu;
    if (sortBy === "memory") return a.memory > b.memory;
    if (allNamespaces && a.namespace !== b.namespace) return a.namespace < b.namespace;
    return a.name < b.name;
  };
}

function tableText(call: Call, rows: readonly Row[], sortBy: string, allNamespaces: boolean): string {
  const byContainer = flagIs(call.operation, "containers");
  const lead = (row: Row): readonly string[] => [...(allNamespaces ? [row.namespace] : []), ...(byContainer ? [row.name] : [])];
  const header = [...(allNamespaces ? ["NAMESPACE"] : []), ...(byContainer ? ["POD"] : []), "NAME", "CPU(cores)", "MEMORY(bytes)"];
  const lines = rows.flatMap((row) => {
    const containers = goSort(row.containers, (a, b) => (sortBy === "cpu" ? a.cpu > b.cpu : sortBy === "memory" ? a.memory > b.memory : a.name < b.name));
    return (byContainer ? containers : [row]).map((usage) => [...lead(row), usage.name, ...usageCells(usage)]);
  });
  const hasHeaders = !flagIs(call.operation, "no-headers");
  const all = [...(hasHeaders ? [header] : []), ...lines, ...(flagIs(call.operation, "sum") ? sumLines(rows, hasHeaders ? header.length : 3) : [])];
  return alignTabs(all.map((cells) => `${cells.join("\t")}\t\n`).join(""), TABLE_TABS);
}

function usageCells(usage: Usage): readonly [cpu: string, memory: string] {
  const milli = (usage.cpu + 999_999n) / 1_000_000n;
  const bytes = (usage.memory + 999_999_999n) / 1_000_000_000n;
  return [`${String(milli)}m`, `${String(bytes / (1024n * 1024n))}Mi`];
}

function sumLines(rows: readonly Row[], width: number): readonly (readonly string[])[] {
  const total = { cpu: rows.reduce((sum, { cpu }) => sum + cpu, 0n), memory: rows.reduce((sum, { memory }) => sum + memory, 0n) };
  const blanks = (count: number): readonly string[] => Array.from({ length: count }, () => "");
  return [[...blanks(width - 2), "________", "________"], [...blanks(width - 2), ...usageCells(total)]];
}
