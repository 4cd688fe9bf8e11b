import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseProcess } from "./databaseEngine.ts";
import { AS_ROOT, type MariadbPrograms } from "./mariadbMachine.ts";
import { RunningServer } from "./serverProcess.ts";

/** What does not change about a server's process. */
export interface MariadbPlace {
  readonly programs: MariadbPrograms;
  /** Holds data and log. */
  readonly folder: string;
  readonly socket: string;
  readonly port: number;
  readonly serverId: number;
  readonly isReadOnly: boolean;
}

/** The base name of binary logs. */
export const BINARY_LOG = "mysql-bin";

/** The process of one MariaDB server, on its socket and on 127.0.0.1 alone. */
export class MariadbProcess extends RunningServer implements DatabaseProcess {
  readonly socket: string;
  readonly port: number;
  readonly dataFolder: string;

  /** `initial`: SQL for the first start; it is removed once the server has read it. */
  constructor(place: MariadbPlace, initial: string | undefined) {
    const { folder } = place;
    const script = join(folder, "initial.sql");
    let unread = initial;
    super({
      folder, readyText: "ready for connections",
      begin: () => {
        mkdirSync(join(folder, "files"), { recursive: true });
        if (unread !== undefined) writeFileSync(script, unread, { mode: 0o600 });
        return argvOf(place, unread === undefined ? [] : [`--init-file=${script}`]);
      },
      begun: (isUp) => {
        rmSync(script, { force: true });
        if (isUp) unread = undefined;
      },
    });
    this.socket = place.socket;
    this.port = place.port;
    this.dataFolder = dataFolderOf(place);
  }
}

function dataFolderOf({ folder }: MariadbPlace): string {
  return join(folder, "data");
}

function argvOf(place: MariadbPlace, more: readonly string[]): readonly string[] {
  const { programs, folder, socket, port, serverId, isReadOnly } = place;
  return [
    programs.server, "--no-defaults", ...AS_ROOT, `--datadir=${dataFolderOf(place)}`, `--socket=${socket}`, `--pid-file=${join(folder, "pid")}`, `--tmpdir=${folder}`,
    // Files of this machine are none of a rehearsal's: SQL reads and writes them in a folder of its own alone.
    `--secure-file-priv=${join(folder, "files")}`, "--local-infile=0", "--skip-symbolic-links", "--skip-name-resolve", "--bind-address=127.0.0.1", `--port=${port}`,
    `--server-id=${serverId}`, `--log-bin=${BINARY_LOG}`, "--binlog-format=ROW", "--log-slave-updates", ...(isReadOnly ? ["--read-only=1"] : []),
    "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--default-time-zone=+00:00", "--performance-schema=0",
    // What was told is with the system when the process is killed; a rehearsal's machine does not lose its power.
    "--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0", "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=64M", ...more,
  ];
}
