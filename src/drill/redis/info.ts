import { STARTUP_BYTES } from "./dataset.ts";
import type { RedisServer } from "./server.ts";

type Lines = readonly (readonly [name: string, value: string | number])[];

/** INFO: only what this server knows of itself, in Redis 7.0's order and names. */
export function infoText(server: RedisServer, sections: readonly string[]): string {
  const wanted = sections.map((section) => section.toLowerCase());
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((section) => ["all", "everything", "default"].includes(section) || section === name.toLowerCase());
  return SECTIONS.filter(([name]) => isWanted(name))
    .map(([name, lines]) => [`# ${name}`, ...lines(server).map(([field, value]) => `${field}:${value}`), ""].join("\r\n"))
    .join("\r\n");
}

const SECTIONS: readonly (readonly [string, (server: RedisServer) => Lines])[] = [
  ["Server", (server) => {
    const uptime = Math.max(0, Math.floor((server.now - server.startedAt) / 1000));
    return [
      ["redis_version", server.version], ["redis_git_sha1", "00000000"], ["redis_git_dirty", 0], ["redis_mode", "standalone"], ["arch_bits", 64], ["multiplexing_api", "epoll"], ["process_id", 1], ["process_supervised", "no"],
      ["run_id", server.runId], ["tcp_port", server.config.text("port")], ["server_time_usec", Math.round(server.now * 1000)], ["uptime_in_seconds", uptime], ["uptime_in_days", Math.floor(uptime / 86_400)], ["hz", 10], ["configured_hz", 10],
      ["config_file", ""], ["io_threads_active", 0],
    ];
  }],
  ["Clients", (server) => [["connected_clients", server.clients.size], ["cluster_connections", 0], ["maxclients", server.config.text("maxclients")], ["blocked_clients", 0], ["tracking_clients", 0], ["clients_in_timeout_table", 0]]],
  ["Memory", (server) => {
    const [used, limit] = [server.usedBytes, server.config.number("maxmemory")];
    const rss = Math.round(used * 1.2) + 6 * 2 ** 20;
    return [
      ["used_memory", used], ["used_memory_human", human(used)], ["used_memory_rss", rss], ["used_memory_rss_human", human(rss)], ["used_memory_startup", STARTUP_BYTES], ["used_memory_dataset", server.data.bytes()],
      ["maxmemory", limit], ["maxmemory_human", human(limit)], ["maxmemory_policy", server.config.text("maxmemory-policy")], ["mem_fragmentation_ratio", (rss / used).toFixed(2)], ["mem_allocator", "jemalloc-5.2.1"],
    ];
  }],
  ["Persistence", (server) => [
    ["loading", 0], ["async_loading", 0], ["rdb_changes_since_last_save", server.dirty], ["rdb_bgsave_in_progress", 0], ["rdb_last_save_time", Math.floor(server.savedAt / 1000)], ["rdb_last_bgsave_status", "ok"],
    ["rdb_saves", server.counters.saves], ["aof_enabled", server.config.text("appendonly") === "yes" ? 1 : 0], ["aof_rewrite_in_progress", 0], ["aof_last_write_status", "ok"],
  ]],
  ["Stats", ({ counters, data, now }) => [
    ["total_connections_received", counters.connections], ["total_commands_processed", counters.commands], ["rejected_connections", 0], ["expired_keys", (data.keyspace(now), data.expired)], ["evicted_keys", counters.evicted],
    ["keyspace_hits", counters.hits], ["keyspace_misses", counters.misses], ["pubsub_channels", 0], ["pubsub_patterns", 0], ["total_error_replies", [...counters.errors.values()].reduce((sum, count) => sum + count, 0)],
  ]],
  ["Replication", ({ runId }) => [["role", "master"], ["connected_slaves", 0], ["master_failover_state", "no-failover"], ["master_replid", [...runId].reverse().join("")], ["master_replid2", "0".repeat(40)], ["master_repl_offset", 0], ["second_repl_offset", -1], ["repl_backlog_active", 0]]],
  ["Modules", () => []],
  ["Errorstats", ({ counters }) => [...counters.errors].map(([kind, count]) => [`errorstat_${kind}`, `count=${count}`])],
  ["Cluster", () => [["cluster_enabled", 0]]],
  ["Keyspace", (server) => server.data.keyspace(server.now).map(({ index, keys, expires, averageTtl }) => [`db${index}`, `keys=${keys},expires=${expires},avg_ttl=${averageTtl}`])],
];

/** `1.61M`, as `bytesToHuman` writes it. */
function human(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ["K", "M", "G", "T"];
  const power = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(2)}${units[power - 1] ?? ""}`;
}
