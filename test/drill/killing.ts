import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installVsCodeServer } from "../../scripts/host/vscodeServer.ts";
import { installExtension } from "../../scripts/host/server.ts";
import { newestPackage } from "../../scripts/lib/pack.ts";
import type { KernelClient, KernelState, RunCellParams, WorldState } from "../../src/core/protocol.ts";
import { parseJournal, verifyChain } from "../../src/core/run/chain.ts";
import type { JournalRecord } from "../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../src/core/run/outcome.ts";
import { GREENS_NEEDED, reduceJournal } from "../../src/core/run/runState.ts";
import { findCell } from "../../src/core/runbook/cellName.ts";
import { cellRequest } from "../../src/core/runbook/cellRequest.ts";
import { parseRunbook } from "../../src/core/runbook/parseRunbook.ts";
import { RuntimeError } from "../../src/core/runtimeError.ts";
import { connectKernel } from "../../src/services/kernelClient.ts";
import { startKernel, startWorld } from "../../src/services/kernelProcess.ts";
import { findKernels } from "../../src/services/kernelStates.ts";
import { isAlive } from "../../src/services/journal/runFolder.ts";
import { controlWorld } from "../../src/services/worldControl.ts";

const VERIFICATION = ["app-health", "app-products", "takes-writes", "test-login", "test-order"];
const PATHS = {
  // A cell with several statements and expectations, one that learns a secret, and one that changes something with it.
  "the restart alone": { fault: "database-crash-loop", cells: ["restart-database", "test-login", "test-order"] },
  "the restart": { fault: "database-crash-loop", cells: ["detect-pods", "triage-error-log", "restart-database", "restart-check", ...VERIFICATION] },
  "the restore": {
    fault: "database-corrupted-volume",
    cells: ["triage-error-log", "choose-backup", "fetch-backup", "stop-application", "replace-volume", "restore-backup", "start-application", "migrate", "row-counts", ...VERIFICATION],
  },
} as const;
const RUNBOOK = "notebooks/01-database-failure.runbook.md";
/** There is no log of an earlier container before the first crash. */
const MAY_FIND = "triage-error-log";
/** A cell that was interrupted is verified and repeated by a person; here it is just repeated. */
const MAX_ATTEMPTS = 40;

/**
 * One drill in which the victim is killed with SIGKILL at each event of the journal: once at each place (kind of event, cell, statement),
 * else a cell could never end. Everything comes from the extension as VS Code installed it from its package.
 */
export function describeKilling(way: keyof typeof PATHS, victims: readonly Victim[]): void {
  describe(`killing at each journal event of scenario 1, on the way of ${way},`, function () {
    this.timeout(400_000);
    let home: string;
    let installed: string;
    before(async () => {
      home = mkdtempSync(join(tmpdir(), "kill-"));
      const server = await installVsCodeServer((line) => console.log(`  ${line}`));
      await installExtension(server, newestPackage(), join(home, "extensions"), join(home, "server"));
      installed = dirname(globSync("extensions/*/package.json", { cwd: home })[0] ?? "");
      assert.notEqual(installed, "");
      installed = resolve(home, installed);
    });
    after(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

    for (const victim of victims) {
      it(EXPECTATIONS[victim], async () => {
        const drill = new KilledDrill(installed, join(home, victim), victim);
        await drill.walk(PATHS[way]);
      });
    }
  });
}

/** What is killed. */
export type Victim = "front" | "kernel" | "world";

const BACK = "nothing told is lost, what was interrupted is unknown, and the service comes back";
const EXPECTATIONS: Readonly<Record<Victim, string>> = {
  front: "the front: the kernel ends the statement in flight, starts no other, and a new front finds the run as it stands",
  kernel: `the kernel: ${BACK}`,
  world: `the world: ${BACK}`,
};

/** Kills a cell at the least, to show that the test does its work. An event that comes while the victim is dead is no kill. */
const LEAST_KILLS: Readonly<Record<Victim, number>> = { front: 1, kernel: 4, world: 2 };

class KilledDrill {
  readonly #installed: string;
  readonly #folder: string;
  readonly #victim: Victim;
  readonly #told = new Map<string, JournalRecord>();
  readonly #places = new Set<string>();
  readonly #document;
  #worldState = "";
  #run = "";
  #kernel: KernelClient | undefined;
  /** Process ids; of fronts, which are connections here, their number. */
  readonly #killed = new Set<number>();
  #executions = 0;

  constructor(installed: string, folder: string, victim: Victim) {
    this.#installed = installed;
    this.#folder = folder;
    this.#victim = victim;
    this.#document = parseRunbook(readFileSync(join(installed, RUNBOOK), "utf8"));
  }

  async walk(path: { readonly fault: string; readonly cells: readonly string[] }): Promise<void> {
    const bundles = join(this.#installed, "dist");
    this.#worldState = await startWorld({ bundles, description: join(this.#installed, "notebooks/worlds/buildnest.yaml"), folder: join(this.#folder, "world"), rate: 60 });
    try {
      this.#kernel = this.#listen(await startKernel({ bundles, root: join(this.#folder, "runs"), client: "test" }));
      const started = await this.#kernel.request("startRun", {
        mode: "drill", runbookPath: join(this.#installed, RUNBOOK), driver: "test", unattended: true, worldStatePath: this.#worldState, parameters: {}, impactAt: undefined,
      });
      this.#run = started.run;
      await this.#request((kernel) => kernel.request("injectFault", { fault: path.fault, announced: true }));
      for (const cell of path.cells) await this.#runCell(cell);
      await this.#restored();
      const verdict = await this.#request((kernel) => kernel.request("endRun", { by: "person" }));
      // So many deaths take longer than the objective allows; what counts is that service came back.
      assert.notEqual(verdict.recoveryMs, undefined, verdict.reasons.join(" "));
      this.#checkJournal(path.cells.length);
    } finally {
      this.#kernel?.dispose();
      if (isAlive(this.#world().pid)) await controlWorld(this.#world(), "shutdown", {});
    }
  }

  /** Runs a cell again until it has succeeded without its victim dying on it. */
  async #runCell(name: string): Promise<void> {
    const params = cellRequest(this.#document, findCell(this.#document, name) ?? -1);
    assert.ok(params !== undefined, name);
    let last = "";
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const kills = this.#killed.size;
      const execution = `${name}-${(this.#executions += 1)}`;
      const outcome = this.#victim === "front" ? await this.#followed(execution, params) : await this.#request((kernel) => kernel.request("runCell", { execution: `${name}-${(this.#executions += 1)}`, ...params }));
      // Secrets, a token among them, die with the kernel: a person logs in again.
      if (outcome.status === "refused" && name === "test-order") await this.#runCell("test-login");
      last = `${outcome.status}: ${outcome.message ?? ""}`;
      if (outcome.status === "succeeded" || (outcome.status === "finding" && name === MAY_FIND && this.#killed.size === kills)) return;
    }
    assert.fail(`${name} did not succeed in ${MAX_ATTEMPTS} attempts; the last: ${last}`);
  }

  /** Runs a cell whose front goes away: its outcome is learnt from what the run's status says. */
  async #followed(execution: string, params: Omit<RunCellParams, "execution">): Promise<Outcome> {
    const kernel = this.#kernel ?? (await this.#resume());
    const answer = kernel.request("runCell", { execution, ...params });
    for (;;) {
      const outcome = await Promise.race([answer.catch(() => undefined), sleep(50)]);
      if (outcome !== undefined) return outcome;
      const status = await this.#request((front) => front.request("status", {}));
      const found = status.cells.find((cell) => cell.execution === execution)?.outcome;
      if (found !== undefined) return found;
    }
  }

  async #restored(): Promise<void> {
    await this.#request((kernel) => kernel.request("verify", {}));
    for (let turn = 0; turn < 200; turn += 1) {
      const { clock } = await this.#request((kernel) => kernel.request("status", {}));
      if (clock.restoredAt !== undefined) return;
      await sleep(100);
    }
    assert.fail("the verification was never green often enough");
  }

  /** Sends a request to a kernel that is alive, and again when the victim's death was in its way. */
  async #request<Result>(send: (kernel: KernelClient) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(this.#kernel ?? (await this.#resume()));
      } catch (error) {
        const isDeath = error instanceof RuntimeError && error.code === (this.#victim === "world" ? "unreachable" : "connectionLost");
        if (!isDeath || attempt === MAX_ATTEMPTS) throw error;
        // The end of a connection and the exit of its process are two events.
        await sleep(50);
      }
    }
  }

  async #resume(): Promise<KernelClient> {
    if (this.#victim === "front") return this.#reattach();
    const before = parseJournal(readFileSync(this.#journal, "utf8"));
    const open = reduceJournal(before).open;
    this.#kernel = this.#listen(await startKernel({ bundles: join(this.#installed, "dist"), root: join(this.#folder, "runs"), client: "test", resume: this.#run }));
    const status = await this.#kernel.request("status", {});
    for (const execution of open) assert.equal(status.cells.find((cell) => cell.execution === execution)?.outcome?.status, "unknown", execution);
    return this.#kernel;
  }

  /** A new front for the same kernel. While there was none, at most the statement began that was on its way when the front went. */
  async #reattach(): Promise<KernelClient> {
    const intents = (): number => parseJournal(readFileSync(this.#journal, "utf8")).filter((record) => record.type === "statementIntent").length;
    const before = intents();
    await sleep(300);
    assert.ok(intents() <= before + 1, "statements were started with no front there");
    const found = (await findKernels(join(this.#folder, "runs"))).find((kernel) => kernel.isAlive);
    assert.ok(found !== undefined, "the kernel is there");
    this.#kernel = this.#listen(await connectKernel(found.state.socket, "test"));
    return this.#kernel;
  }

  #listen(kernel: KernelClient): KernelClient {
    kernel.on("event", (record) => {
      this.#told.set(record.hash, record);
      const place = placeOf(record);
      if (place === undefined || this.#places.has(place)) return;
      // A victim that is dead already is killed here when the cell is repeated.
      if (!this.#kill()) return;
      this.#places.add(place);
    });
    kernel.onClose(() => {
      if (this.#kernel === kernel) this.#kernel = undefined;
    });
    return kernel;
  }

  /** True when there was a victim to kill. */
  #kill(): boolean {
    if (this.#victim === "front") return this.#disconnect();
    const pid = this.#victim === "world" ? this.#world().pid : (JSON.parse(readFileSync(join(this.#folder, "runs", this.#run, "kernel.json"), "utf8")) as KernelState).pid;
    if (!isAlive(pid)) return false;
    process.kill(pid, "SIGKILL");
    this.#killed.add(pid);
    return true;
  }

  #disconnect(): boolean {
    const kernel = this.#kernel;
    if (kernel === undefined) return false;
    this.#kernel = undefined;
    kernel.dispose();
    this.#killed.add(this.#killed.size + 1);
    return true;
  }

  get #journal(): string {
    return join(this.#folder, "runs", this.#run, "journal.jsonl");
  }

  #world(): WorldState {
    return JSON.parse(readFileSync(this.#worldState, "utf8")) as WorldState;
  }

  #checkJournal(cells: number): void {
    const records = parseJournal(readFileSync(this.#journal, "utf8"));
    assert.equal(verifyChain(records), undefined);
    const written = new Set(records.map((record) => record.hash));
    for (const record of this.#told.values()) assert.ok(written.has(record.hash), `${record.type} was told and is not in the journal`);
    // Each time it was another process: the one before had been started again. Some died before they could say that they were up.
    assert.ok(this.#killed.size > cells * LEAST_KILLS[this.#victim], `${this.#killed.size} were killed`);
    const returns = records.filter((record) => record.type === (this.#victim === "world" ? "worldRestarted" : "resumed")).length;
    assert.ok(this.#victim === "front" ? returns === 0 : returns > cells, `${returns} returns`);
    console.log(`      ${this.#killed.size} killed, ${records.length} records`);
  }
}

/** Where in the run an event stands; `undefined` for those that are not of the way through the runbook, and for the start and the end. */
function placeOf(record: JournalRecord): string | undefined {
  switch (record.type) {
    case "cellStarted":
    case "cellOutcome":
      return `${record.type} ${record.cell.name}`;
    case "gateAsked":
    case "gateAnswered":
      return `${record.type} ${executionOf(record.execution)}`;
    case "statementIntent":
    case "statementOutcome":
    case "expectationChecked":
    case "expectationOverridden":
      return `${record.type} ${executionOf(record.execution)} ${record.statement}`;
    case "faultInjected":
    case "clockMarked":
    case "verificationChecked":
      return record.type === "verificationChecked" ? `${record.type} ${Math.min(record.consecutive, GREENS_NEEDED)}` : record.type;
    case "optionTaken":
    case "stepSkipped":
    case "checklistTicked":
    case "noteAdded":
    case "commanderNamed":
    case "escalated":
    case "messagePrepared":
      return record.type;
    case "recoveryPointMarked":
      // The machine does so with the end of the run.
      return record.by === "machine" ? undefined : record.type;
    case "recoveryPointFound":
    case "targetDrifted":
      return record.type;
    case "runStarted":
    case "targetPinned":
    case "recordingGap":
    case "worldRestarted":
    case "driverTaken":
    case "resumed":
    case "runEnded":
      return undefined;
  }
}

/** The cell's name: executions of it end in the attempt's number. */
function executionOf(execution: string): string {
  return execution.replace(/-\d+$/, "");
}
