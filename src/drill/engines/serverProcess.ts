import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { OwnedProcess } from "./ownedProcess.ts";

/** A real server's process, as the world sees it. */
export interface ServerProcess {
  readonly isUp: boolean;
  /** Why it ended by itself, or did not start: the end of its own log. `undefined` where it did not. */
  readonly failure: { readonly log: readonly string[]; readonly exitCode: number } | undefined;
  /** Starts it on its data; resolves once it listens or has failed. */
  start(): Promise<void>;
  stop(how: "terminated" | "killed"): void;
}

/** What a kind of server needs of its process. */
export interface ServerPlan {
  /** Its working folder; its log goes there. */
  readonly folder: string;
  /** What its log says once it takes connections. */
  readonly readyText: string;
  /** Writes what it reads at its start, and gives its command line. */
  begin(): readonly string[] | Promise<readonly string[]>;
  /** Called when it is up or has failed: removes what only the start needed. */
  begun(isUp: boolean): void;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 20;
/** An orderly end takes a few tenths of a second; after this a server is made to end. */
const END_LIMIT_MS = 15_000;
/** How much of its own log a server that failed is quoted with, lines. */
const QUOTED_LINES = 40;

/** Starts and ends one real server, again and again, and knows when it has ended by itself. */
export class RunningServer implements ServerProcess {
  readonly #plan: ServerPlan;
  #process: OwnedProcess | undefined;
  #isUp = false;
  #isWanted = false;
  #failure: ServerProcess["failure"];
  #onEnd: () => void = () => undefined;

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get failure(): ServerProcess["failure"] {
    return this.#failure;
  }

  /** Calls `listener` when the server has ended by itself. */
  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  async start(): Promise<void> {
    this.#isWanted = true;
    // The one before may still be on its way out, with the data locked.
    await this.#process?.ended;
    if (!this.#isWanted || this.#isUp) return;
    this.#failure = undefined;
    const { folder, readyText } = this.#plan;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const log = join(folder, "log");
    const running = new OwnedProcess(await this.#plan.begin(), folder, log);
    this.#process = running;
    void running.ended.then((code) => this.#ended(code, log));
    const deadline = performance.now() + START_LIMIT_MS;
    while (this.#process === running && performance.now() < deadline && !readFileSync(log, "utf8").includes(readyText)) await delay(POLL_MS);
    if (this.#process === running && performance.now() >= deadline) running.end("killed");
    else if (this.#process === running) this.#isUp = this.#isWanted;
    this.#plan.begun(this.#isUp);
  }

  stop(how: "terminated" | "killed"): void {
    this.#isWanted = false;
    this.#isUp = false;
    this.#failure = undefined;
    const running = this.#process;
    running?.end(how);
    if (running === undefined || how === "killed") return;
    const timer = setTimeout(() => running.end("killed"), END_LIMIT_MS);
    void running.ended.then(() => clearTimeout(timer));
  }

  /** Ends it and waits for that. */
  async end(): Promise<void> {
    this.stop("terminated");
    await this.#process?.ended;
  }

  #ended(exitCode: number, log: string): void {
    this.#isUp = false;
    this.#process = undefined;
    if (!this.#isWanted) return;
    this.#failure = { exitCode, log: readFileSync(log, "utf8").trimEnd().split("\n").slice(-QUOTED_LINES) };
    this.#onEnd();
  }
}
