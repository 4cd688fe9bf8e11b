import { SqlError } from "../contract.ts";
import type { PodProgram, ProgramInvocation, SqlResult } from "../contract.ts";
import { quoteString } from "../sql/catalog.ts";
import { valueText } from "../sql/sqlTypes.ts";
import { readPassword, warnAboutPassword } from "./mysql.ts";
import { connect } from "./mysqlConnection.ts";
import type { MysqlConnection, MysqlNetwork } from "./mysqlConnection.ts";
import { readMysqlOptions } from "./mysqlOptions.ts";
import type { MysqlOptions } from "./mysqlOptions.ts";

const encoder = new TextEncoder();
/** An INSERT is ended when it passes this many characters, as --net-buffer-length does. */
const insertLimit = 1_000_000;

type Cell = SqlResult["rows"][number][number];

function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** One dump in the making: asks the server in SQL only, as the real program does. */
class Dump {
  readonly #connection: MysqlConnection;
  readonly #write: (text: string) => Promise<void>;
  readonly #options: MysqlOptions;

  constructor(connection: MysqlConnection, options: MysqlOptions, write: (text: string) => Promise<void>) {
    this.#connection = connection;
    this.#options = options;
    this.#write = write;
  }

  query(sql: string): SqlResult {
    return this.#connection.endpoint.server.execute(this.#connection.session, sql);
  }

  #cell(sql: string, column: number): string {
    return String(this.query(sql).rows[0]?.[column] ?? "");
  }

  async #comment(text: string): Promise<void> {
    if (!this.#options.flags.has("skip-comments") && !this.#options.flags.has("compact")) await this.#write(`\n--\n-- ${text}\n--\n\n`);
  }

  async head(version: string, host: string, database: string): Promise<void> {
    const { flags } = this.#options;
    if (!flags.has("skip-comments") && !flags.has("compact")) await this.#write(`-- MySQL dump 10.13  Distrib ${version}, for Linux (x86_64)\n--\n-- Host: ${host}    Database: ${database}\n-- ------------------------------------------------------\n-- Server version\t${version}\n\n`);
    if (flags.has("compact")) return;
    await this.#write(
      "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;\n/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;\n/*!50503 SET NAMES utf8mb4 */;\n" +
        "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;\n/*!40103 SET TIME_ZONE='+00:00' */;\n/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;\n" +
        "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\n",
    );
  }

  async tail(completedAt: string): Promise<void> {
    const { flags } = this.#options;
    if (!flags.has("compact")) {
      await this.#write(
        "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;\n/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;\n" +
          "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;\n/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;\n/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n",
      );
    }
    if (!flags.has("skip-comments") && !flags.has("compact")) await this.#write(`\n-- Dump completed${flags.has("skip-dump-date") ? "" : ` on ${completedAt}`}\n`);
  }

  async database(name: string, tables: readonly string[], isNamed: boolean): Promise<void> {
    const { flags } = this.#options;
    if (isNamed && !flags.has("no-create-db")) {
      await this.#comment(`Current Database: ${quoteName(name)}`);
      await this.#write(`${this.#cell(`SHOW CREATE DATABASE ${quoteName(name)}`, 1).replace("CREATE DATABASE ", "CREATE DATABASE /*!32312 IF NOT EXISTS*/ ")};\n\nUSE ${quoteName(name)};\n`);
    }
    this.query(`USE ${quoteName(name)}`);
    const all = this.query("SHOW FULL TABLES").rows.map(([table, kind]) => ({ table: String(table), isView: kind === "VIEW" }));
    const missing = tables.find((table) => !all.some((known) => known.table === table));
    if (missing !== undefined) throw new SqlError(1146, "42S02", `Couldn't find table: "${missing}"`);
    const wanted = all.filter((known) => tables.length === 0 || tables.includes(known.table));
    for (const known of wanted) if (!known.isView) await this.#table(name, known.table);
    if (flags.has("routines")) await this.#routines(name);
    for (const known of wanted) if (known.isView) await this.#view(known.table);
  }

  async #table(database: string, table: string): Promise<void> {
    const { flags } = this.#options;
    if (!flags.has("no-create-info")) {
      await this.#comment(`Table structure for table ${quoteName(table)}`);
      if (!flags.has("skip-add-drop-table")) await this.#write(`DROP TABLE IF EXISTS ${quoteName(table)};\n`);
      await this.#write(`/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!50503 SET character_set_client = utf8mb4 */;\n${this.#cell(`SHOW CREATE TABLE ${quoteName(table)}`, 1)};\n/*!40101 SET character_set_client = @saved_cs_client */;\n`);
    }
    if (!flags.has("no-data")) await this.#rows(table);
    if (!flags.has("skip-triggers")) await this.#triggers(database, table);
  }

  async #rows(table: string): Promise<void> {
    const { flags } = this.#options;
    await this.#comment(`Dumping data for table ${quoteName(table)}`);
    const plain = this.query(`SHOW COLUMNS FROM ${quoteName(table)}`).rows.filter((row) => !String(row[5]).endsWith("GENERATED") || row[5] === "DEFAULT_GENERATED").map((row) => String(row[0]));
    const isPartial = plain.length < this.query(`SHOW COLUMNS FROM ${quoteName(table)}`).rows.length;
    const key = this.query(`SHOW INDEX FROM ${quoteName(table)}`).rows.filter((row) => row[2] === "PRIMARY").map((row) => quoteName(String(row[4])));
    const rows = this.query(`SELECT ${plain.map(quoteName).join(", ")} FROM ${quoteName(table)}${key.length === 0 ? "" : ` ORDER BY ${key.join(", ")}`}`);
    const isLocking = !flags.has("skip-add-locks") && !flags.has("compact");
    if (isLocking) await this.#write(`LOCK TABLES ${quoteName(table)} WRITE;\n/*!40000 ALTER TABLE ${quoteName(table)} DISABLE KEYS */;\n`);
    const names = isPartial || flags.has("complete-insert") ? ` (${plain.map(quoteName).join(", ")})` : "";
    const head = `INSERT INTO ${quoteName(table)}${names} VALUES `;
    let line = "";
    for (const row of rows.rows) {
      const tuple = `(${row.map((cell, index) => cellText(cell, rows.columns[index]?.isNumeric === true)).join(",")})`;
      if (line !== "" && (line.length + tuple.length > insertLimit || flags.has("skip-extended-insert"))) {
        await this.#write(`${line};\n`);
        line = "";
      }
      line += (line === "" ? head : ",") + tuple;
    }
    if (line !== "") await this.#write(`${line};\n`);
    if (isLocking) await this.#write(`/*!40000 ALTER TABLE ${quoteName(table)} ENABLE KEYS */;\nUNLOCK TABLES;\n`);
  }

  async #triggers(database: string, table: string): Promise<void> {
    const triggers = this.query(`SHOW TRIGGERS FROM ${quoteName(database)} LIKE ${quoteString(table)}`).rows;
    for (const row of triggers) {
      const name = String(row[0]);
      const shown = this.query(`SHOW CREATE TRIGGER ${quoteName(name)}`).rows[0];
      await this.#write(`/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;\n/*!50003 SET sql_mode              = '${String(shown?.[1] ?? "")}' */ ;\nDELIMITER ;;\n${String(shown?.[2] ?? "")} ;;\nDELIMITER ;\n/*!50003 SET sql_mode              = @saved_sql_mode */ ;\n`);
    }
  }

  async #routines(database: string): Promise<void> {
    await this.#comment(`Dumping routines for database '${database}'`);
    const found = this.query(`SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.routines WHERE ROUTINE_SCHEMA = ${quoteString(database)}`).rows;
    for (const [name, kind] of found) {
      const shown = this.query(`SHOW CREATE ${String(kind)} ${quoteName(String(name))}`).rows[0];
      await this.#write(`/*!50003 DROP ${String(kind)} IF EXISTS ${quoteName(String(name))} */;\nDELIMITER ;;\n${String(shown?.[2] ?? "")} ;;\nDELIMITER ;\n`);
    }
  }

  async #view(view: string): Promise<void> {
    if (this.#options.flags.has("no-create-info")) return;
    await this.#comment(`Final view structure for view ${quoteName(view)}`);
    await this.#write(`/*!50001 DROP VIEW IF EXISTS ${quoteName(view)}*/;\n${this.#cell(`SHOW CREATE VIEW ${quoteName(view)}`, 1)};\n`);
  }
}

function cellText(cell: Cell, isNumeric: boolean): string {
  if (cell === null) return "NULL";
  if (cell instanceof Uint8Array) return cell.length === 0 ? "''" : `0x${Buffer.from(cell).toString("hex").toUpperCase()}`;
  return isNumeric ? valueText(cell) : quoteString(valueText(cell));
}

function plan(options: MysqlOptions, all: readonly string[]): readonly { readonly database: string; readonly tables: readonly string[]; readonly isNamed: boolean }[] | undefined {
  if (options.flags.has("all-databases")) return all.map((database) => ({ database, tables: [], isNamed: true }));
  const [first, ...rest] = options.operands;
  if (first === undefined) return undefined;
  if (options.flags.has("databases")) return options.operands.map((database) => ({ database, tables: [], isNamed: true }));
  return [{ database: first, tables: rest, isNamed: false }];
}

async function dump(network: MysqlNetwork, invocation: ProgramInvocation, options: MysqlOptions, password: string): Promise<number> {
  const connection = connect(network, invocation, options, password, undefined);
  const { server } = connection.endpoint;
  try {
    const parts = plan(options, server.databases);
    if (parts === undefined) {
      await invocation.stderr(encoder.encode("Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\nOR     mysqldump [OPTIONS] --all-databases [OPTIONS]\nFor more options, use mysqldump --help\n"));
      return 1;
    }
    const making = new Dump(connection, options, async (text) => {
      invocation.signal.throwIfAborted();
      await invocation.stdout(encoder.encode(text));
    });
    await making.head(server.version, options.host ?? "localhost", parts[0]?.isNamed === false ? parts[0].database : "");
    for (const part of parts) await making.database(part.database, part.tables, part.isNamed);
    await making.tail(String(making.query("SELECT NOW()").rows[0]?.[0] ?? ""));
    return 0;
  } finally {
    server.closeSession(connection.session);
  }
}

/** The `mysqldump` client: a script that restores what the server holds. */
export function createMysqldump(network: MysqlNetwork): PodProgram {
  return async (invocation) => {
    const options = readMysqlOptions("mysqldump", invocation.argv.slice(1));
    if ("message" in options) {
      await invocation.stderr(encoder.encode(`${options.message}\n`));
      return 2;
    }
    await warnAboutPassword("mysqldump", invocation, options);
    const { password } = await readPassword(invocation, options);
    try {
      return await dump(network, invocation, options, password);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const isConnecting = error.errno === 1045 || error.errno === 1040 || error.errno >= 2000;
      await invocation.stderr(encoder.encode(`mysqldump: Got error: ${String(error.errno)}: ${error.message} when ${isConnecting ? "trying to connect" : "selecting the database"}\n`));
      return 2;
    }
  };
}
