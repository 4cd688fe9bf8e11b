import type { ByteStream } from "../../core/ports.ts";
import { SqlError } from "../contract.ts";
import type { PodProgram, ProgramInvocation } from "../contract.ts";
import { StatementSplitter } from "../sql/splitter.ts";
import type { SplitStatement } from "../sql/splitter.ts";
import { connect, lostConnection, takeFirstLine } from "./mysqlConnection.ts";
import type { MysqlConnection, MysqlNetwork } from "./mysqlConnection.ts";
import { readMysqlOptions } from "./mysqlOptions.ts";
import type { MysqlOptions } from "./mysqlOptions.ts";
import { formatResult } from "./mysqlOutput.ts";
import type { OutputStyle } from "./mysqlOutput.ts";

const encoder = new TextEncoder();

/** The text of an error as clients print it. */
export function errorText(error: SqlError, line: number | undefined): string {
  // What is the client's own has no number.
  if (error.errno === 0) return `ERROR${line === undefined ? "" : ` at line ${String(line)}`}: ${error.message}\n`;
  return `ERROR ${String(error.errno)} (${error.sqlState})${line === undefined ? "" : ` at line ${String(line)}`}: ${error.message}\n`;
}

/** Says on stderr that a password stood on the command line, as MySQL's clients do. */
export async function warnAboutPassword(program: string, invocation: ProgramInvocation, options: MysqlOptions): Promise<void> {
  if (options.isPasswordOnCommandLine) await invocation.stderr(encoder.encode(`${program}: [Warning] Using a password on the command line interface can be insecure.\n`));
}

/** The password and what of standard input is left. A bare -p asks: without terminal the first input line answers. */
export async function readPassword(invocation: ProgramInvocation, options: MysqlOptions): Promise<{ readonly password: string; readonly stdin: ByteStream }> {
  if (typeof options.password === "string") return { password: options.password, stdin: invocation.stdin };
  if (options.password === undefined) return { password: invocation.environment["MYSQL_PWD"] ?? "", stdin: invocation.stdin };
  await invocation.stderr(encoder.encode("Enter password: "));
  const { line, rest } = await takeFirstLine(invocation.stdin);
  await invocation.stderr(encoder.encode("\n"));
  return { password: line.replace(/\r$/, ""), stdin: rest };
}

/** One client run: statements go to the server in order; the first error ends it unless --force. */
class ClientRun {
  readonly #network: MysqlNetwork;
  readonly #invocation: ProgramInvocation;
  readonly #options: MysqlOptions;
  readonly #connection: MysqlConnection;
  readonly #style: OutputStyle;
  #hasFailed = false;
  /** Bytes sent since the last sleep, for a server of limited speed. */
  #owed = 0;

  constructor(network: MysqlNetwork, invocation: ProgramInvocation, options: MysqlOptions, connection: MysqlConnection) {
    this.#network = network;
    this.#invocation = invocation;
    this.#options = options;
    this.#connection = connection;
    const { flags } = options;
    const format = flags.has("vertical") ? "vertical" : flags.has("table") ? "table" : "batch";
    const isQuiet = flags.has("skip-column-names");
    this.#style = { format, hasHeader: !isQuiet, isRaw: flags.has("raw") };
  }

  /** Runs all statements; the exit code. */
  async run(statements: AsyncIterable<SplitStatement>): Promise<number> {
    for await (const statement of statements) {
      this.#invocation.signal.throwIfAborted();
      if (statement.command === "quit") break;
      await this.#pace(statement.bytes);
      const error = statement.command === "source" ? noFile(statement.sql) : await this.#one(statement);
      if (error === undefined) continue;
      await this.#invocation.stderr(encoder.encode(errorText(error, statement.line)));
      this.#hasFailed = true;
      if (!this.#options.flags.has("force") || error.errno >= 2000 && error.errno < 3000) return 1;
    }
    return this.#hasFailed && !this.#options.flags.has("force") ? 1 : 0;
  }

  async #pace(bytes: number): Promise<void> {
    const rate = this.#network.bytesPerSecond;
    if (rate === undefined) return;
    this.#owed += bytes;
    const ms = Math.floor((this.#owed / rate) * 1000);
    if (ms < 50) return;
    this.#owed -= (ms / 1000) * rate;
    await this.#network.sleep(ms, this.#invocation.signal);
  }

  async #one(statement: SplitStatement): Promise<SqlError | undefined> {
    const { endpoint, session } = this.#connection;
    if (endpoint.accept() !== undefined) return lostConnection();
    try {
      const result = endpoint.server.execute(session, statement.sql);
      const style: OutputStyle = statement.isVertical ? { ...this.#style, format: "vertical" } : this.#style;
      const bytes = formatResult(result, style);
      if (bytes.length > 0) await this.#invocation.stdout(bytes);
      return undefined;
    } catch (error) {
      if (error instanceof SqlError) return error;
      throw error;
    }
  }
}

/** The pods of a world keep no scripts. */
function noFile(name: string): SqlError {
  return new SqlError(0, "", `Failed to open file '${name}', error: 2`);
}

async function* splitStream(stream: ByteStream): AsyncGenerator<SplitStatement> {
  const splitter = new StatementSplitter();
  for await (const chunk of stream) yield* splitter.push(chunk);
  yield* splitter.end();
}

async function* splitText(text: string): AsyncGenerator<SplitStatement> {
  yield* splitStream((async function* chunks(): AsyncGenerator<Uint8Array> { yield encoder.encode(text); })());
}

/** The `mysql` client: `-e` or a script on standard input, batch output as without a terminal. */
export function createMysqlClient(network: MysqlNetwork): PodProgram {
  return async (invocation) => {
    const [program = "mysql", ...args] = invocation.argv;
    const options = readMysqlOptions("mysql", args);
    if ("message" in options) {
      await invocation.stderr(encoder.encode(`${options.message}\n`));
      return 7;
    }
    if (options.isVersion) {
      const version = network.local(invocation.pod)?.server.version ?? "8.0.36";
      await invocation.stdout(encoder.encode(`${program}  Ver ${version} for Linux on x86_64\n`));
      return 0;
    }
    await warnAboutPassword("mysql", invocation, options);
    const { password, stdin } = await readPassword(invocation, options);
    let connection: MysqlConnection;
    try {
      connection = connect(network, invocation, options, password, options.database ?? options.operands[0]);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      await invocation.stderr(encoder.encode(errorText(error, undefined)));
      return 1;
    }
    try {
      return await new ClientRun(network, invocation, options, connection).run(options.execute === undefined ? splitStream(stdin) : splitText(options.execute));
    } finally {
      connection.endpoint.server.closeSession(connection.session);
    }
  };
}
