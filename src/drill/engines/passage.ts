import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way between two real servers that is open as long as the world's network is. */
export interface Passage {
  readonly port: number;
  close(): void;
}

/** How often what goes through is looked at, milliseconds: an outage may come while nothing is sent. */
const LOOK_MS = 200;

/** Listens on 127.0.0.1, on `port` where that is free, and leads to `target` while `isReachable`; what is open when it ends is cut. */
export async function openPassage(target: number, isReachable: () => boolean, port = 0): Promise<Passage> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    if (!isReachable()) {
      client.destroy();
      return;
    }
    const onward = connect(target, "127.0.0.1");
    for (const [socket, other] of [[client, onward], [onward, client]] as const) {
      open.add(socket);
      // Either end's loss is the other's: closing tells it.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const looking = setInterval(() => {
    if (open.size > 0 && !isReachable()) for (const socket of open) socket.destroy();
  }, LOOK_MS);
  looking.unref();
  const listening = once(server, "listening").then(() => true, () => false);
  server.listen(port, "127.0.0.1");
  if (!(await listening)) {
    clearInterval(looking);
    return openPassage(target, isReachable);
  }
  server.unref();
  const address = server.address();
  return {
    port: address === null || typeof address === "string" ? 0 : address.port,
    close: () => {
      clearInterval(looking);
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
