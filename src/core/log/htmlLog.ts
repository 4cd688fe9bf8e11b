import { afterImpact, type ExecutionDetail, type ExecutionLog, type IncidentLog, statusText, utc, utcTime } from "./incidentLog.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { HTML_STYLE } from "./htmlStyle.ts";
import { STREAM_WORDS, wholeOutputWords } from "../run/wholeOutputText.ts";
import { drawTimeline } from "./timelinePicture.ts";

/** The log as one HTML file that stands alone: no script, nothing from outside; it reads well in light, in dark and on paper. */
export function printHtmlLog(log: IncidentLog): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(log.title)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(log.title)}</h1>
<table class="facts"><tbody>
${log.facts.map(({ name, value }) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join("\n")}
</tbody></table>
<h2>Timeline</h2>
<figure>
${drawTimeline(log)}
</figure>
<p>All times are UTC.</p>
<table><thead><tr><th scope="col">Time</th><th scope="col">After impact</th><th scope="col">What happened</th></tr></thead><tbody>
${log.timeline.map((row) => `<tr class="${row.icon}"><td><time datetime="${utc(row.at)}">${utcTime(row.at)}</time></td><td>${afterImpact(log, row.at)}</td><td>${escapeHtml(row.text)}</td></tr>`).join("\n")}
</tbody></table>
<h2>What was run</h2>
${log.executions.map(execution).join("\n")}
<h2>Record</h2>
<p>The journal has ${log.records} records, each chained to the one before by SHA-256. The hash of the last one is:</p>
<pre tabindex="0" aria-label="Hash of the last record">${escapeHtml(log.head)}</pre>
</main>
</body>
</html>
`;
}

function execution(one: ExecutionLog): string {
  const step = one.step === undefined ? "" : `${escapeHtml(one.step)}: `;
  return `<section>
<h3><time datetime="${utc(one.startedAt)}">${utcTime(one.startedAt)}</time> ${escapeHtml(one.cell)}</h3>
<p>${step}<strong class="${one.status}">${escapeHtml(statusText(one))}</strong></p>
${preformatted("command", "Command", one.text)}
${one.details.map(detail).join("\n")}
</section>`;
}

function detail(one: ExecutionDetail): string {
  switch (one.kind) {
    case "gate":
      return `<p>Gate: ${escapeHtml(`${one.title} on ${one.target} (${one.address}) as ${one.actor}. ${one.why}.`)}</p>`;
    case "answer":
      return `<p>Answer: <strong>${one.answer}</strong> by ${escapeHtml(one.by)} at ${utc(one.at)}</p>`;
    case "expectation":
      return `<p>Expected ${escapeHtml(one.expected)}: <strong class="${one.result}">${one.result}</strong>${one.actual === "" ? "" : ` (got ${escapeHtml(one.actual.trim())})`}</p>`;
    case "override":
      return `<p><strong>Overridden</strong> by ${escapeHtml(one.by)} at ${utc(one.at)}: ${escapeHtml(one.reason)} (expected ${escapeHtml(one.expected)})</p>`;
    case "output":
      return preformatted(one.stream, one.stream === "stdout" ? "Output" : "Standard error", one.text);
    case "file":
      return `<p>File: <code>${escapeHtml(one.path)}</code>, ${one.bytes} bytes, SHA-256 <code>${one.sha256}</code></p>`;
    case "wholeOutput":
      return `<p>Whole ${STREAM_WORDS[one.stream]}: <code>${escapeHtml(one.path)}</code> in the run's folder (${escapeHtml(wholeOutputWords(one))}), ${one.bytes} bytes, SHA-256 <code>${one.sha256}</code></p>`;
    case "message":
      return `<p>${one.status}: ${escapeHtml(one.text)}</p>`;
  }
}

/** A block that a keyboard can scroll. */
function preformatted(kind: string, label: string, text: string): string {
  return `<pre class="${kind}" tabindex="0" aria-label="${label}">${escapeHtml(text.replace(/\n+$/, ""))}</pre>`;
}
