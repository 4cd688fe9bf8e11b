import type { RedisClient } from "./command.ts";
import { DATABASES, STARTUP_BYTES } from "./dataset.ts";
import { infoText } from "./info.ts";
import { keyBytes } from "./keyCommands.ts";
import { array, bulk, bulks, error, integer, OK, status, SYNTAX, wholeNumber, type RedisReply } from "./reply.ts";
import type { RedisServer } from "./server.ts";

/** A command on the server itself. */
export interface ServerCommand {
  /** As in `RedisCommand`. */
  readonly arity: number;
  /** Whether the next word names what it does: CLIENT LIST knows it as `client|list`. */
  readonly hasSubcommands?: boolean;
  readonly run: (server: RedisServer, client: RedisClient, args: readonly string[]) => RedisReply;
}

const unknownSub = (command: string, sub: string): RedisReply => error(`ERR unknown subcommand '${sub}'. Try ${command} HELP.`);
const wrongCount = (command: string, sub: string): RedisReply => error(`ERR wrong number of arguments for '${command}|${sub}' command`);

function clientLine(server: RedisServer, client: RedisClient): string {
  const seconds = (since: number): number => Math.max(0, Math.floor((server.now - since) / 1000));
  const isIdle = client.lastCommand !== "client|list" && client.lastCommand !== "client|info";
  return [
    `id=${client.id}`, `addr=${client.address}`, "laddr=127.0.0.1:6379", `fd=${client.id + 7}`, `name=${client.name}`, `age=${seconds(client.connectedAt)}`, `idle=${seconds(client.usedAt)}`, "flags=N", `db=${client.database}`,
    "sub=0 psub=0 ssub=0 multi=-1", isIdle ? "qbuf=0 qbuf-free=0 argv-mem=0" : "qbuf=26 qbuf-free=20448 argv-mem=10", "multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0", isIdle ? "tot-mem=1830" : "tot-mem=22298",
    "events=r", `cmd=${(client.busyMs > 0 ? client.lastCommand.split(" ")[0] : client.lastCommand)?.toLowerCase() ?? ""}`, "user=default redir=-1 resp=2",
  ].join(" ");
}

function clientCommand(server: RedisServer, client: RedisClient, [sub = "", ...args]: readonly string[]): RedisReply {
  switch (sub.toLowerCase()) {
    case "list":
      return bulk([...server.clients].map((each) => `${clientLine(server, each)}\n`).join(""));
    case "info":
      return bulk(`${clientLine(server, client)}\n`);
    case "id":
      return integer(client.id);
    case "getname":
      return bulk(client.name === "" ? undefined : client.name);
    case "setname":
      if (args.length !== 1) return wrongCount("client", "setname");
      if (/[\s\n]/u.test(args[0] ?? "")) return error("ERR Client names cannot contain spaces, newlines or special characters.");
      client.name = args[0] ?? "";
      return OK;
    case "kill":
      return args.length === 0 ? wrongCount("client", "kill") : kill(server, client, args);
  }
  return unknownSub("CLIENT", sub);
}

function kill(server: RedisServer, self: RedisClient, args: readonly string[]): RedisReply {
  if (args.length === 1) {
    const found = [...server.clients].find((client) => client.address === args[0]);
    if (found === undefined) return error("ERR No such client");
    server.disconnect(found);
    return OK;
  }
  if (args.length % 2 === 1) return error(SYNTAX);
  let chosen = [...server.clients].filter((client) => client !== self);
  for (let at = 0; at < args.length; at += 2) {
    const [filter = "", value = ""] = [args[at]?.toLowerCase(), args[at + 1]];
    if (filter === "id") chosen = chosen.filter(({ id }) => id === wholeNumber(value, "ERR client-id should be greater than 0"));
    else if (filter === "addr") chosen = chosen.filter(({ address }) => address === value);
    else if (filter === "type") chosen = value.toLowerCase() === "normal" ? chosen : [];
    else if (filter === "user") chosen = value === "default" ? chosen : [];
    else if (filter !== "skipme") return error(SYNTAX);
  }
  for (const client of chosen) server.disconnect(client);
  return integer(chosen.length);
}

function config(server: RedisServer, _client: RedisClient, [sub = "", ...args]: readonly string[]): RedisReply {
  switch (sub.toLowerCase()) {
    case "get":
      return args.length === 0 ? wrongCount("config", "get") : server.config.get(args);
    case "set":
      return args.length < 2 ? wrongCount("config", "set") : server.config.set(args);
    case "resetstat":
      Object.assign(server.counters, { connections: 0, commands: 0, hits: 0, misses: 0, evicted: 0, errors: new Map() });
      return OK;
    case "rewrite":
      return error("ERR The server is running without a config file");
  }
  return unknownSub("CONFIG", sub);
}

function slowLog(server: RedisServer, _client: RedisClient, [sub = "", count]: readonly string[]): RedisReply {
  switch (sub.toLowerCase()) {
    case "len":
      return integer(server.slowLog.length);
    case "reset":
      server.slowLog = [];
      return OK;
    case "get": {
      const wanted = count === undefined ? 10 : wholeNumber(count);
      const entries = wanted === -1 ? server.slowLog : server.slowLog.slice(0, wanted);
      return array(entries.map((entry) => array([integer(entry.id), integer(Math.floor(entry.at / 1000)), integer(entry.micros), bulks(entry.words), bulk(entry.address), bulk(entry.client)])));
    }
  }
  return unknownSub("SLOWLOG", sub);
}

const DOCTOR_QUIET = "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
const DOCTOR_WELL = "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n";

function memory(server: RedisServer, client: RedisClient, [sub = "", key, ...more]: readonly string[]): RedisReply {
  switch (sub.toLowerCase()) {
    case "usage": {
      if (key === undefined) return wrongCount("memory", "usage");
      if (more.length > 0 && more[0]?.toLowerCase() !== "samples") return error(SYNTAX);
      const bytes = keyBytes({ now: server.now, client, data: server.data, keys: server.data.database(client.database, server.now), random: () => 0 }, key);
      return bytes === undefined ? { kind: "nil" } : integer(bytes);
    }
    case "doctor":
      return bulk(server.usedBytes < 5 * 2 ** 20 ? DOCTOR_QUIET : DOCTOR_WELL);
    case "purge":
      return OK;
    case "stats": {
      const keys = server.data.keyspace(server.now).reduce((sum, entry) => sum + entry.keys, 0);
      const facts: readonly (readonly [string, number])[] = [["peak.allocated", server.usedBytes], ["total.allocated", server.usedBytes], ["startup.allocated", STARTUP_BYTES], ["replication.backlog", 0], ["clients.normal", server.clients.size * 1830], ["keys.count", keys], ["dataset.bytes", server.data.bytes()]];
      return array(facts.flatMap(([name, value]) => [bulk(name), integer(value)]));
    }
  }
  return unknownSub("MEMORY", sub);
}

function save(server: RedisServer, args: readonly string[], isBackground: boolean): RedisReply {
  if (args.length > 0 && !(isBackground && args.length === 1 && args[0]?.toLowerCase() === "schedule")) return error(SYNTAX);
  server.save();
  return isBackground ? status("Background saving started") : OK;
}

function selectDatabase(client: RedisClient, text: string | undefined): RedisReply {
  const index = wholeNumber(text);
  if (index < 0 || index >= DATABASES) return error("ERR DB index is out of range");
  client.database = index;
  return OK;
}

function authenticate(server: RedisServer, client: RedisClient, args: readonly string[]): RedisReply {
  const wanted = server.config.text("requirepass");
  if (args.length > 2) return error("ERR syntax error");
  if (wanted === "" && args.length === 1) return error("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
  const [user, password] = args.length === 1 ? ["default", args[0]] : args;
  if (user !== "default" || (wanted !== "" && password !== wanted)) return error("WRONGPASS invalid username-password pair or user is disabled.");
  client.isAuthenticated = true;
  return status("OK");
}

/** Commands on the server, its clients and its connection. */
export const SERVER_COMMANDS: Readonly<Record<string, ServerCommand>> = {
  ping: { arity: -1, run: (_server, _client, args) => (args.length > 1 ? error("ERR wrong number of arguments for 'ping' command") : args[0] === undefined ? status("PONG") : bulk(args[0])) },
  echo: { arity: 2, run: (_server, _client, [text]) => bulk(text) },
  quit: { arity: -1, run: () => OK },
  auth: { arity: -2, run: authenticate },
  select: { arity: 2, run: (_server, client, [index]) => selectDatabase(client, index) },
  time: { arity: 1, run: (server) => bulks([String(Math.floor(server.now / 1000)), String((server.now % 1000) * 1000)]) },
  info: { arity: -1, run: (server, _client, sections) => bulk(infoText(server, sections)) },
  role: { arity: 1, run: () => array([bulk("master"), integer(0), array([])]) },
  replicaof: { arity: 3, run: (_server, _client, [host = "", port = ""]) => (`${host} ${port}`.toLowerCase() === "no one" ? OK : error("ERR replication to another server is not rehearsed in this world")) },
  client: { arity: -2, hasSubcommands: true, run: clientCommand },
  config: { arity: -2, hasSubcommands: true, run: config },
  slowlog: { arity: -2, hasSubcommands: true, run: slowLog },
  memory: { arity: -2, hasSubcommands: true, run: memory },
  latency: { arity: -2, hasSubcommands: true, run: (_server, _client, [sub = ""]) => (sub.toLowerCase() === "latest" ? array([]) : sub.toLowerCase() === "reset" ? integer(0) : unknownSub("LATENCY", sub)) },
  cluster: { arity: -2, hasSubcommands: true, run: () => error("ERR This instance has cluster support disabled") },
  acl: { arity: -2, hasSubcommands: true, run: (_server, _client, [sub = ""]) => (sub.toLowerCase() === "whoami" ? bulk("default") : unknownSub("ACL", sub)) },
  save: { arity: 1, run: (server, _client, args) => save(server, args, false) },
  bgsave: { arity: -1, run: (server, _client, args) => save(server, args, true) },
  bgrewriteaof: { arity: 1, run: () => status("Background append only file rewriting started") },
  lastsave: { arity: 1, run: (server) => integer(Math.floor(server.savedAt / 1000)) },
  debug: { arity: -2, run: () => error("ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.") },
};
