import { basename, dirname, join } from "node:path";
import { SqlError, type PodProgram, type ProgramInvocation } from "../contract.ts";
import { readPassword } from "../programs/mysql.ts";
import { endpointOf, type MysqlEndpoint, type MysqlNetwork } from "../programs/mysqlConnection.ts";
import { readMysqlOptions, type MysqlOptions } from "../programs/mysqlOptions.ts";
import { runClient } from "./machinePrograms.ts";
import type { MariadbPrograms } from "./mariadbMachine.ts";
import { BINARY_LOG } from "./mariadbProcess.ts";
import { MariadbServer } from "./mariadbServer.ts";

const encoder = new TextEncoder();

/** Options by which a client finds its server, or files of this machine: the world decides those. */
const DECIDED: ReadonlySet<string> = new Set(["host", "port", "socket", "protocol", "no-defaults", "ssl", "skip-ssl", "user", "execute", "database", "local-infile", "init-command"]);
/** They would write a file on this machine, where the pod has none. */
const FILE_OPTIONS = ["result-file", "comments-file"];

type Client = "client" | "dump" | "admin";

/** The clients of images of MySQL and MariaDB, under both products' names, run as this machine's real ones on the pod's real server. */
export function createMariadbPrograms(programs: MariadbPrograms, network: MysqlNetwork): Readonly<Record<string, PodProgram>> {
  const program = (which: Client): PodProgram => (invocation) => runReal(programs, which, network, invocation);
  const [client, dump, admin] = [program("client"), program("dump"), program("admin")];
  const binlog: PodProgram = (invocation) => readLogs(programs, network, invocation);
  return { mysql: client, mariadb: client, mysqldump: dump, "mariadb-dump": dump, mysqladmin: admin, "mariadb-admin": admin, mysqlbinlog: binlog, "mariadb-binlog": binlog };
}

async function runReal(programs: MariadbPrograms, which: Client, network: MysqlNetwork, invocation: ProgramInvocation): Promise<number> {
  const [name = "", ...args] = invocation.argv;
  const complain = async (text: string, code: number): Promise<number> => {
    await invocation.stderr(encoder.encode(`${text}\n`));
    return code;
  };
  const options = readMysqlOptions(name, args);
  if ("message" in options) return complain(options.message, 2);
  const file = FILE_OPTIONS.find((option) => options.values.has(option));
  if (file !== undefined) return complain(`${name}: --${file} is refused: a drill's pod keeps no files. Let it write to its standard output.`, 2);
  let endpoint: MysqlEndpoint;
  try {
    endpoint = endpointOf(network, invocation.pod, options);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return complain(`ERROR ${error.errno} (${error.sqlState}): ${error.message}`, 1);
  }
  const { server } = endpoint;
  if (!(server instanceof MariadbServer)) throw new Error("The servers of a world are of one engine.");
  const { password, stdin } = await readPassword(invocation, options);
  return runClient({
    argv: [programs[which], "--no-defaults", ...placeOf(server, endpoint), ...argumentsOf(which, options, server, invocation)], folder: server.process.dataFolder, environment: { MYSQL_PWD: password },
    stdin: which === "client" && options.execute === undefined ? stdin : nothing(), stdout: invocation.stdout, stderr: invocation.stderr, signal: invocation.signal,
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Behind the socket in the server's own pod, through its port from another. */
function placeOf({ process }: MariadbServer, { address }: MysqlEndpoint): readonly string[] {
  return address === undefined ? [`--socket=${process.socket}`] : ["--host=127.0.0.1", `--port=${process.port}`, "--protocol=tcp"];
}

function argumentsOf(which: Client, options: MysqlOptions, server: MariadbServer, invocation: ProgramInvocation): readonly string[] {
  const { user, execute, database, operands, values, flags } = options;
  const start = [server.worldTime(), values.get("init-command")].filter((sql) => sql !== undefined);
  const kept = [...[...flags].filter((flag) => !values.has(flag)).map((flag) => `--${flag}`), ...[...values].map(([name, value]) => `--${name}=${value}`)].filter((option) => !DECIDED.has(option.slice(2).split("=")[0] ?? ""));
  // What the client could do on its own machine, a shell among it, is not for the person's one.
  const own = which === "client" ? ["--sandbox", "--local-infile=0", ...(invocation.isTerminal === true ? ["--table", "--unbuffered"] : []), ...(start.length === 0 ? [] : [`--init-command=${start.join("; ")}`]), ...(execute === undefined ? [] : [`--execute=${execute}`]), ...(database === undefined ? [] : [`--database=${database}`])] : [];
  return [`--user=${user ?? invocation.environment["USER"] ?? "root"}`, ...kept, ...own, ...(operands.length === 0 ? [] : ["--", ...operands])];
}

/** Options of mysqlbinlog that read files of the pod, and change nothing elsewhere. */
const LOG_OPTIONS = /^(?:--(?:base64-output|start-position|stop-position|start-datetime|stop-datetime|database|server-id|offset)=.*|--(?:verbose|short-form|disable-log-bin|hexdump|force-read|to-last-log|version|help|no-defaults)|-[vsDHftV?]+|-d.+)$/u;

/** `mysqlbinlog` on the logs of the pod's own server, wherever the pod has them. */
async function readLogs(programs: MariadbPrograms, network: MysqlNetwork, invocation: ProgramInvocation): Promise<number> {
  const [name = "", ...args] = invocation.argv;
  const server = network.local(invocation.pod)?.server;
  const refused = args.find((argument) => argument.startsWith("-") && !LOG_OPTIONS.test(argument));
  if (refused !== undefined || !(server instanceof MariadbServer)) {
    await invocation.stderr(encoder.encode(refused === undefined ? `${name}: no server has its logs in this pod now.\n` : `${name}: ${refused} is refused: in a drill it reads the log files of its own pod, with options written as --NAME=VALUE.\n`));
    return 1;
  }
  const logs = args.filter((argument) => !argument.startsWith("-"));
  const missing = logs.find((log) => !isLog(log));
  if (missing !== undefined) {
    await invocation.stderr(encoder.encode(`${name}: File '${missing}' not found (Errcode: 2 "No such file or directory")\n`));
    return 1;
  }
  const options = args.filter((argument) => argument.startsWith("-") && argument !== "--no-defaults");
  return runClient({ argv: [programs.binlog, "--no-defaults", ...options, ...logs.map((log) => join(server.process.dataFolder, basename(log)))], folder: server.process.dataFolder, environment: {}, stdin: nothing(), stdout: invocation.stdout, stderr: invocation.stderr, signal: invocation.signal });
}

/** Images keep binary logs beside the data or among the logs. */
function isLog(path: string): boolean {
  return ["/var/log/mysql", "/var/lib/mysql", "."].includes(dirname(path)) && new RegExp(`^${BINARY_LOG}\\.\\d+$`, "u").test(basename(path));
}
