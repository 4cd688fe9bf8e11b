import { userInfo } from "node:os";
import { askMissingParameters, NOTHING_STARTED, parameterLines } from "./parameters.ts";
import { printReport, withDrill, type Rehearsal } from "./rehearse.ts";
import { runLive, type Terminal } from "./runLive.ts";

/** A drill that a person goes through at a terminal, with the menu and the gate of a live run. Resolves with the exit code, 1 where they close a question before it starts. */
export async function drillAtTerminal(rehearsal: Rehearsal, terminal: Terminal): Promise<number> {
  const { document, ports, print, surpriseSeed } = rehearsal;
  const parameters = await askMissingParameters(document, rehearsal.parameters, terminal);
  if (parameters === undefined) {
    print(NOTHING_STARTED);
    return 1;
  }
  // Until a person has seen that it has begun, nobody would know what to take up.
  let isLeftRunning = false;
  return withDrill(
    { ...rehearsal, parameters }, { driver: userInfo().username, isUnattended: false },
    async ({ kernel, run, world }) => {
      isLeftRunning = true;
      ports.leaveRunning();
      print(`DRILL ${run}: nothing real is touched. Your own kubectl can look on with KUBECONFIG=${world.kubeconfig}`);
      for (const line of parameterLines(document, parameters)) print(line);
      print(surpriseSeed === undefined ? "The fault is injected and the clock runs." : "Something is broken and the clock runs. What it is, the report will say.");
      await runLive({ ...terminal, kernel, document, from: undefined, history: await ports.readHistory() });
      const { ended } = await kernel.request("status", {});
      isLeftRunning = ended === undefined;
      if (ended === undefined) return 0;
      await printReport(run, rehearsal);
      return ended.status === "passed" ? 0 : 1;
    },
    () => isLeftRunning,
  );
}
