import type { Caches } from "../world/caches.ts";
import type { Databases } from "../world/databases.ts";
import type { Sample } from "./targets.ts";

const YES_NO: Readonly<Record<string, number>> = { Yes: 1, No: 0, Connecting: 0 };

/** What mysqld_exporter tells of the database behind a service. It logs in as any client does: a server that takes no more connections is down to it. */
export function databaseSamples(databases: Databases, namespace: string, service: string): readonly Sample[] {
  const rows = databases.question(namespace, service, ["SHOW GLOBAL STATUS", "SHOW GLOBAL VARIABLES", "SHOW REPLICA STATUS"]);
  if (rows === undefined) return [plain("mysql_up", 0)];
  const [status, variables, replica] = rows;
  const values = new Map([...(status?.rows ?? []), ...(variables?.rows ?? [])].map((row) => [String(row[0]).toLowerCase(), row[1] ?? null]));
  const number = (metric: string, name: string): readonly Sample[] => {
    const value = values.get(name);
    return value === undefined || value === null ? [] : [plain(metric, Number(value))];
  };
  return [
    plain("mysql_up", 1),
    ...number("mysql_global_status_threads_connected", "threads_connected"),
    ...number("mysql_global_status_questions", "questions"),
    ...number("mysql_global_status_uptime", "uptime"),
    ...number("mysql_global_variables_max_connections", "max_connections"),
    plain("mysql_global_variables_read_only", Number(values.get("read_only") === "ON")),
    ...(replica === undefined ? [] : replicaSamples(replica.columns.map((column) => column.name), replica.rows[0])),
  ];
}

function replicaSamples(columns: readonly string[], row: readonly unknown[] | undefined): readonly Sample[] {
  if (row === undefined) return [];
  const values = new Map(columns.map((name, index) => [name.replace("Replica_", "Slave_").replace("_Source", "_Master"), row[index]]));
  const behind = values.get("Seconds_Behind_Master");
  return [
    plain("mysql_slave_status_slave_io_running", YES_NO[String(values.get("Slave_IO_Running"))] ?? 0),
    plain("mysql_slave_status_slave_sql_running", YES_NO[String(values.get("Slave_SQL_Running"))] ?? 0),
    ...(behind === null || behind === undefined ? [] : [plain("mysql_slave_status_seconds_behind_master", Number(behind))]),
  ];
}

const CACHE_FIELDS: readonly (readonly [metric: string, field: string])[] = [
  ["redis_connected_clients", "connected_clients"], ["redis_memory_used_bytes", "used_memory"], ["redis_memory_max_bytes", "maxmemory"], ["redis_uptime_in_seconds", "uptime_in_seconds"],
  ["redis_keyspace_hits_total", "keyspace_hits"], ["redis_keyspace_misses_total", "keyspace_misses"], ["redis_evicted_keys_total", "evicted_keys"], ["redis_commands_processed_total", "total_commands_processed"],
];

/** What redis_exporter tells of the cache behind a service. */
export function cacheSamples(caches: Caches, namespace: string, service: string): readonly Sample[] {
  const text = caches.info(namespace, service);
  if (text === undefined) return [plain("redis_up", 0)];
  const fields = new Map(text.split("\r\n").map((line) => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1)]));
  return [plain("redis_up", 1), ...CACHE_FIELDS.flatMap(([metric, field]) => (fields.has(field) ? [plain(metric, Number(fields.get(field)))] : []))];
}

function plain(name: string, value: number): Sample {
  return { name, labels: {}, value };
}
