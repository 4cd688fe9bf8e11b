import type { RedisReply } from "../redis/reply.ts";
import { integer, OK } from "../redis/reply.ts";
import type { CommandRequest } from "./blockingCommands.ts";
import { answerRequests } from "./blockingThread.ts";
import { LOST, RedisWire } from "./redisWire.ts";

// The thread behind `BlockingCommands`: it has the connections, and answers one request after the other.
const connections = new Map<number, RedisWire>();

async function answer(request: CommandRequest): Promise<RedisReply> {
  const known = connections.get(request.connection);
  switch (request.kind) {
    case "open":
      connections.set(request.connection, await RedisWire.open(request.login));
      return OK;
    case "run":
      return known?.run(request.words) ?? LOST;
    case "close":
      known?.close();
      connections.delete(request.connection);
      return OK;
    case "ask":
      return integer(known?.isClosed === false ? 1 : 0);
  }
}

answerRequests(answer);
