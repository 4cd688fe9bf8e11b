import { flagText, type Call } from "./call.ts";
import { discover, resourcePath } from "./discovery.ts";
import { KubectlFailure, requireSuccess } from "./failure.ts";
import { queryText, type Query } from "./fetch.ts";
import { parseLabelSelector, SelectorProblem } from "./labelSelector.ts";
import { at, listAt, parseJson, textAt, type Json } from "./json.ts";
import { parseQuantity } from "./quantity.ts";
import type { Operation } from "../command/operation.ts";

/** What is used, in billionths of a core and of a byte. */
export interface Usage {
  readonly cpu: bigint;
  readonly memory: bigint;
}

export type SortKey = "cpu" | "memory";

/** `--sort-by` of `kubectl top`; `undefined` sorts by name. Throws kubectl's refusal of any other. */
export function sortKey(operation: Operation): SortKey | undefined {
  const text = flagText(operation, "sort-by") ?? "";
  if (text === "") return undefined;
  if (text !== "cpu" && text !== "memory") throw new KubectlFailure("error: --sort-by accepts only cpu or memory");
  return text;
}

/** `--selector`, which this verb reads itself before it asks for anything. Throws kubectl's refusal. */
export function readSelector(operation: Operation): string | undefined {
  const selector = flagText(operation, "selector");
  try {
    parseLabelSelector(selector ?? "");
  } catch (error) {
    throw error instanceof SelectorProblem ? new KubectlFailure(`error: ${error.message}`) : error;
  }
  return selector === "" ? undefined : selector;
}

/** What the metrics API last measured of pods or nodes, or of one by name. Throws where no such API is served. */
export async function fetchMetrics(call: Call, plural: "pods" | "nodes", name: string | undefined, query: Query): Promise<readonly Json[]> {
  const resource = (await discover(call.cluster, call.signal)).find((candidate) => candidate.group === "metrics.k8s.io" && candidate.plural === plural);
  if (resource === undefined) throw new KubectlFailure("error: Metrics API not available");
  const selectors = name === undefined ? queryText([["fieldSelector", query.fieldSelector], ["labelSelector", query.labelSelector]]) : "";
  const path = resourcePath(resource, query.allNamespaces ? undefined : call.namespace, name) + selectors;
  const answer = parseJson(requireSuccess(await call.cluster.request({ method: "GET", path, accept: "application/json" }, call.signal)).text) ?? null;
  return name === undefined ? listAt(answer, "items") : [answer];
}

/** The `usage` of a container's or a node's metrics. */
export function readUsage(metrics: Json): Usage {
  return readAmounts(at(metrics, "usage") ?? null);
}

/** Cores and bytes of an object that names both as quantities (`usage`, `allocatable`). */
export function readAmounts(amounts: Json): Usage {
  const nano = (resource: SortKey): bigint => parseQuantity(textAt(amounts, resource))?.nano ?? 0n;
  return { cpu: nano("cpu"), memory: nano("memory") };
}

/** Whether `a` stands before `b`: what prints alike to the thousandth of a core, or to the byte, counts as equal. */
export function isMore(a: Usage, b: Usage, sortBy: SortKey): boolean {
  return sortBy === "cpu" ? milliCores(a) > milliCores(b) : wholeBytes(a) > wholeBytes(b);
}

/** Both as kubectl shows them: cores in thousandths, rounded up, and whole MiB. */
export function usageCells(usage: Usage): readonly [cpu: string, memory: string] {
  return [`${String(milliCores(usage))}m`, `${String(wholeBytes(usage) / (1024n * 1024n))}Mi`];
}

function milliCores({ cpu }: Usage): bigint {
  return (cpu + 999_999n) / 1_000_000n;
}

function wholeBytes({ memory }: Usage): bigint {
  return (memory + 999_999_999n) / 1_000_000_000n;
}
