import type { RunbookDocument } from "../runbook/document.ts";
import { clockText } from "./clockText.ts";
import { describeEvent } from "./eventText.ts";
import type { JournalRecord, RunVerdict } from "./journalEvent.ts";
import { reduceJournal, type RunState } from "./runState.ts";

/**
 * The incident log: who did what, where, when (UTC) and what came of it, out of the journal alone. It is Markdown in the runbook
 * format, so it opens as a notebook; it names no targets, so nothing in it can be run by mistake.
 */
export function exportMarkdown(document: RunbookDocument, records: readonly JournalRecord[]): string {
  const state = reduceJournal(records);
  const kind = state.mode === "drill" ? "Drill log" : "Incident log";
  return [
    "---", `title: ${JSON.stringify(`${kind}: ${state.title}`)}`, `id: ${JSON.stringify(state.run)}`, "---", "",
    `# ${kind}: ${state.title}`, "",
    ...summary(state, records), "",
    "## Timeline", "", "All times are UTC.", "",
    "| Time | After impact | What happened |", "| --- | --- | --- |",
    ...records.flatMap((record) => timelineRow(record, state)), "",
    "## What was run", "",
    ...executions(records, document),
    "## Record", "",
    `The journal has ${records.length} records, each chained to the one before by SHA-256. The hash of the last one is:`, "",
    fence("text", state.head), "",
  ].join("\n");
}

function summary(state: RunState, records: readonly JournalRecord[]): string[] {
  const started = records.find((record) => record.type === "runStarted");
  const rows: [string, string][] = [
    ["Run", state.run],
    ["Kind", state.mode === "drill" ? `Drill${started?.type === "runStarted" && started.unattended ? ", unattended (no proof of readiness)" : ""}` : "Incident"],
    ["Driver", state.driver],
    ["Runbook", started?.type === "runStarted" ? `${started.runbook.id} (SHA-256 ${started.runbook.sha256.slice(0, 16)}…)` : ""],
    ...state.targets.map((target): [string, string] => [`Target ${target.name}`, `${target.kind} at ${target.address}${target.identity === "" ? "" : `, identity ${target.identity}`}, as ${target.actor}`]),
    ["Impact began", state.impactAt === undefined ? "not recorded" : utc(state.impactAt)],
    ["Service restored", state.restoredAt === undefined ? "not restored" : utc(state.restoredAt)],
    ["Recovery time", recoveryText(state)],
    ["RPO", state.rpoMs === undefined ? "no objective" : `objective ${clockText(state.rpoMs)}; achieved: unknown (no evidence was recorded)`],
    ["Verdict", state.ended === undefined ? "the run is still open" : verdictText(state.ended)],
  ];
  return ["| | |", "| --- | --- |", ...rows.map(([name, value]) => `| ${name} | ${cell(value)} |`)];
}

function recoveryText(state: RunState): string {
  const objective = state.rtoMs === undefined ? "no RTO" : `RTO ${clockText(state.rtoMs)}`;
  if (state.impactAt === undefined || state.restoredAt === undefined) return `not measured (${objective})`;
  return `${clockText(state.restoredAt - state.impactAt)} (${objective})`;
}

function verdictText(verdict: RunVerdict): string {
  return verdict.reasons.length === 0 ? verdict.status : `${verdict.status}: ${verdict.reasons.join(" ")}`;
}

function timelineRow(record: JournalRecord, state: RunState): string[] {
  const text = describeEvent(record)?.text;
  // Expectations and verification rounds stand beside their cells; in the timeline they would drown what people did.
  if (text === undefined || record.type === "expectationChecked" || record.type === "verificationChecked") return [];
  const at = record.type === "clockMarked" ? record.markedAt : record.at;
  const after = state.impactAt === undefined || at < state.impactAt ? "" : clockText(at - state.impactAt);
  return [`| ${utc(at).slice(11, 19)} | ${after} | ${cell(text)} |`];
}

function stepTitle(id: string | undefined, document: RunbookDocument): string {
  const step = document.steps.find((candidate) => candidate.id === id);
  return step === undefined ? "" : `${step.title}: `;
}

/** Each execution with its text, answers, outputs and expectations, in the order they began. */
function executions(records: readonly JournalRecord[], document: RunbookDocument): string[] {
  return records.flatMap((record) => {
    if (record.type !== "cellStarted") return [];
    const own = records.filter((other) => "execution" in other && other.execution === record.execution);
    const end = own.find((other) => other.type === "cellOutcome");
    const status = end?.type === "cellOutcome" ? `${end.outcome.status}, ${clockText(end.outcome.endedAt - end.outcome.startedAt)}` : "unknown: its end was not seen, verify its effect";
    return [
      `### ${utc(record.at).slice(11, 19)} ${record.cell.name}`, "",
      `${stepTitle(record.cell.step, document)}**${status}**`, "",
      fence(record.cell.language === "sql" ? "sql" : "bash", record.text), "",
      ...own.flatMap((other) => executionDetail(other)),
    ];
  });
}

function executionDetail(record: JournalRecord): string[] {
  if (record.type === "gateAsked") {
    const { title, target, address, actor, why } = record.question;
    return [`- Gate: ${title} on ${target} (${address}) as ${actor}. ${why}.`, ""];
  }
  if (record.type === "gateAnswered") return [`- Answer: **${record.answer}** by ${record.by} at ${utc(record.at)}`, ""];
  if (record.type === "expectationChecked") return [`- Expected ${record.expected}: **${record.result}**${record.actual === "" ? "" : ` (got ${oneLine(record.actual)})`}`, ""];
  if (record.type !== "statementOutcome") return [];
  return [
    ...(record.stdout === "" ? [] : [fence("text", record.stdout), ""]),
    ...(record.stderr === "" ? [] : ["Standard error:", "", fence("text", record.stderr), ""]),
    ...record.files.flatMap((file) => [`- File: \`${file.path}\`, ${file.bytes} bytes, SHA-256 \`${file.sha256}\``, ""]),
    ...(record.outcome.message === undefined ? [] : [`- ${record.outcome.status}: ${record.outcome.message}`, ""]),
  ];
}

/** A fence that its content cannot close. */
function fence(language: string, content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map((match) => match[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${content.replace(/\n+$/, "")}\n${ticks}`;
}

function utc(ms: number): string {
  return new Date(ms).toISOString();
}

function cell(text: string): string {
  return oneLine(text).replaceAll("|", String.raw`\|`);
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
