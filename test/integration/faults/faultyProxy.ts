import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What the way to a server does to it. Each holds for connections that are made while it is set, but `mute` and `break` for all at once. */
export interface FaultyProxy {
  readonly port: number;
  /** Milliseconds that each chunk takes in each direction. */
  latencyMs: number;
  /** Bytes from the server after which a connection is reset. */
  resetAfterBytes: number | undefined;
  /** Connections that clients have made so far. */
  readonly connections: number;
  /** True while connections stay open and nothing passes in either direction: a half-open socket to both ends. */
  isMute: boolean;
  /** Refuses new connections while true. */
  isDown: boolean;
  /** Resets every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** A TCP proxy on loopback that a test tells how to misbehave. */
export async function startFaultyProxy(target: number): Promise<FaultyProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    if (proxy.isDown) return void client.resetAndDestroy();
    const upstream = connect(target, "127.0.0.1");
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.resetAndDestroy();
      upstream.destroy();
    };
    let left = proxy.resetAfterBytes;
    pass(client, upstream, () => true, end);
    pass(upstream, client, (bytes) => left === undefined || (left -= bytes) > 0, end);
  });
  const pass = (from: Socket, to: Socket, isAllowed: (bytes: number) => boolean, end: () => void): void => {
    from.on("data", (chunk) => {
      if (proxy.isMute) return;
      if (!isAllowed(chunk.length)) return end();
      const write = (): void => {
        if (proxy.isMute || to.destroyed || to.write(chunk)) return;
        from.pause();
        to.once("drain", () => from.resume());
      };
      if (proxy.latencyMs > 0) setTimeout(write, proxy.latencyMs);
      else write();
    });
    from.on("end", () => to.end());
    from.on("error", end);
  };
  const proxy = {
    port: 0, latencyMs: 0, resetAfterBytes: undefined as number | undefined, isMute: false, isDown: false,
    get connections() {
      return connections;
    },
    cut: () => {
      for (const [client, upstream] of pairs) {
        client.resetAndDestroy();
        upstream.destroy();
      }
      pairs.clear();
    },
    close: async () => {
      proxy.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
