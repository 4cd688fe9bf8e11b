import * as vscode from "vscode";
import type { ClockStatus, KernelClient, KernelRequests, OutputNotification, RunStatus, Seat } from "../../core/protocol.ts";
import type { JournalRecord } from "../../core/run/journalEvent.ts";
import { runKind, type RunKind } from "../../core/run/runKind.ts";
import { DisposableStore } from "../disposables.ts";

const EVENT_LIMIT = 2000;

/** One run as this window sees it: the kernel's connection, its latest status and the journal's events. */
export class RunSession implements vscode.Disposable {
  readonly client: KernelClient;
  #status: RunStatus;
  #receivedAt = Date.now();
  #events: JournalRecord[] = [];
  #isConnected = true;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  readonly #output = this.#store.add(new vscode.EventEmitter<OutputNotification>());
  /** Status, journal or connection changed. */
  readonly onDidChange = this.#changed.event;
  readonly onDidOutput = this.#output.event;
  readonly #healthChanged = this.#store.add(new vscode.EventEmitter<void>());
  /** Something in a cluster changed since its health was last read. */
  readonly onDidChangeHealth = this.#healthChanged.event;

  /** `status` is the first one, from `startRun` or `status`. The session owns the client and disposes it. */
  constructor(client: KernelClient, status: RunStatus) {
    this.client = client;
    this.#status = status;
    client.on("status", (next) => this.#setStatus(next));
    client.on("healthChanged", () => this.#healthChanged.fire());
    client.on("output", (output) => this.#output.fire(output));
    client.on("event", (event) => {
      this.#addEvents([event]);
      this.#changed.fire();
    });
    client.on("seatChanged", () => this.#changed.fire());
    client.onClose(() => {
      this.#isConnected = false;
      this.#changed.fire();
    });
  }

  get status(): RunStatus {
    return this.#status;
  }

  /** The journal's latest events, oldest first. */
  get events(): readonly JournalRecord[] {
    return this.#events;
  }

  /** False once the kernel is gone: what is shown is the last that was known. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** True while cells can be run in it. */
  get isActive(): boolean {
    return this.#isConnected && this.#status.ended === undefined;
  }

  /** What the run is to people, as of now. */
  get kind(): RunKind {
    return runKind({ mode: this.#status.mode, impactAt: this.#status.clock.impactAt });
  }

  /** Who drives the run: this window, another front, or nobody. */
  get seat(): Seat {
    return this.client.seat;
  }

  /** The run's clock as of now, counted on from the latest status. */
  get clock(): ClockStatus {
    const { clock } = this.#status;
    return { ...clock, now: this.#status.ended === undefined ? clock.now + (Date.now() - this.#receivedAt) * clock.rate : clock.now };
  }

  /** Sends a request whose result is the new status. */
  async change<Name extends StatusRequest>(name: Name, params: KernelRequests[Name]["params"]): Promise<void> {
    this.#setStatus(await this.client.request(name, params));
  }

  /** Reads the journal so far: after attaching, the events before it were told to nobody here. */
  async loadEvents(): Promise<void> {
    this.#addEvents(await this.client.request("journal", {}));
    this.#changed.fire();
  }

  dispose(): void {
    this.#isConnected = false;
    this.client.dispose();
    this.#store.dispose();
  }

  #setStatus(status: RunStatus): void {
    this.#status = status;
    this.#receivedAt = Date.now();
    this.#changed.fire();
  }

  #addEvents(events: readonly JournalRecord[]): void {
    const known = new Set(this.#events.map((event) => event.seq));
    this.#events = [...this.#events, ...events.filter((event) => !known.has(event.seq))].sort((a, b) => a.seq - b.seq).slice(-EVENT_LIMIT);
  }
}

/** Requests whose result is the run's status. */
export type StatusRequest = { [Name in keyof KernelRequests]: KernelRequests[Name]["result"] extends RunStatus ? Name : never }[keyof KernelRequests];
