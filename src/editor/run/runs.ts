import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { KernelClient, KernelState, RunStatus, StartRunParams } from "../../core/protocol.ts";
import type { RunMode } from "../../core/run/journalEvent.ts";
import { requireSeat } from "../../core/run/driving.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { setContext } from "../settings.ts";
import { DisposableStore } from "../disposables.ts";
import type { ErrorReporter } from "../showError.ts";
import type { Asker } from "./asker.ts";
import { settleSeat, tellSeat } from "./driving.ts";
import { RunSession } from "./runSession.ts";

/** What `Runs` needs from the composition root. */
export interface RunsPorts {
  /** Starts a kernel that keeps its runs under `root`, or takes up the run `resume` there. */
  startKernel(root: string, resume?: string): Promise<KernelClient>;
  /** Starts a rehearsal world from its description; resolves with the path of its `WorldState` once it is up. */
  startWorld(description: string, folder: string): Promise<string>;
  /** Connects to a kernel's socket. */
  connect(socket: string): Promise<KernelClient>;
  /** Kernels with a state file under `root`, oldest run first. One that is not alive ended without closing its run. */
  findKernels(root: string): Promise<readonly { readonly state: KernelState; readonly isAlive: boolean }[]>;
  /** Path of the world's state that a run was started with; `undefined` for an incident. */
  readWorldStatePath(root: string, run: string): Promise<string | undefined>;
  /** Folder under which runs are kept; read each time, since the setting may change. */
  stateRoot(): string;
  /** A kernel went away before its run ended. */
  onLost(): void;
  readonly asker: Asker;
  readonly errors: ErrorReporter;
}

/** The run of this window: at most one at a time. It starts, finds and forgets sessions. */
export class Runs implements vscode.Disposable {
  readonly #ports: RunsPorts;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<RunSession | undefined>());
  #session: RunSession | undefined;
  #seat: vscode.Disposable = new vscode.Disposable(() => undefined);
  /** The session, its status or its journal changed. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: RunsPorts) {
    this.#ports = ports;
  }

  /** The run shown in this window, ended ones included until the next starts; `undefined` before the first. */
  get session(): RunSession | undefined {
    return this.#session;
  }

  /** The session while cells can run in it. */
  get active(): RunSession | undefined {
    return this.#session?.isActive === true ? this.#session : undefined;
  }

  /** The session in which cells can run. Throws `invalidInput` where there is none. */
  needActive(): RunSession {
    const { active } = this;
    if (active === undefined) throw new RuntimeError("invalidInput", "There is no run going on.", { hint: "Start a drill or an incident first." });
    return active;
  }

  /** The session in which this window may change something. Throws `notDriving` where it only watches. */
  needDriving(): RunSession {
    const session = this.needActive();
    requireSeat("runCell", session.seat, session.status.driver);
    return session;
  }

  /** Starts a kernel and a run in it. */
  async start(request: Omit<StartRunParams, "driver" | "unattended">): Promise<RunSession> {
    const root = this.#ports.stateRoot();
    await mkdir(root, { recursive: true, mode: 0o700 });
    return this.#open(await this.#ports.startKernel(root), request.mode, (client) => client.request("startRun", { ...request, driver: userInfo().username, unattended: false }));
  }

  /** Starts a rehearsal world; resolves with the path of its state file. */
  async startWorld(description: string): Promise<string> {
    const folder = join(this.#ports.stateRoot(), "worlds", new Date().toISOString().replaceAll(/[:.]/g, "-"));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return this.#ports.startWorld(description, folder);
  }

  /** A kernel without a run, for a question to live targets; the caller disposes it, and it ends by itself. */
  async startIdleKernel(): Promise<KernelClient> {
    const root = this.#ports.stateRoot();
    await mkdir(root, { recursive: true, mode: 0o700 });
    return this.#ports.startKernel(root);
  }

  /** Attaches to the newest live run whose runbook `isOurs`: to drive it, as after a reload, or to watch it. True when there was one. */
  async reattach(isOurs: (runbookPath: string) => boolean): Promise<boolean> {
    const found = (await this.#kernels(isOurs)).findLast((kernel) => kernel.isAlive);
    if (found === undefined || this.#session !== undefined) return this.#session !== undefined;
    const session = await this.#open(await this.#ports.connect(found.state.socket), found.state.mode, (client) => client.request("status", {}));
    this.#ports.errors.info(`Attached to run ${session.status.run} (kernel ${found.state.pid}).`);
    await settleSeat(session);
    return true;
  }

  /** Runs whose kernel died before they ended, oldest first. */
  async findInterrupted(isOurs: (runbookPath: string) => boolean): Promise<readonly KernelState[]> {
    return (await this.#kernels(isOurs)).filter((kernel) => !kernel.isAlive).map((kernel) => kernel.state);
  }

  /** Starts a kernel that takes up an interrupted run; what was running then is marked unknown. */
  async resume({ run, mode }: Pick<KernelState, "run" | "mode">): Promise<void> {
    await this.#open(await this.#ports.startKernel(this.#ports.stateRoot(), run), mode, (client) => client.request("status", {}));
  }

  /** Path of the world's state of the run in this window; `undefined` outside a drill. */
  async worldStatePath(): Promise<string | undefined> {
    return this.#session === undefined ? undefined : this.#ports.readWorldStatePath(this.#ports.stateRoot(), this.#session.status.run);
  }

  dispose(): void {
    this.#seat.dispose();
    this.#session?.dispose();
    this.#store.dispose();
  }

  async #kernels(isOurs: (runbookPath: string) => boolean): ReturnType<RunsPorts["findKernels"]> {
    return (await this.#ports.findKernels(this.#ports.stateRoot())).filter((kernel) => isOurs(kernel.state.runbookPath));
  }

  async #open(client: KernelClient, mode: RunMode, first: (client: KernelClient) => Promise<RunStatus>): Promise<RunSession> {
    client.onAsk((question, withdrawn) => this.#ports.asker.ask(question, mode, withdrawn));
    let status: RunStatus;
    try {
      status = await first(client);
    } catch (error) {
      client.dispose();
      throw error;
    }
    const session = new RunSession(client, status);
    this.#session?.dispose();
    this.#session = session;
    session.onDidChange(() => this.#announce());
    this.#seat.dispose();
    this.#seat = tellSeat(session);
    client.onClose(() => {
      if (this.#session === session && session.status.ended === undefined) this.#ports.onLost();
    });
    this.#announce();
    await session.loadEvents();
    return session;
  }

  #announce(): void {
    const { active } = this;
    void setContext("dr-runbook.runActive", active !== undefined);
    void setContext("dr-runbook.drillActive", active?.status.mode === "drill");
    void setContext("dr-runbook.runWatched", active?.seat.isYours === false);
    this.#changed.fire(this.#session);
  }
}
