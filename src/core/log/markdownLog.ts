import { afterImpact, type ExecutionDetail, type IncidentLog, statusText, utc, utcTime } from "./incidentLog.ts";
import { STREAM_WORDS, wholeOutputWords } from "../run/wholeOutputText.ts";

/** The log as Markdown in the runbook format: it opens as a notebook. It names no targets, so nothing in it can be run by mistake. */
export function printMarkdownLog(log: IncidentLog): string {
  return [
    "---", `title: ${JSON.stringify(log.title)}`, `id: ${JSON.stringify(log.run)}`, "", "---", "",
    `# ${log.title}`, "",
    "| | |", "| --- | --- |", ...log.facts.map(({ name, value }) => `| ${name} | ${cell(value)} |`), "",
    "## Timeline", "", "All times are UTC.", "",
    "| Time | After impact | What happened |", "| --- | --- | --- |",
    ...log.timeline.map((row) => `| ${utcTime(row.at)} | ${afterImpact(log, row.at)} | ${cell(row.text)} |`), "",
    "## What was run", "",
    ...log.executions.flatMap((execution) => [
      `### ${utcTime(execution.startedAt)} ${execution.cell}`, "",
      `${execution.step === undefined ? "" : `${execution.step}: `}**${statusText(execution)}**`, "",
      fence(execution.language === "sql" ? "sql" : "bash", execution.text), "",
      ...execution.details.flatMap((detail) => [...detailLines(detail), ""]),
    ]),
    "## Record", "",
    `The journal has ${log.records} records, each chained to the one before by SHA-256. The hash of the last one is:`, "",
    fence("text", log.head), "",
  ].join("\n");
}

function detailLines(detail: ExecutionDetail): readonly string[] {
  switch (detail.kind) {
    case "gate":
      return [`- Gate: ${oneLine(detail.title)} on ${detail.target} (${detail.address}) as ${detail.actor}. ${oneLine(detail.why)}.`];
    case "answer":
      return [`- Answer: **${detail.answer}** by ${detail.by} at ${utc(detail.at)}`];
    case "expectation":
      return [`- Expected ${oneLine(detail.expected)}: **${detail.result}**${detail.actual === "" ? "" : ` (got ${oneLine(detail.actual)})`}`];
    case "override":
      return [`- **Overridden** by ${detail.by} at ${utc(detail.at)}: ${oneLine(detail.reason)} (expected ${oneLine(detail.expected)})`];
    case "output":
      return [...(detail.stream === "stderr" ? ["Standard error:", ""] : []), fence("text", detail.text)];
    case "file":
      return [`- File: \`${detail.path}\`, ${detail.bytes} bytes, SHA-256 \`${detail.sha256}\``];
    case "wholeOutput":
      return [`- Whole ${STREAM_WORDS[detail.stream]}: \`${detail.path}\` in the run's folder (${wholeOutputWords(detail)}), ${detail.bytes} bytes, SHA-256 \`${detail.sha256}\``];
    case "message":
      return [`- ${detail.status}: ${oneLine(detail.text)}`];
  }
}

/** A fence that its content cannot close. */
function fence(language: string, content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map((match) => match[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${content.replace(/\n+$/, "")}\n${ticks}`;
}

function cell(text: string): string {
  return oneLine(text).replaceAll("|", String.raw`\|`);
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
