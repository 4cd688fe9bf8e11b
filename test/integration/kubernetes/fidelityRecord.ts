import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** How many commands of a verb printed the same bytes and exited alike, of how many. */
export interface VerbRecord {
  readonly same: number;
  readonly of: number;
}

/** Keeps what a suite of comparisons came to and holds it to what docs/FIDELITY.md is made from; `UPDATE_GOLDEN=1` writes that anew. */
export class FidelityRecord {
  readonly #file: string;
  readonly #verbs = new Map<string, VerbRecord>();

  /** `name` is the suite's, `server` and `version` the table's columns. */
  constructor(name: string, server: string, version: string) {
    this.#file = fileURLToPath(new URL(`../../golden/fidelity/${name}-${server}-${version}.json`, import.meta.url));
  }

  /** Counts one command, which was the same when `compare` does not throw. */
  async count(argv: readonly string[], compare: () => Promise<void>): Promise<void> {
    const verb = verbOf(argv);
    const { same, of } = this.#verbs.get(verb) ?? { same: 0, of: 0 };
    this.#verbs.set(verb, { same, of: of + 1 });
    await compare();
    this.#verbs.set(verb, { same: same + 1, of: of + 1 });
  }

  /** After the last command. A run of only some (`MOCHA_GREP`) is not compared. */
  check(total: number): void {
    const counted = [...this.#verbs.values()].reduce((sum, { of }) => sum + of, 0);
    if (counted !== total) return;
    const text = `${JSON.stringify(Object.fromEntries([...this.#verbs].toSorted(([a], [b]) => (a < b ? -1 : 1))), undefined, 2)}\n`;
    if (process.env["UPDATE_GOLDEN"] === "1" && process.env["CI"] !== "true") {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(this.#file, text);
    }
    // A suite that was never recorded is "not run" in the table; its commands are compared all the same.
    if (existsSync(this.#file)) assert.equal(text, readFileSync(this.#file, "utf8"), `differs from ${this.#file}; UPDATE_GOLDEN=1 and npm run docs rewrite it`);
  }
}

const TWO_WORDS = new Set(["rollout", "set", "auth", "create"]);
const SECOND: Readonly<Record<string, string>> = { ns: "namespace", cm: "configmap" };

/** `rollout status`, `get`. */
function verbOf([first = "", second = ""]: readonly string[]): string {
  return TWO_WORDS.has(first) ? `${first} ${SECOND[second] ?? second}` : first;
}
