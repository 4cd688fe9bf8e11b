import { loadPieces } from "../loadPieces.ts";
import type { CommandHelp } from "./commandHelp.ts";

/** Completion and hover know every command, and so are most of the editor's code: it is loaded when the notebook is there. */
export async function loadCommandHelp(): Promise<typeof CommandHelp> {
  const pieces = [() => import("../../core/runbook/yamlReader.ts"), () => import("../../core/shell/parse.ts"), () => import("../../core/command/planDocument.ts")];
  return (await loadPieces(pieces, () => import("./commandHelp.ts"))).CommandHelp;
}
