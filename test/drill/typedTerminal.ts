import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A program in a terminal of its own (`script` of Debian's bsdutils), typed to line by line. */
export class Terminal {
  readonly #child: ChildProcess;
  #screen = "";
  #seen = 0;

  constructor(command: string, environment: NodeJS.ProcessEnv) {
    this.#child = spawn("script", ["-qfec", command, "/dev/null"], { env: environment, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#screen += text;
    });
  }

  /** Waits for a text after what was waited for before, and types an answer. */
  async answer(prompt: RegExp, line: string): Promise<void> {
    await this.type(prompt, `${line}\n`);
  }

  /** As `answer`, for keys without the return key: Ctrl-C is \u0003. */
  async type(prompt: RegExp, keys: string): Promise<void> {
    await this.waitFor(prompt);
    this.#child.stdin?.write(keys);
  }

  /** Waits for a text after what was waited for before. */
  async waitFor(prompt: RegExp): Promise<void> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const found = prompt.exec(this.#screen.slice(this.#seen));
      if (found !== null) {
        this.#seen += found.index + found[0].length;
        return;
      }
      if (Date.now() > deadline) throw new Error(`${String(prompt)} never came; the screen since: ${this.#screen.slice(this.#seen)}`);
      await sleep(50);
    }
  }

  async end(): Promise<string> {
    const ended = this.#child.exitCode !== null || (await Promise.race([new Promise((done) => this.#child.once("exit", () => done(true))), sleep(10_000, false)]));
    this.kill();
    assert.ok(ended, `it did not end; the screen since: ${this.#screen.slice(this.#seen)}`);
    return this.#screen;
  }

  /** Ends it whatever it does: its shell is a group of its own, which ends with its terminal. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
