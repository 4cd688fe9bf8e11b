import { flagIs, flagText, print, type Call } from "./call.ts";
import { resolveType } from "./discovery.ts";
import { KubectlFailure } from "./failure.ts";
import { fetchObjects, NO_QUERY } from "./fetch.ts";
import { goSort } from "./goSort.ts";
import { at, textAt, type Json } from "./json.ts";
import { alignTabs, TABLE_TABS } from "./tabwriter.ts";
import { fetchMetrics, isMore, readAmounts, readSelector, readUsage, sortKey, type Usage, usageCells } from "./usage.ts";

const HEADER = ["NAME", "CPU(cores)", "CPU%", "MEMORY(bytes)", "MEMORY%"];

interface Row extends Usage {
  readonly name: string;
}

/** `kubectl top nodes`: what the metrics API last measured of them, and the share of what they have. A node that it has not measured comes last. */
export async function topNodes(call: Call, name: string | undefined): Promise<number> {
  const { operation } = call;
  const sortBy = sortKey(operation);
  if (name !== undefined && (flagText(operation, "selector") ?? "") !== "") throw new KubectlFailure("error: only one of NAME or --selector can be provided");
  const selector = readSelector(operation);
  const query = { ...NO_QUERY, labelSelector: selector };
  const rows = (await fetchMetrics(call, "nodes", name, query)).map((metrics): Row => ({ name: textAt(metrics, "metadata", "name"), ...readUsage(metrics) }));
  if (rows.length === 0) throw new KubectlFailure("error: metrics not available yet");
  const nodes = await fetchObjects(call, await resolveType(call.cluster, "nodes", call.signal), name, query);
  const sizes = new Map(nodes.map((node) => [textAt(node, "metadata", "name"), at(node, "status", flagIs(operation, "show-capacity") ? "capacity" : "allocatable") ?? null]));
  const measured = goSort(rows, (a, b) => (sortBy === undefined ? a.name < b.name : isMore(a, b, sortBy)));
  const unmeasured = [...sizes.keys()].filter((node) => rows.every((row) => row.name !== node)).sort();
  const lines = [
    ...(flagIs(operation, "no-headers") ? [] : [HEADER]),
    ...measured.map((row) => [row.name, ...usedCells(row, sizes.get(row.name) ?? null)]),
    ...unmeasured.map((node) => [node, ...HEADER.slice(1).map(() => "<unknown>")]),
  ];
  await print(call, alignTabs(lines.map((cells) => `${cells.join("\t")}\t\n`).join(""), TABLE_TABS));
  return 0;
}

/** Cores and memory, each followed by its share where the node says how much it has. */
function usedCells(used: Usage, size: Json): readonly string[] {
  const whole = readAmounts(size);
  const [cpu, memory] = usageCells(used);
  return [cpu, ...shareCells(used.cpu, whole.cpu), memory, ...shareCells(used.memory, whole.memory)];
}

function shareCells(used: bigint, whole: bigint): readonly string[] {
  return whole === 0n ? [] : [`${String((used * 100n) / whole)}%`];
}
