import type { Socket } from "node:net";
import { createMessageConnection, type MessageConnection, SocketMessageReader, SocketMessageWriter } from "vscode-jsonrpc/node";

/** JSON-RPC over a socket, the same at both ends. Call `listen` on it once the handlers are set. */
export function createSocketConnection(socket: Socket): MessageConnection {
  const reader = new SocketMessageReader(socket);
  // Its watch over half messages is of no use here, and would keep the process alive when the connection ends amid one.
  reader.partialMessageTimeout = 0;
  return createMessageConnection(reader, new SocketMessageWriter(socket));
}
