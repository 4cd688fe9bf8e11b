import { reportText } from "../core/preflight/reportText.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import type { RehearsalPorts } from "./drillPorts.ts";
import { untilAborted } from "./interruption.ts";
import { readParameters } from "./parameters.ts";
import { worldOf } from "./rehearse.ts";

/** A preflight from the command line. */
export interface PreflightCall {
  readonly file: string;
  readonly document: RunbookDocument;
  /** As written: NAME=VALUE. */
  readonly parameters: readonly string[];
  /** Starts the runbook's own world, healthy, and ends it afterwards. */
  readonly isDrill: boolean;
  /** State file of a world that runs already. With neither, the targets are the live ones. */
  readonly attach: string | undefined;
  readonly isJson: boolean;
  readonly ports: RehearsalPorts;
  readonly print: (line: string) => void;
}

/** Checks and prints. Resolves with the exit code: 1 when something will fail. */
export async function preflight(call: PreflightCall): Promise<number> {
  const { ports, print, attach } = call;
  const parameters = readParameters(call.parameters, call.document);
  const started = call.isDrill && attach === undefined ? await startOwnWorld(call) : undefined;
  const kernel = await ports.startKernel();
  try {
    const report = await untilAborted(ports.interrupted, kernel.request("preflight", { source: call.document.source, runbookPath: call.file, parameters, worldStatePath: attach ?? started }));
    print(call.isJson ? JSON.stringify(report, undefined, 2) : reportText(report));
    return report.counts.fails > 0 ? 1 : 0;
  } finally {
    kernel.dispose();
    if (started !== undefined) await ports.endWorld(started);
  }
}

function startOwnWorld({ file, document, ports }: PreflightCall): Promise<string> {
  return ports.startWorld(worldOf(file, document), 1, "embedded");
}
