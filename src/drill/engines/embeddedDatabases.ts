import type { Dumps } from "../world/dumps.ts";
import { createMysqlPrograms } from "../programs/mysqlPrograms.ts";
import { createSqlServer, linkReplica, MysqlServer } from "../sql/server.ts";
import { runOwn, type DatabaseEngine, type DatabaseServer } from "./databaseEngine.ts";

/** The SQL engine that runs in the world's own process: needs nothing of the machine, and all its time is world time. */
export function embeddedDatabases(dumps: Dumps): DatabaseEngine {
  return {
    create: async (options, saved) => {
      const server = await createSqlServer(options);
      if (saved !== undefined) server.load(saved);
      return server;
    },
    fill: (server, filling) => dumps.load(own(server), filling),
    copy: async (source, replica) => {
      own(replica).load(own(source).save());
      runOwn(replica, undefined, ["SET GLOBAL read_only = ON"]);
    },
    follow: async (source, replica, link) => linkReplica(own(source), own(replica), link),
    programs: createMysqlPrograms,
    close: async () => undefined,
  };
}

function own(server: DatabaseServer): MysqlServer {
  if (!(server instanceof MysqlServer)) throw new Error("The servers of a world are of one engine.");
  return server;
}
