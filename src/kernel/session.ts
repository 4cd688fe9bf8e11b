import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { PROTOCOL_VERSION, type KernelRequests, type KernelState, type StartRunParams, type WorldState } from "../core/protocol.ts";
import { isOwnFault } from "../core/drills/faultChoice.ts";
import { readIncidentLog } from "../core/log/incidentLog.ts";
import { printLog } from "../core/log/printLog.ts";
import type { Facts } from "../core/facts/facts.ts";
import { readFacts } from "../core/facts/readFacts.ts";
import { requireSeat } from "../core/run/driving.ts";
import { ACKNOWLEDGE_WITHIN_MS } from "../core/run/acknowledgement.ts";
import { readCellOutput } from "../core/run/cellOutput.ts";
import { KnownSecrets } from "../core/run/redaction.ts";
import { sha256Hex } from "../core/run/chain.ts";
import { decodeSource } from "../core/runbook/source.ts";
import { parseRunbook } from "../core/runbook/parseRunbook.ts";
import type { RunbookDocument } from "../core/runbook/document.ts";
import { checkFault } from "../core/runbook/drillCase.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { createRunFolder, openRunFolder, type RunFolder } from "../services/journal/runFolder.ts";
import { JournalFile } from "../services/journal/journalFile.ts";
import { OutputFiles } from "../services/journal/outputFiles.ts";
import { createClock } from "../services/clock.ts";
import { createToolPorts } from "./toolPorts.ts";
import { preflightAlone } from "./preflight.ts";
import { type Front, KernelServer, type KernelHandlers } from "./server.ts";
import { Run } from "./run.ts";
import { WorldKeeper } from "./worldKeeper.ts";
import { controlWorld } from "../services/worldControl.ts";

/** How long a kernel waits for its first front before it ends, milliseconds of real time. */
const IDLE_EXIT_MS = 60_000;
/** How often the drill's world is looked after. */
const WORLD_CHECK_MS = 1_000;
/** Fronts are told the status at least this often. */
const HEARTBEAT_MS = 5_000;

interface OpenRun {
  readonly run: Run;
  readonly folder: RunFolder;
  readonly document: RunbookDocument;
  readonly world: WorldState | undefined;
  readonly keeper: WorldKeeper | undefined;
}

/** One kernel process: one socket, at most one run. */
export class Session {
  readonly #root: string;
  readonly #bundles: string;
  readonly #version: string;
  readonly #exit: () => void;
  #server: KernelServer | undefined;
  #socket = "";
  #socketFolder: string | undefined;
  #run: OpenRun | undefined;
  #idle: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #worldCheck: NodeJS.Timeout | undefined;
  /** What keeps the world from coming back, once it was said. */
  #worldProblem: string | undefined;
  #onFront: (() => void)[] = [];
  /** A front was here: without a run, nobody comes back for one. */
  #hadFront = false;
  readonly #closing = new AbortController();

  /** `root` holds the runs, `bundles` the world's program; `exit` ends the process. */
  constructor(root: string, bundles: string, version: string, exit: () => void) {
    this.#root = root;
    this.#bundles = bundles;
    this.#version = version;
    this.#exit = exit;
  }

  /** Listens on a new socket and returns its path. */
  async listen(): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "dr-runbook-"));
    this.#socketFolder = folder;
    this.#socket = process.platform === "win32" ? `\\\\.\\pipe\\${folder.split(/[\\/]/).at(-1) ?? "dr-runbook"}` : join(folder, "kernel.sock");
    this.#server = await KernelServer.listen(this.#socket, this.#handlers());
    this.#server.onFrontsChanged((count) => this.#frontsChanged(count));
    this.#frontsChanged(0);
    this.#heartbeat = setInterval(() => {
      if (this.#run !== undefined) this.#server?.notify("status", this.#run.run.status);
    }, HEARTBEAT_MS);
    this.#worldCheck = setInterval(() => void this.#keepWorld(), WORLD_CHECK_MS);
    return this.#socket;
  }

  /** Takes up a run whose kernel died. What was running then is marked unknown. */
  async resume(id: string): Promise<void> {
    const folder = openRunFolder(this.#root, id);
    const params = JSON.parse(readFileSync(join(folder.path, "start.json"), "utf8")) as StartRunParams;
    const run = await this.#open(folder, params, readRunbook(params.runbookPath));
    await run.resume("the kernel ended before it was journalled");
  }

  /** Ends everything. The run stays resumable unless it has ended. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("The kernel is closing."));
    clearTimeout(this.#idle);
    clearInterval(this.#heartbeat);
    clearInterval(this.#worldCheck);
    await this.#run?.run.close();
    if (this.#run !== undefined) rmSync(this.#run.folder.kernelState, { force: true });
    await this.#server?.close();
    if (this.#socketFolder !== undefined) rmSync(this.#socketFolder, { recursive: true, force: true });
    this.#exit();
  }

  /** What only the front that drives may send is refused from the others, until the run has ended: then there is nothing to drive. */
  #handlers(): KernelHandlers {
    const guarded = Object.entries(this.#answers()).map(([name, answer]) => [
      name,
      async (params: never, front: Front): Promise<unknown> => {
        const status = this.#run?.run.status;
        if (status !== undefined && status.ended === undefined) requireSeat(name as keyof KernelRequests, this.#listening().seatOf(front), status.driver);
        return (answer as (params: never, front: Front) => Promise<unknown>)(params, front);
      },
    ]);
    return Object.fromEntries(guarded) as KernelHandlers;
  }

  #answers(): KernelHandlers {
    const current = (): Run => this.#current().run;
    return {
      initialize: async ({ client }, front) => this.#introduced(front, client),
      startRun: async (params) => (await this.#start(params)).status,
      status: async () => current().status,
      runCell: async (params) => current().runCell(params),
      cellOutput: async ({ execution }) => readCellOutput(current().records, execution),
      cancelCell: async ({ execution }) => current().cancel(execution),
      markClock: async ({ mark, at, reason }) => {
        const markedAt = at ?? current().status.clock.now;
        await current().record({ type: "clockMarked", mark, markedAt, by: "person", reason: current().redact(reason) });
        return current().status;
      },
      takeOver: async ({ driver }, front) => this.#takeOver(driver, front),
      takeOption: async ({ step, option }) => this.#recorded({ type: "optionTaken", step, option }),
      skipStep: async ({ step, reason }) => this.#recorded({ type: "stepSkipped", step, reason: current().redact(reason) }),
      tick: async ({ step, item, ticked }) => this.#recorded({ type: "checklistTicked", step, item, ticked }),
      overrideExpectation: async ({ execution, reason }) => current().overrideExpectation(execution, reason),
      addNote: async ({ text }) => this.#recorded({ type: "noteAdded", text: current().redact(text) }),
      injectFault: async (params) => this.#inject(params),
      nameCommander: async ({ name }) => this.#recorded({ type: "commanderNamed", name: current().redact(name) }),
      recordEscalation: async ({ role, means, address }) => this.#recorded({ type: "escalated", role, means, address }),
      recordMessage: async ({ template, sha256, destination }) => this.#recorded({ type: "messagePrepared", template, sha256, destination }),
      markRecoveryPoint: async ({ pointAt, evidence }) => this.#recorded({ type: "recoveryPointMarked", pointAt, by: "person", evidence: current().redact(evidence) }),
      health: async ({ of }) => current().health(of),
      lookUp: async (params) => current().lookUp(params),
      variables: async () => current().variables(),
      preflight: async (params) => (this.#run === undefined ? preflightAlone(params, this.#closing.signal) : current().preflight(parseRunbook(params.source))),
      verify: async () => current().verifyNow(),
      endRun: async ({ by }) => current().end(by),
      journal: async () => current().records,
      exportRun: async ({ format }) => ({ text: printLog(readIncidentLog(this.#current().document, current().records), format) }),
    };
  }

  #listening(): KernelServer {
    if (this.#server === undefined) throw new RuntimeError("internal", "Answering a front: this kernel does not listen.");
    return this.#server;
  }

  #introduced(front: Front, name: string): KernelRequests["initialize"]["result"] {
    front.name = name;
    const server = this.#listening();
    if (!server.isDriven) server.seat(front);
    return { protocol: PROTOCOL_VERSION, version: this.#version, seat: server.seatOf(front) };
  }

  async #takeOver(driver: string, front: Front): Promise<Run["status"]> {
    const { status } = this.#current().run;
    if (status.ended !== undefined) throw new RuntimeError("invalidInput", "Taking over: the run has ended.", { hint: "Its log can be exported, and its report written." });
    const taken = await this.#recorded({ type: "driverTaken", driver, head: status.head, front: front.name });
    this.#listening().seat(front);
    return taken;
  }

  #current(): OpenRun {
    if (this.#run === undefined) throw new RuntimeError("notFound", "No run has been started in this kernel.", { hint: "Start a drill or an incident first." });
    return this.#run;
  }

  async #recorded(event: Parameters<Run["record"]>[0]): Promise<Run["status"]> {
    const { run } = this.#current();
    await run.record(event);
    return run.status;
  }

  async #inject({ fault, announced, parameters = {} }: KernelRequests["injectFault"]["params"]): Promise<Run["status"]> {
    const { run, world, document } = this.#current();
    if (world === undefined) throw new RuntimeError("invalidInput", `Injecting ${fault}: this is an incident on live targets.`, { hint: "Faults are injected in drills only." });
    checkFault({ fault, parameters }, world.faults);
    await this.#keepWorld();
    const first = run.status.clock.impactAt === undefined;
    await run.record({ type: "faultInjected", fault, announced, isOwn: isOwnFault(document.frontMatter, fault), ...(Object.keys(parameters).length === 0 ? {} : { parameters }) });
    await controlWorld(world, "inject", { fault, parameters });
    if (first) await run.record({ type: "clockMarked", mark: "impact", markedAt: run.status.clock.now, by: "machine", reason: announced ? `fault ${fault} injected` : "a fault was injected unannounced" });
    return run.status;
  }

  async #start(params: StartRunParams): Promise<Run> {
    if (this.#run !== undefined) throw new RuntimeError("runLocked", "Starting a run: this kernel has one already.", { hint: "Attach to it, or start another kernel." });
    if ((params.mode === "drill") !== (params.worldStatePath !== undefined)) throw new RuntimeError("invalidInput", "Starting a run: a drill needs a world, and an incident must not have one.");
    if (params.mode === "incident" && params.unattended) throw new RuntimeError("invalidInput", "Starting a run: an incident cannot be unattended.", { hint: "The gate asks a person; run it in a terminal or in the editor." });
    const folder = createRunFolder(this.#root, params.mode, new Date());
    const document = readRunbook(params.runbookPath);
    // Before the journal: a run that has one can be taken up again.
    writeFileSync(join(folder.path, "start.json"), JSON.stringify({ ...params, parameters: withoutSecrets(params.parameters, document) }), { mode: 0o600 });
    const run = await this.#open(folder, params, document);
    await run.record({
      type: "runStarted", run: folder.id, mode: params.mode, driver: params.driver === "" ? userInfo().username : params.driver, rate: this.#current().world?.clock.rate ?? 1, unattended: params.unattended, version: this.#version,
      runbook: { path: params.runbookPath, title: document.frontMatter.title ?? params.runbookPath, id: document.frontMatter.id ?? "", sha256: sha256Hex(document.source) },
      rtoMs: document.frontMatter.rtoMs, rpoMs: document.frontMatter.rpoMs, acknowledgeWithinMs: readSharedFacts(document, params.runbookPath)?.communication.acknowledgeWithinMs ?? ACKNOWLEDGE_WITHIN_MS,
    });
    const { impactAt } = params;
    if (impactAt !== undefined) {
      const [markedAt, reason] = impactAt === "now" ? [run.status.clock.now, "start of the run, until a person corrects it"] : [impactAt, "given at the start"];
      await run.record({ type: "clockMarked", mark: "impact", markedAt, by: "person", reason });
    }
    await run.pinTargets();
    return run;
  }

  async #open(folder: RunFolder, params: StartRunParams, document: RunbookDocument): Promise<Run> {
    const keeper = params.worldStatePath === undefined ? undefined : new WorldKeeper(params.worldStatePath, this.#bundles, async () => this.#run?.run.record({ type: "worldRestarted", reason: "its process had ended" }));
    await keeper?.keep();
    const world = keeper?.read();
    const clock = createClock(world?.clock, world?.idleFile);
    const secrets = new KnownSecrets(secretNames(document).flatMap((name) => params.parameters[name] ?? []));
    const { journal, records } = await JournalFile.open(folder.journal, () => clock.now());
    const run = new Run({
      folder, journal, records, outputs: new OutputFiles(folder.path), document, world, clusters: () => keeper?.read().clusters ?? [], isUnattended: params.unattended, parameters: params.parameters, secrets, facts: readSharedFacts(document, params.runbookPath), ports: createToolPorts({ world, clock, scratch: folder.scratch, beside: dirname(params.runbookPath), targets: document.frontMatter.targets, onSecret: (value) => secrets.add(value) }),
      ask: (question, signal) => this.#server?.ask(question, signal) ?? Promise.resolve(undefined),
      keepWorld: () => this.#keepWorld(),
      attended: async (signal) => {
        await this.#keepWorld();
        await this.#attended(signal);
      },
      output: async (output) => this.#server?.output(output),
      flushOutput: async () => this.#server?.flushOutput(),
      notify: (name, message) => this.#server?.notify(name, message),
    });
    this.#run = { run, folder, document, world, keeper };
    const state: KernelState = { protocol: PROTOCOL_VERSION, pid: process.pid, socket: this.#socket, run: folder.id, mode: params.mode, runbookPath: params.runbookPath };
    writeFileSync(folder.kernelState, JSON.stringify(state), { mode: 0o600 });
    return run;
  }

  /** Starts the drill's world again when it has died. What prevents that is said once, and again by every cell that then fails. */
  async #keepWorld(): Promise<void> {
    const { keeper, run } = this.#run ?? {};
    if (keeper === undefined || run === undefined || run.status.ended !== undefined) return;
    try {
      await keeper.keep();
      this.#worldProblem = undefined;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.#worldProblem) await this.#server?.output({ execution: "", statement: 0, stream: "note", text: `The drill world has ended and does not start again: ${problem}\n` });
      this.#worldProblem = problem;
    }
  }

  /** Resolves while a front drives: with nobody there to be asked, no statement begins. */
  async #attended(signal: AbortSignal): Promise<void> {
    while (!this.#listening().isDriven) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#onFront.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  #frontsChanged(count: number): void {
    clearTimeout(this.#idle);
    this.#hadFront ||= count > 0;
    if (this.#server?.isDriven === true) for (const wake of this.#onFront.splice(0)) wake();
    if (count > 0) return;
    const isOver = this.#run === undefined || this.#run.run.status.ended !== undefined;
    if (isOver) this.#idle = setTimeout(() => void this.close(), this.#run === undefined && !this.#hadFront ? IDLE_EXIT_MS : 0);
  }
}

function readRunbook(path: string): RunbookDocument {
  return parseRunbook(decodeSource(readFileSync(path)));
}

/** Facts are a help and no condition of a run: lint and the editor say what is wrong with a file that cannot be read. */
function readSharedFacts({ frontMatter }: RunbookDocument, runbookPath: string): Facts | undefined {
  const path = frontMatter.facts === undefined ? undefined : join(dirname(runbookPath), frontMatter.facts);
  return path === undefined || !existsSync(path) ? undefined : readFacts(decodeSource(readFileSync(path))).facts;
}

function secretNames(document: RunbookDocument): readonly string[] {
  return document.frontMatter.parameters.flatMap(({ name, type }) => (type === "secret" ? [name] : []));
}

/** Secrets stay in memory: a run that is taken up again asks for them anew. */
function withoutSecrets(parameters: Readonly<Record<string, string>>, document: RunbookDocument): Readonly<Record<string, string>> {
  const secret = new Set(secretNames(document));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !secret.has(name)));
}
