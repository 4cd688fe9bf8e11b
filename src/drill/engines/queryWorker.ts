import { answerRequests } from "./blockingThread.ts";
import type { QueryRequest } from "./blockingQueries.ts";
import { MysqlWire, type MysqlReply } from "./mysqlWire.ts";

// The thread behind `BlockingQueries`: it has the connections, and answers one request after the other.
const connections = new Map<number, MysqlWire>();
const LOST: Extract<MysqlReply, { readonly kind: "error" }> = { kind: "error", errno: 2013, sqlState: "HY000", message: "Lost connection to MySQL server during query" };

async function answer(request: QueryRequest): Promise<MysqlReply> {
  switch (request.kind) {
    case "open": {
      const opened = await MysqlWire.open(request.login).catch((): typeof LOST => ({ kind: "error", errno: 2003, sqlState: "HY000", message: `Can't connect to MySQL server on '${request.login.place}' (111)` }));
      if (!(opened instanceof MysqlWire)) return opened;
      connections.set(request.connection, opened);
      return { kind: "done", affectedRows: 0 };
    }
    case "query": {
      const connection = connections.get(request.connection);
      return connection === undefined || connection.isClosed ? LOST : connection.query(request.sql).catch(() => LOST);
    }
    case "close":
      connections.get(request.connection)?.close();
      connections.delete(request.connection);
      return { kind: "done", affectedRows: 0 };
    case "drop":
      connections.get(request.connection)?.destroy();
      connections.delete(request.connection);
      return { kind: "done", affectedRows: 0 };
    case "ask":
      return { kind: "done", affectedRows: connections.get(request.connection)?.isClosed === false ? 1 : 0 };
  }
}

answerRequests(answer);
