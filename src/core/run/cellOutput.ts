import type { CellOutputPart } from "../protocol.ts";
import { groupDigits } from "./boundedText.ts";
import type { JournalRecord } from "./journalEvent.ts";

/** UTF-16 units of a cell's output that are shown again: a loop's statements together may have printed any amount. */
const SHOWN_AGAIN = 1024 * 1024;

/** What one execution of a cell printed, as the journal has it: statement by statement, the latest where that is too much. */
export function readCellOutput(records: readonly JournalRecord[], execution: string): readonly CellOutputPart[] {
  const parts = records.flatMap((record): CellOutputPart[] => {
    if (record.type !== "statementOutcome" || record.execution !== execution) return [];
    const { statement, stdout, stderr } = record;
    return [{ statement, stream: "stdout" as const, text: stdout }, { statement, stream: "stderr" as const, text: stderr }].filter(({ text }) => text !== "");
  });
  let first = parts.length;
  for (let length = 0; first > 0; first -= 1) {
    length += parts[first - 1]?.text.length ?? 0;
    if (length > SHOWN_AGAIN && first < parts.length) break;
  }
  if (first === 0) return parts;
  return [{ statement: 0, stream: "note", text: `… ${groupDigits(first)} earlier outputs are in the incident log …\n` }, ...parts.slice(first)];
}
