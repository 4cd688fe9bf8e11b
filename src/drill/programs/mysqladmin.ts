import { SqlError } from "../contract.ts";
import type { PodProgram, SqlResult } from "../contract.ts";
import { readPassword, warnAboutPassword } from "./mysql.ts";
import { connect } from "./mysqlConnection.ts";
import type { MysqlConnection, MysqlNetwork } from "./mysqlConnection.ts";
import { readMysqlOptions } from "./mysqlOptions.ts";
import { formatResult } from "./mysqlOutput.ts";

const encoder = new TextEncoder();

function query(connection: MysqlConnection, sql: string): SqlResult {
  return connection.endpoint.server.execute(connection.session, sql);
}

function statusLine(connection: MysqlConnection): string {
  const values = new Map(query(connection, "SHOW GLOBAL STATUS").rows.map(([name, value]) => [String(name), Number(value)]));
  const uptime = values.get("Uptime") ?? 0;
  const questions = values.get("Questions") ?? 0;
  const rate = uptime === 0 ? 0 : questions / uptime;
  return `Uptime: ${String(uptime)}  Threads: ${String(values.get("Threads_connected") ?? 0)}  Questions: ${String(questions)}  Slow queries: ${String(values.get("Slow_queries") ?? 0)}  Opens: ${String(values.get("Open_tables") ?? 0)}  Flush tables: 1  Open tables: ${String(values.get("Open_tables") ?? 0)}  Queries per second avg: ${rate.toFixed(3)}\n`;
}

function run(connection: MysqlConnection, command: string): Uint8Array | undefined {
  switch (command) {
    case "ping": return encoder.encode("mysqld is alive\n");
    case "status": return encoder.encode(statusLine(connection));
    case "processlist": return formatResult(query(connection, "SHOW PROCESSLIST"), { format: "table", hasHeader: true, isRaw: false });
    case "variables": return formatResult(query(connection, "SHOW GLOBAL VARIABLES"), { format: "table", hasHeader: true, isRaw: false });
    case "extended-status": return formatResult(query(connection, "SHOW GLOBAL STATUS"), { format: "table", hasHeader: true, isRaw: false });
    case "start-replica": case "start-slave": query(connection, "START SLAVE"); return encoder.encode("Slave started\n");
    case "stop-replica": case "stop-slave": query(connection, "STOP SLAVE"); return encoder.encode("Slave stopped\n");
    default: return undefined;
  }
}

/** The `mysqladmin` client: ping, status, processlist, variables, extended-status, start- and stop-replica. */
export function createMysqladmin(network: MysqlNetwork): PodProgram {
  return async (invocation) => {
    const options = readMysqlOptions("mysqladmin", invocation.argv.slice(1));
    if ("message" in options) {
      await invocation.stderr(encoder.encode(`${options.message}\n`));
      return 1;
    }
    await warnAboutPassword("mysqladmin", invocation, options);
    const { password } = await readPassword(invocation, options);
    try {
      const connection = connect(network, invocation, options, password, undefined);
      try {
        for (const command of options.operands) {
          const output = run(connection, command);
          if (output === undefined) {
            await invocation.stderr(encoder.encode(`mysqladmin: Unknown command: '${command}'\n`));
            return 1;
          }
          await invocation.stdout(output);
        }
        return 0;
      } finally {
        connection.endpoint.server.closeSession(connection.session);
      }
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      // A server that answers "access denied" or "too many connections" is alive: ping says so.
      if (options.operands[0] === "ping" && error.errno < 2000) {
        await invocation.stdout(encoder.encode("mysqld is alive\n"));
        return 0;
      }
      await invocation.stderr(encoder.encode(`mysqladmin: connect to server at '${options.host ?? "localhost"}' failed\nerror: '${error.message}'\n`));
      return 1;
    }
  };
}
