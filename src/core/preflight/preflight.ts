import { stateOf, withLimit } from "../health/reach.ts";
import type { Operation } from "../command/operation.ts";
import type { PlannedOperation } from "../command/plan.ts";
import { shortStepName } from "../plan/stepWords.ts";
import type { PlannedCall, PlannedCell, RunbookPlan } from "../plan/runbookPlan.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { describeUnknownTarget } from "../run/targets.ts";
import { RuntimeError } from "../runtimeError.ts";
import { fails, settled, unknown, warns, type Check, type CheckSources } from "./check.ts";
import { clusterChecks } from "./clusterChecks.ts";
import { endpointChecks } from "./endpointChecks.ts";
import { binaryChecks, parameterChecks, textChecks, unresolvedChecks } from "./localChecks.ts";
import { readOnlyPorts } from "./readOnly.ts";
import { CHECK_KINDS, type CheckPlace, type CheckVerdict, type Finding, type PreflightItem, type PreflightReport } from "./report.ts";
import { storageChecks } from "./storageChecks.ts";
import { askExpiry, askTarget, type TargetAnswer } from "./targetChecks.ts";

/** So many checks of one target at a time: each more would open a connection of its own, and its handshake costs more than the wait. */
const PARALLEL_CHECKS = 6;

/** A check beside its target's own answer may take this long, milliseconds; then it is unknown, and the rest is reported all the same. */
const CHECK_LIMIT_MS = 10_000;

interface Gathered {
  readonly check: Check;
  readonly places: CheckPlace[];
  /** Keys of what must hold before this one tells anything of its own. */
  readonly after: Set<string>;
}

/**
 * Checks all that a runbook needs, everything at once, and changes nothing: the ports that the checks get refuse whatever could. Never
 * rejects for what a target does; rejects with the signal's reason when aborted.
 */
export async function runPreflight(plan: RunbookPlan, values: Readonly<Record<string, string>>, given: CheckSources, signal: AbortSignal): Promise<PreflightReport> {
  const startedAt = given.clock.now();
  const sources: CheckSources = { ...given, ports: readOnlyPorts(given.ports) };
  const { frontMatter } = plan.document;
  const gathered = gatherChecks(plan, values, sources.isDrill);
  const answers = new Map(frontMatter.targets.map((spec) => [spec.name, askTarget(spec, sources, signal)]));
  const findings = new Map<string, Finding>();
  const byTarget = Map.groupBy([...gathered.values()], ({ check }) => check.target?.name);
  await Promise.all([...byTarget.values()].map((group) => eachInParallel(group, PARALLEL_CHECKS, async ({ check }) => {
    const finding = await answerCheck(check, answers, sources, signal);
    if (finding !== undefined) findings.set(check.key, finding);
  })));
  const targets = await Promise.all(frontMatter.targets.map(async (spec) => ({ spec, answer: await answers.get(spec.name), expiry: await expiryOf(spec, answers, sources, signal) })));
  const items = [
    ...targets.flatMap(({ spec, answer, expiry }) => targetItems(spec, answer, expiry, placesOf(plan, spec))),
    ...joinEqual([...gathered.values()].flatMap((one) => itemOf(one, findings))),
  ].toSorted((a, b) => CHECK_KINDS.indexOf(a.kind) - CHECK_KINDS.indexOf(b.kind));
  return {
    version: 1, title: frontMatter.title ?? "runbook", startedAt, tookMs: given.clock.now() - startedAt, isDrill: sources.isDrill,
    targets: targets.flatMap(({ answer }) => (answer === undefined ? [] : [answer.report])), items, counts: countVerdicts(items),
  };
}

/** Works through a list with a few at a time, in order. */
async function eachInParallel<T>(list: readonly T[], limit: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = list[Symbol.iterator]();
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, async () => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) await work(next.value);
  }));
}

/** Every check of the runbook, equal ones once, with the cells that need it. */
function gatherChecks(plan: RunbookPlan, values: Readonly<Record<string, string>>, isDrill: boolean): ReadonlyMap<string, Gathered> {
  const found = new Map<string, Gathered>();
  const add = (check: Check, place: CheckPlace | undefined, after: readonly string[]): void => {
    const known = found.get(check.key) ?? { check, places: [], after: new Set<string>() };
    found.set(check.key, known);
    if (place !== undefined && !known.places.some((other) => other.cell === place.cell)) known.places.push(place);
    for (const key of after) known.after.add(key);
  };
  for (const check of parameterChecks(plan.document.frontMatter, values)) add(check, undefined, []);
  let isAfterMaking = false;
  for (const cell of plan.cells) {
    const place = placeOf(plan, cell);
    for (const check of textChecks(cell)) add(check, place, []);
    for (const call of cell.calls) {
      for (const one of call.resolved) {
        const checks = checksOfCall(one, call, { isDrill, isAfterMaking });
        const first = checks.filter(({ kind }) => kind === "permission" || kind === "object").map(({ key }) => key);
        for (const check of checks) add(check, place, check.kind === "dryRun" ? first : []);
      }
    }
    isAfterMaking ||= cell.calls.some(({ written }) => makesObjects(written.operation));
  }
  return found;
}

function makesObjects({ tool, verb, risk }: Operation): boolean {
  return tool === "kubectl" && risk !== "read" && ["apply", "create", "run", "expose", "autoscale", "replace"].includes(verb);
}

/** What one call needs. `isAfterMaking`: a cell further up makes objects. */
function checksOfCall(planned: PlannedOperation, { target }: PlannedCall, around: { readonly isDrill: boolean; readonly isAfterMaking: boolean }): readonly Check[] {
  const { operation } = planned;
  const local = [...binaryChecks(operation, around.isDrill), ...unresolvedChecks(planned)];
  if (target.kind === "none") return local;
  if (operation.tool === "curl") return [...local, ...endpointChecks(planned, target.kind === "target" ? target.spec : undefined), ...(target.kind === "unknown" ? unknownTarget(planned, target.wanted) : [])];
  if (target.kind === "unknown") return [...local, ...unknownTarget(planned, target.wanted)];
  const { spec } = target;
  switch (spec.kind) {
    case "kubernetes":
      return [...local, ...clusterChecks(planned, { spec, namespace: operation.destination?.kind === "kubernetes" ? operation.destination.namespace : undefined }, around.isAfterMaking)];
    case "aws":
      return [...local, ...storageChecks(planned, spec)];
    case "http":
      return local;
  }
}

/** The gate refuses a change whose target the runbook does not name; a read goes through. */
function unknownTarget({ operation }: PlannedOperation, wanted: string): readonly Check[] {
  if (operation.risk === "read") return [settled("target", wanted, warns(`the runbook has no target for the ${wanted}`, "Add it under targets in the front matter, or correct the command."))];
  return [settled("target", wanted, fails(describeUnknownTarget(operation, wanted), "Nothing but reads goes where no target is named."))];
}

/** `undefined` where the target's own answer says it all. */
async function answerCheck(check: Check, answers: ReadonlyMap<string, Promise<TargetAnswer>>, sources: CheckSources, signal: AbortSignal): Promise<Finding | undefined> {
  const answer = check.target === undefined ? undefined : await answers.get(check.target.name);
  if (answer !== undefined && answer.report.state !== "reachable") return undefined;
  try {
    return await withLimit(sources.clock, CHECK_LIMIT_MS, signal, (limited) => askAgain(() => check.run(sources, limited)));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RuntimeError)) throw error;
    return unknown(error.message, error.hint);
  }
}

/** The target has just answered: a connection that fails now is asked for once more before anything is said of it. */
async function askAgain<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (stateOf(error) !== "unreachable") throw error;
    return ask();
  }
}

async function expiryOf(spec: TargetSpec, answers: ReadonlyMap<string, Promise<TargetAnswer>>, sources: CheckSources, signal: AbortSignal): Promise<Finding | undefined> {
  if (spec.kind === "http" || (await answers.get(spec.name))?.report.state !== "reachable") return undefined;
  return answerCheck({ key: "", kind: "credential", what: "", target: undefined, run: (all) => askExpiry(spec, all) }, answers, sources, signal);
}

function targetItems(spec: TargetSpec, answer: TargetAnswer | undefined, expiry: Finding | undefined, places: readonly CheckPlace[]): readonly PreflightItem[] {
  const reach = answer === undefined ? [] : [{ kind: "target" as const, what: `${spec.alias} answers`, target: spec.name, places, ...answer.finding }];
  return [...reach, ...(expiry === undefined ? [] : [{ kind: "credential" as const, what: `credentials for ${spec.alias}`, target: spec.name, places, ...expiry }])];
}

/** What a dry run says of a call whose right or object is missing is said already. */
function itemOf({ check, places, after }: Gathered, findings: ReadonlyMap<string, Finding>): readonly PreflightItem[] {
  const finding = findings.get(check.key);
  if (finding === undefined) return [];
  const isSaid = finding.verdict === "fails" && [...after].some((key) => ["fails", "warns"].includes(findings.get(key)?.verdict ?? "ok"));
  const shown = isSaid ? unknown(`the server refuses to try it: ${finding.detail}`) : finding;
  return [{ kind: check.kind, what: check.what, target: check.target?.name, places, ...shown }];
}

/** The same thing found twice (a type that is not there, for reading and for changing) is one line. */
function joinEqual(items: readonly PreflightItem[]): readonly PreflightItem[] {
  const groups = Map.groupBy(items, (item) => (item.verdict === "ok" ? `${item.kind}|${item.what}|${item.target ?? ""}` : `${item.kind}|${item.verdict}|${item.detail}`));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const places = [first, ...others].flatMap((item) => item.places);
    return [{ ...first, places: places.filter((place, index) => places.findIndex(({ cell }) => cell === place.cell) === index) }];
  });
}

function placeOf(plan: RunbookPlan, { name, step }: PlannedCell): CheckPlace {
  return { cell: name, step: step === undefined ? undefined : shortStepName(plan.document, step) };
}

/** The cells that go to a target. */
function placesOf(plan: RunbookPlan, spec: TargetSpec): readonly CheckPlace[] {
  return plan.cells.filter((cell) => cell.calls.some(({ target }) => target.kind === "target" && target.spec.name === spec.name)).map((cell) => placeOf(plan, cell));
}

function countVerdicts(items: readonly PreflightItem[]): PreflightReport["counts"] {
  const counts: Record<CheckVerdict, number> = { ok: 0, fails: 0, warns: 0, unknown: 0 };
  for (const { verdict } of items) counts[verdict] += 1;
  return counts;
}
