import { cellReference } from "../../src/core/runbook/cellName.ts";
import { withRun, type CellResult, type RehearsalGiven } from "./rehearsedRun.ts";

/** Runs the command cells of a runbook in the order of `cells` (left out: the file's own), in a world with this fault or none; `atEnd` is called while run and world are still there. */
export async function runEveryCell(path: string, home: string, given: RehearsalGiven & { readonly cells?: readonly string[]; readonly atEnd?: () => void } = {}): Promise<readonly CellResult[]> {
  return withRun(path, home, given, async (drill) => {
    const { document } = drill;
    const all = document.cells.flatMap((cell, index) => (cell.command === undefined ? [] : [{ index, name: cellReference(document, index).name }]));
    const wanted = given.cells === undefined ? all : given.cells.flatMap((name) => all.filter((cell) => cell.name === name));
    const results: CellResult[] = [];
    for (const { index } of wanted) results.push(await drill.run(index));
    given.atEnd?.();
    return results;
  });
}
