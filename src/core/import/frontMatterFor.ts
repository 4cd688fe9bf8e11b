import type { Operation } from "../command/operation.ts";
import type { CellPlan } from "../command/plan.ts";
import { planRunbook } from "../command/planRunbook.ts";
import { readDay } from "../lint/days.ts";
import { readProse, type ProseLine } from "../lint/proseLines.ts";
import type { RunbookDocument } from "../runbook/document.ts";
import { parseDuration } from "../runbook/duration.ts";

/** Front matter as plain values, in the order in which it is written. */
export type FrontMatterKeys = Readonly<Record<string, unknown>>;

/** The front matter that a document's own words give (docs/FORMAT.md, Importing); only what they say, nothing is made up. */
export function frontMatterFor(document: RunbookDocument, name: string): FrontMatterKeys {
  const prose = readProse(document);
  const title = document.frontMatter.title ?? document.steps[0]?.title ?? name;
  const severity = lineValue(prose, /^severity$/i)?.toLowerCase();
  const reviewed = readDay(lineValue(prose, /^last reviewed?$/i) ?? lineValue(prose, /^last updated$/i) ?? "");
  const plans = planRunbook(document);
  const operations = plans.flatMap((plan) => plan?.statements.flatMap((statement) => statement.operations) ?? []);
  const known = operations.flatMap(({ operation, unresolved }) => (unresolved.length === 0 || operation.destination?.kind !== "http" ? [operation] : []));
  const targets = targetsOf(known);
  const parameters = parametersOf(plans);
  const keys = {
    title,
    id: slugOf(title),
    owner: lineValue(prose, /^owner$/i),
    severity: ["critical", "high", "medium", "low"].find((one) => one === severity),
    rto: rowValue(prose, /^RTO\b/),
    rpo: rowValue(prose, /^RPO\b/),
    reviewed,
    targets: Object.keys(targets).length === 0 ? undefined : targets,
    parameters: Object.keys(parameters).length === 0 ? undefined : parameters,
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

function slugOf(title: string): string {
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  return words === "" ? "runbook" : words;
}

/** What follows the colon of a line `**Owner**: DevOps`. */
function lineValue(prose: readonly ProseLine[], key: RegExp): string | undefined {
  for (const { text } of prose) {
    const match = /^[\s>*_-]*([A-Za-z ]+?)[*_]*\s*:[*_]*\s*(\S.*?)\s*$/.exec(text);
    if (match !== null && key.test(match[1] ?? "")) return match[2]?.replaceAll(/[*_`]/g, "");
  }
  return undefined;
}

/** The duration in the second cell of a table row `| **RTO (Recovery Time)** | 15 minutes |`. */
function rowValue(prose: readonly ProseLine[], key: RegExp): string | undefined {
  for (const { text } of prose) {
    if (!text.trim().startsWith("|")) continue;
    const [first = "", second = ""] = text.split("|").slice(1).map((cell) => cell.replaceAll("*", "").trim());
    if (key.test(first) && parseDuration(second) !== undefined) return second;
  }
  return undefined;
}

/** Where the commands go: a cluster for each context, one account with its buckets, an address for each host. */
function targetsOf(operations: readonly Operation[]): Readonly<Record<string, unknown>> {
  const targets: Record<string, unknown> = {};
  const clusters = Map.groupBy(operations.flatMap(({ destination }) => (destination?.kind === "kubernetes" ? [destination] : [])), (one) => one.context);
  // A call without a context goes to the first cluster of the list: the one without a context has to be it.
  for (const [context, uses] of [...clusters].toSorted(([a], [b]) => Number(a !== undefined) - Number(b !== undefined))) {
    const namespace = mostUsed(uses.flatMap((one) => one.namespace ?? []));
    targets[freeName(targets, context ?? "cluster")] = { kubernetes: { ...(context === undefined ? {} : { context }), ...(namespace === undefined ? {} : { namespace }) } };
  }
  const accounts = operations.flatMap(({ destination }) => (destination?.kind === "aws" ? [destination] : []));
  if (accounts.length > 0) {
    const buckets = [...new Set(accounts.flatMap((one) => (one.bucket !== undefined && /^[a-z0-9.-]+$/.test(one.bucket) ? [one.bucket] : [])))];
    const region = mostUsed(accounts.flatMap((one) => one.region ?? []));
    targets[freeName(targets, "aws")] = { aws: { ...(region === undefined ? {} : { region }), ...(buckets.length === 0 ? {} : { buckets }) } };
  }
  const origins = new Set(operations.flatMap(({ destination }) => (destination?.kind === "http" ? (originOf(destination.url) ?? []) : [])));
  for (const origin of origins) targets[freeName(targets, new URL(origin).hostname.split(".")[0] ?? "http")] = { http: origin };
  return targets;
}

/** `https://api.example.com`; `undefined` for addresses of this machine, and for words that are no address. */
function originOf(url: string): string | undefined {
  const address = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
  if (!/^https?:\/\/[\w.-]+(?::\d+)?(?:[/?#]|$)/i.test(address) || !URL.canParse(address)) return undefined;
  const { origin, hostname } = new URL(address);
  return /^(?:localhost|127\.|0\.0\.0\.0)/.test(hostname) ? undefined : origin;
}

function freeName(taken: Readonly<Record<string, unknown>>, wanted: string): string {
  const base = wanted.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^-+|-+$/g, "") || "target";
  let name = base;
  for (let count = 2; Object.hasOwn(taken, name); count++) name = `${base}-${String(count)}`;
  return name;
}

function mostUsed(words: readonly string[]): string | undefined {
  const known = words.filter((word) => /^[\w.-]+$/.test(word));
  const counts = [...Map.groupBy(known, (word) => word)].toSorted(([, a], [, b]) => b.length - a.length);
  return counts[0]?.[0];
}

/** Variables that commands use and nothing sets; what is called a password or a token is a secret, and asked for. */
function parametersOf(plans: readonly (CellPlan | undefined)[]): Readonly<Record<string, { readonly type: string }>> {
  const names = plans.flatMap((plan) => plan?.problems.flatMap((problem) => (problem.code === "variable-not-set" ? [problem.facts["name"] ?? ""] : [])) ?? []);
  const usable = [...new Set(names)].filter((name) => /^[A-Za-z_]\w*$/.test(name));
  return Object.fromEntries(usable.map((name) => [name, { type: /PASS|TOKEN|SECRET|API_?KEY/i.test(name) ? "secret" : "string" }]));
}
