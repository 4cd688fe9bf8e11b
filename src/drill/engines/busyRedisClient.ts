import { setTimeout as delay } from "node:timers/promises";
import type { RedisClient } from "../redis/command.ts";
import { RedisWire } from "./redisWire.ts";

/** A client that keeps a cache busy, as a fault describes it. */
export type BusyClient = Pick<RedisClient, "name" | "address" | "busyMs" | "lastCommand">;

/** Runs the command, its words in ARGV after the first, so many times: Redis does nothing else meanwhile. A script sees no clock go on. */
const BUSY_SCRIPT = "for _ = 1, tonumber(ARGV[1]) do redis.call(unpack(ARGV, 2)) end";
/** How often at first. */
const FIRST_TIMES = 500;
/** How much oftener than the last time, at most. */
const MOST_GROWTH = 20;
/** How long it lets others go before, milliseconds. */
const PAUSE_MS = 20;

/** A real client that keeps a real Redis server busy until somebody ends its connection. */
export class BusyRedisClient {
  readonly client: BusyClient;
  #wire: RedisWire | undefined;
  #isOver = false;

  /** Connects and begins. `rate` is world time per real time. */
  constructor(client: BusyClient, login: { readonly port: number; readonly password: string | undefined }, rate: number) {
    this.client = client;
    void this.#work(login, client.busyMs / rate);
  }

  /** Whether nobody has ended it. */
  get isConnected(): boolean {
    return !this.#isOver;
  }

  close(): void {
    this.#isOver = true;
    this.#wire?.close();
  }

  async #work(login: { readonly port: number; readonly password: string | undefined }, busyMs: number): Promise<void> {
    const wire = await RedisWire.open({ ...login, user: undefined });
    this.#wire = wire;
    await wire.run(["CLIENT", "SETNAME", this.client.name]);
    for (let times = FIRST_TIMES; !this.#isOver && !wire.isClosed; ) {
      const began = performance.now();
      await wire.run(["EVAL", BUSY_SCRIPT, "0", String(times), ...this.client.lastCommand.split(" ")]);
      times = Math.max(1, Math.round(times * Math.min(MOST_GROWTH, busyMs / (performance.now() - began))));
      await delay(PAUSE_MS);
    }
    this.close();
  }
}
