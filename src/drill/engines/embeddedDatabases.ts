import type { Dumps } from "../world/dumps.ts";
import { createMysqlPrograms } from "../programs/mysqlPrograms.ts";
import { createSqlServer, linkReplica, MysqlServer } from "../sql/server.ts";
import type { DatabaseEngine, DatabaseServer } from "./databaseEngine.ts";

/** The SQL engine that runs in the world's own process: needs nothing of the machine, and all its time is world time. */
export function embeddedDatabases(dumps: Dumps): DatabaseEngine {
  return {
    create: async (options, saved) => {
      const server = await createSqlServer(options);
      if (saved !== undefined) server.load(saved);
      return server;
    },
    fill: (server, dumpPath, database) => dumps.load(own(server), dumpPath, database),
    copy: async (source, replica) => {
      own(replica).load(own(source).save());
      const session = replica.openOwnSession("loader", undefined);
      replica.execute(session, "SET GLOBAL read_only = ON");
      replica.closeSession(session);
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
