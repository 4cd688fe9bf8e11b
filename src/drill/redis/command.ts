import type { Dataset, Entry } from "./dataset.ts";
import type { RedisReply } from "./reply.ts";

/** A client's connection as commands see it. */
export interface RedisClient {
  readonly id: number;
  /** `10.1.2.3:51234`. */
  readonly address: string;
  name: string;
  database: number;
  isAuthenticated: boolean;
  readonly connectedAt: number;
  usedAt: number;
  /** The last command, as CLIENT LIST names it: `client|list`. */
  lastCommand: string;
  /** World milliseconds that each command of others waits while this client keeps the server busy. */
  readonly busyMs: number;
}

/** What a data command works on. */
export interface CommandContext {
  readonly now: number;
  readonly client: RedisClient;
  readonly data: Dataset;
  /** The client's database. */
  readonly keys: Map<string, Entry>;
  readonly random: () => number;
}

/** One command: how many words it takes as `COMMAND INFO` has it (name included; negative is at least), and what it does. */
export interface RedisCommand {
  readonly arity: number;
  /** Refused when memory is full; counted as a change. */
  readonly isWrite?: boolean;
  readonly run: (context: CommandContext, args: readonly string[]) => RedisReply;
}

export type CommandTable = Readonly<Record<string, RedisCommand>>;
