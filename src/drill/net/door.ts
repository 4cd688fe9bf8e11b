import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";

/** What clients meet at a port: the server, a host that refuses connections, or one that is gone: it takes what comes and never says a word. */
export type DoorState = "open" | "refused" | "silent";

/** A server's port on loopback, which can be made to behave like a dead host and comes back at the same number. */
export interface Door {
  readonly port: number;
  readonly state: DoorState;
  /** Resolves when clients meet the new state; connections from before are gone then. Rejects when another program has taken the port meanwhile. */
  set(state: DoorState): Promise<void>;
  /** Ends at once, requests under way included. */
  close(): Promise<void>;
}

/** Serves HTTP or HTTPS on 127.0.0.1; `port` 0 takes a free one. The server itself must not listen. Rejects when the port is taken. */
export async function openDoor(server: HttpServer | HttpsServer, port: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let state: DoorState = "open";
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (state === "open") server.emit("connection", socket);
    // Its end is no error here: nobody reads what such a client sends.
    else socket.on("error", () => socket.destroy()).pause();
  };
  let listener: Server | undefined = await listen(accept, port);
  const address = listener.address() as AddressInfo;
  const shut = async (): Promise<void> => {
    const open = listener;
    listener = undefined;
    for (const socket of sockets) socket.destroy();
    if (open !== undefined) await new Promise<void>((resolve) => void open.close(() => resolve()));
  };
  return {
    port: address.port,
    get state() {
      return state;
    },
    set: async (next) => {
      if (next === state) return;
      state = next;
      if (next === "refused") await shut();
      else {
        for (const socket of sockets) socket.destroy();
        listener ??= await listen(accept, address.port);
      }
    },
    close: async () => {
      await shut();
      server.closeAllConnections();
    },
  };
}

async function listen(accept: (socket: Socket) => void, port: number): Promise<Server> {
  const listener = createServer(accept);
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, "127.0.0.1", resolve);
  });
  return listener;
}
