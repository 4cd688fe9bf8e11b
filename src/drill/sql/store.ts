import initSqlJs from "sql.js";
import type { Database as SqliteDatabase, SqlJsStatic, Statement } from "sql.js";
import type { TextRules } from "./collation.ts";
import { registerFunctions } from "./sqliteFunctions.ts";
import type { SqlValue } from "./sqlTypes.ts";

/** A value of a row as SQLite holds it: integers always `bigint`. */
export type RawValue = string | number | bigint | Uint8Array | null;

/** `Statement.get` as it is; the published types lack its second parameter. */
interface BigIntReader {
  get(parameters: null, options: { readonly useBigInt: true }): RawValue[];
}

/** The embedded SQLite database under one server. */
export class Store {
  readonly #sqlite: SqlJsStatic;
  readonly #rules: TextRules;
  #database: SqliteDatabase;
  readonly #prepared = new Map<string, Statement>();
  /** Schema changes, which SQLite does not count among its changes. */
  #definitions = 0;
  #saved: { readonly bytes: Uint8Array; readonly state: string } | undefined;

  private constructor(sqlite: SqlJsStatic, rules: TextRules) {
    this.#sqlite = sqlite;
    this.#rules = rules;
    this.#database = new sqlite.Database();
    registerFunctions(this.#database, this.#rules);
  }

  /** `wasmBinary` is SQLite's WebAssembly; `undefined` lets sql.js find its own file. */
  static async open(wasmBinary: Uint8Array | undefined, rules: TextRules): Promise<Store> {
    const binary = wasmBinary === undefined ? undefined : Uint8Array.from(wasmBinary).buffer;
    return new Store(await initSqlJs(binary === undefined ? {} : { wasmBinary: binary }), rules);
  }

  #prepare(sql: string): Statement {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= 200) this.#forget();
    const statement = this.#database.prepare(sql);
    this.#prepared.set(sql, statement);
    return statement;
  }

  #forget(): void {
    for (const statement of this.#prepared.values()) statement.free();
    this.#prepared.clear();
  }

  /** All rows of a query. Throws SQLite's error. */
  query(sql: string, parameters: readonly SqlValue[] = []): RawValue[][] {
    const statement = this.#prepare(sql);
    const reader: BigIntReader = statement;
    const rows: RawValue[][] = [];
    try {
      // sql.js binds a bigint as text; INTEGER affinity makes it an integer again.
      statement.bind(parameters.map((value) => (typeof value === "bigint" ? value.toString() : value)));
      while (statement.step()) rows.push(reader.get(null, { useBigInt: true }));
    } finally {
      statement.reset();
    }
    return rows;
  }

  /** Runs a prepared change and gives nothing back. */
  run(sql: string, parameters: readonly SqlValue[] = []): void {
    const statement = this.#prepare(sql);
    try {
      statement.run(parameters.map((value) => (typeof value === "bigint" ? value.toString() : value)));
    } catch (error) {
      statement.reset();
      throw error;
    }
  }

  /** Schema changes: statements kept so far are let go first. */
  define(sql: string): void {
    this.#forget();
    this.#definitions += 1;
    this.#database.run(sql);
  }

  /** Runs `action` so that either all or none of its changes stay. Nests. */
  atomic<T>(action: () => T): T {
    this.run("SAVEPOINT s");
    try {
      const result = action();
      this.run("RELEASE s");
      return result;
    } catch (error) {
      this.run("ROLLBACK TO s");
      this.run("RELEASE s");
      throw error;
    }
  }

  /** Size of the data as SQLite keeps it. */
  get bytes(): number {
    return Number(this.query("PRAGMA page_count")[0]?.[0] ?? 0) * Number(this.query("PRAGMA page_size")[0]?.[0] ?? 0);
  }

  /** Everything in it; the same array as the last time where nothing has changed since. Nobody may change it. */
  save(): Uint8Array {
    if (this.#saved?.state === this.#state()) return this.#saved.bytes;
    this.#forget();
    const bytes = this.#database.export();
    registerFunctions(this.#database, this.#rules);
    // Exporting opens the database anew: it counts from 0 again.
    this.#saved = { bytes, state: this.#state() };
    return bytes;
  }

  /** Differs whenever anything may have changed. */
  #state(): string {
    return `${this.#definitions} ${String(this.query("SELECT total_changes()")[0]?.[0])}`;
  }

  /** Holds what `save` gave; nobody may change the array from now on. */
  load(bytes: Uint8Array): void {
    this.close();
    // sql.js takes its copy by `slice`, which copies a plain array and gives only a view of a Buffer: servers filled from one would share their rows.
    this.#database = new this.#sqlite.Database(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    registerFunctions(this.#database, this.#rules);
    this.#saved = { bytes, state: this.#state() };
  }

  close(): void {
    this.#forget();
    this.#database.close();
  }
}
