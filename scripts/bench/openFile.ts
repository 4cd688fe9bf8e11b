import assert from "node:assert/strict";
import MarkdownIt from "markdown-it";
import { toNotebookCells } from "../../src/core/runbook/notebook.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";

const cells = 2000;

/** Opening a long runbook, text to notebook cells, against markdown-it parsing the same text (which is where ours begins). */
export async function openFile(): Promise<Comparison> {
  const text = longRunbook(cells);
  assert.equal(toNotebookCells(parseRunbook(text)).length, cells);
  const markdown = new MarkdownIt("commonmark");
  const pairs = await inTurn(
    25,
    () => milliseconds(() => void toNotebookCells(parseRunbook(text))),
    () => milliseconds(() => void markdown.parse(text, {})),
  );
  return { name: `opening ${cells} cells (${(text.length / 1024).toFixed(0)} KiB)`, ours: "to notebook cells", peer: "markdown-it alone", unit: "ms", pairs };
}

/** Steps of prose and command in turn, so that each pair of cells is one step. */
function longRunbook(count: number): string {
  const steps = Array.from({ length: count / 2 }, (_, index) => [
    `## Step ${index + 1}: Look at part ${index} (3 minutes)`,
    "",
    `What **part ${index}** says of itself, with \`its log\` and [its page](https://example.com/${index}):`,
    "",
    "- one thing to know",
    "- another",
    "",
    `\`\`\`bash {name: look-${index}}`,
    `kubectl get pods -n shop -l app=part-${index} -o json | jq -r '.items[].status.phase'`,
    '# Expected: "Running"',
    "```",
    "",
  ].join("\n"));
  return steps.join("\n");
}
