import type { Operation, Risk } from "../command/operation.ts";
import { worseRisk } from "../command/plan.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { RuntimeError } from "../runtimeError.ts";
import type { StatementInfo } from "../shell/host.ts";
import type { CellRunnerHost } from "./cellRunner.ts";
import { keepEvidence } from "./evidence.ts";
import type { GateQuestion, PinnedTarget, WrittenFile } from "./journalEvent.ts";
import { describeMoves, inspectObjects, type Inspection } from "./objects.ts";
import { chooseTarget, describeUnknownTarget, findDrift, isUnpinned, pinTarget } from "./targets.ts";

/** What the gate decided about a statement. */
export type GateDecision =
  | { readonly kind: "passed"; readonly risk: Risk; readonly evidence: readonly WrittenFile[] }
  | { readonly kind: "refused"; readonly message: string };

interface GateStatement {
  readonly execution: string;
  readonly info: StatementInfo;
  readonly risk: Risk;
}

/**
 * Lets a statement pass or refuses it. Reads pass at once. Anything else must go to a pinned target that has not drifted, and a
 * person must say yes to the resolved request; destruction wants the target's alias typed. No answer is No.
 */
export async function passGate(statement: GateStatement, host: CellRunnerHost, signal: AbortSignal): Promise<GateDecision> {
  const { info } = statement;
  if (statement.risk === "read") return { kind: "passed", risk: "read", evidence: [] };
  const riskiest = info.operations.find((operation) => operation.risk === statement.risk) ?? info.operations[0];
  if (riskiest === undefined) return { kind: "passed", risk: statement.risk, evidence: [] };
  const place = await findTarget(riskiest, host, signal);
  if (place.kind === "refused") return place;
  let moved: readonly string[] = [];
  let loss: string | undefined;
  let inspection = await inspectObjects(riskiest, host, signal);
  for (;;) {
    if (inspection.obstacle !== undefined) return { kind: "refused", message: inspection.obstacle };
    const risk = loss === undefined ? worseRisk(statement.risk, inspection.risk ?? "read") : "destroy";
    const asked = askedQuestion(info, riskiest, risk, place.pinned, { ...inspection, why: loss ?? inspection.why, moved });
    const refused = await askPerson(statement.execution, asked, host, signal);
    if (refused !== undefined) return { kind: "refused", message: refused };
    // A question can stand open for minutes, and others are at work too: what was agreed to must still be what is there.
    const now = await inspectObjects(riskiest, host, signal);
    moved = describeMoves(inspection.live, now.live);
    inspection = now;
    if (moved.length > 0) continue;
    if (loss !== undefined) return { kind: "passed", risk, evidence: [] };
    const evidence = await keepEvidence(info.operations, host, signal);
    if (evidence.kind === "kept") return { kind: "passed", risk, evidence: evidence.files };
    loss = `The logs and the description of what goes cannot be kept (${evidence.reason}), so they are lost with it`;
  }
}

/** Journals the question, asks it, and journals the answer. Resolves with why the statement may not run; `undefined` is a yes. */
async function askPerson(execution: string, asked: GateQuestion, host: CellRunnerHost, signal: AbortSignal): Promise<string | undefined> {
  // The resolved request may hold a token that an earlier cell put into a variable: it is for no screen and no journal.
  const question = { ...asked, request: host.redact(asked.request) };
  await host.record({ type: "gateAsked", execution, question });
  const answer = await host.ask({ kind: "gate", execution, question }, signal);
  const isYes = answer?.kind === "gate" && answer.answer === "yes" && (question.typed === undefined || answer.typed === question.typed);
  await host.record({ type: "gateAnswered", execution, answer: isYes ? "yes" : "no", by: host.isUnattended ? "unattended drill" : "person" });
  return isYes ? undefined : refusal(answer, question);
}

function refusal(answer: Awaited<ReturnType<CellRunnerHost["ask"]>>, question: GateQuestion): string {
  if (answer?.kind === "gate" && answer.answer === "yes") return `Refused: "${answer.typed ?? ""}" is not "${question.typed ?? ""}". Nothing was changed.`;
  return "Refused: the answer was No. Nothing was changed.";
}

type Place = { readonly kind: "place"; readonly spec: TargetSpec; readonly pinned: PinnedTarget } | { readonly kind: "refused"; readonly message: string };

async function findTarget(operation: Operation, host: CellRunnerHost, signal: AbortSignal): Promise<Place> {
  const choice = chooseTarget(operation.destination, host.specs);
  if (choice.kind !== "target") return { kind: "refused", message: describeUnknownTarget(operation, choice.kind === "unknown" ? choice.wanted : "place it changes") };
  const known = host.targets.find((target) => target.name === choice.spec.name);
  if (known === undefined) return { kind: "refused", message: `Running ${operation.tool} ${operation.verb}: the target ${choice.spec.name} is not pinned. Start the run again.` };
  try {
    const pinned = isUnpinned(known) ? await pinLate(choice.spec, host, signal) : known;
    if (isUnpinned(pinned)) return { kind: "refused", message: `Changing ${pinned.name}: there is no such cluster yet: ${pinned.actor}. Make it or its kubeconfig context first.` };
    const drift = await findDrift(pinned, choice.spec, host.ports, signal);
    if (drift === undefined) return { kind: "place", spec: choice.spec, pinned };
    await host.record({ type: "targetDrifted", target: pinned.name, pinned: `${pinned.address} (${pinned.identity})`, found: drift });
    return { kind: "refused", message: `Changing ${pinned.name}: another ${pinned.kind} answers under that name. Pinned was ${pinned.address} (${pinned.identity}), now it is ${drift}. Nothing was changed; find out why before you go on.` };
  } catch (error) {
    if (error instanceof RuntimeError) return { kind: "refused", message: `Changing ${known.name}: ${error.message} ${error.hint}`.trim() };
    throw error;
  }
}

/** Pins a target that came into being since the run began; the question that follows shows it in full. */
async function pinLate(spec: TargetSpec, host: CellRunnerHost, signal: AbortSignal): Promise<PinnedTarget> {
  const pinned = await pinTarget(spec, host.ports, signal);
  if (!isUnpinned(pinned)) await host.record({ type: "targetPinned", target: pinned });
  return pinned;
}

function askedQuestion(info: StatementInfo, operation: Operation, risk: Risk, pinned: PinnedTarget, seen: Pick<Inspection, "objects" | "why" | "undo"> & { readonly moved: readonly string[] }): GateQuestion {
  return {
    statement: info.index, risk, title: titleOf(risk, operation),
    request: info.operations.map((call) => call.argv.map(quoteWord).join(" ")).join(" | "),
    target: pinned.name, alias: pinned.alias, address: pinned.address, actor: pinned.actor, objects: seen.objects, moved: seen.moved, why: seen.why ?? operation.why, undo: seen.undo ?? operation.undo,
    typed: risk === "destroy" ? pinned.alias : undefined,
  };
}

function titleOf(risk: Risk, operation: Operation): string {
  const what = `${operation.tool} ${operation.verb}`.trim();
  switch (risk) {
    case "read":
      return what;
    case "change":
      return `Change: ${what}`;
    case "destroy":
      return `DESTROY: ${what}`;
    case "undetermined":
      return `Risk unknown: ${what}`;
  }
}

/** What a question says of the way back. */
export function undoText(question: GateQuestion): string {
  return question.undo ?? (question.risk === "destroy" ? "There is no way back." : "No command is known that takes it back.");
}

/** A word as a shell would need it written. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
