import type { Flavour } from "./versionComments.ts";

/** A server's own facts that show in its system variables. */
export interface ServerFacts {
  readonly version: string;
  readonly hostname: string;
  readonly serverId: number;
  readonly port: number;
  readonly dataDirectory: string;
  readonly maxConnections: number;
  readonly hasBinaryLog: boolean;
}

const mysqlMode = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
const mariaMode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";

/** Variables that only exist server-wide. */
export const globalOnly: ReadonlySet<string> = new Set([
  "read_only", "super_read_only", "max_connections", "hostname", "server_id", "port", "datadir", "log_bin", "version", "version_comment", "innodb_buffer_pool_size",
  "log_bin_basename", "binlog_expire_logs_seconds", "expire_logs_days", "system_time_zone", "lower_case_table_names", "innodb_flush_log_at_trx_commit", "gtid_mode", "sync_binlog",
  "enforce_gtid_consistency", "gtid_executed", "gtid_purged", "event_scheduler", "max_binlog_size", "innodb_force_recovery", "local_infile", "have_ssl", "general_log", "general_log_file", "log_output", "tls_version", "basedir", "socket", "pid_file",
]);

/** Switches of more than two places: `@@name` tells their word, not 0 or 1. */
export const wordSwitches: ReadonlySet<string> = new Set(["gtid_mode", "enforce_gtid_consistency", "event_scheduler", "query_cache_type", "old_alter_table"]);

/** Variables that cannot be set while the server runs. */
export const constantVariables: ReadonlySet<string> = new Set([
  "version", "version_comment", "hostname", "port", "datadir", "log_bin", "log_bin_basename", "system_time_zone", "lower_case_table_names", "basedir", "socket", "pid_file", "have_ssl", "innodb_force_recovery",
]);

/** Values that a server starts with, by lower-case name. */
export function startVariables(facts: ServerFacts, flavour: Flavour): Map<string, string | number> {
  const collation = flavour.isMariaDb || flavour.versionId < 80_000 ? "utf8mb4_general_ci" : "utf8mb4_0900_ai_ci";
  const shared: Record<string, string | number> = {
    version: facts.version, version_comment: flavour.isMariaDb ? "MariaDB Server" : "MySQL Community Server - GPL", hostname: facts.hostname, server_id: facts.serverId, port: facts.port,
    datadir: facts.dataDirectory, basedir: "/usr/", socket: "/var/run/mysqld/mysqld.sock", pid_file: "/var/run/mysqld/mysqld.pid",
    max_connections: facts.maxConnections, read_only: "OFF", log_bin: facts.hasBinaryLog ? "ON" : "OFF", log_bin_basename: facts.hasBinaryLog ? `${facts.dataDirectory}binlog` : "",
    autocommit: "ON", sql_mode: flavour.isMariaDb ? mariaMode : mysqlMode, time_zone: "SYSTEM", system_time_zone: "UTC", foreign_key_checks: "ON", unique_checks: "ON", sql_notes: "ON", sql_log_bin: "ON",
    character_set_client: "utf8mb4", character_set_connection: "utf8mb4", character_set_results: "utf8mb4", character_set_server: "utf8mb4", character_set_database: "utf8mb4", character_set_system: "utf8mb3", character_set_filesystem: "binary",
    collation_connection: collation, collation_server: collation, collation_database: collation, group_concat_max_len: flavour.isMariaDb ? 1_048_576 : 1024,
    max_allowed_packet: flavour.isMariaDb ? 16_777_216 : 67_108_864, net_write_timeout: 60, net_read_timeout: 30, wait_timeout: 28_800, interactive_timeout: 28_800, lock_wait_timeout: 86_400, innodb_lock_wait_timeout: 50,
    innodb_buffer_pool_size: 134_217_728, innodb_flush_log_at_trx_commit: 1, innodb_force_recovery: 0, sync_binlog: 1, lower_case_table_names: 0, max_binlog_size: 1_073_741_824, local_infile: "OFF",
    default_storage_engine: "InnoDB", sql_quote_show_create: "ON", sql_safe_updates: "OFF", sql_select_limit: "18446744073709551615", max_execution_time: 0, event_scheduler: flavour.isMariaDb ? "OFF" : "ON", binlog_format: flavour.isMariaDb ? "MIXED" : "ROW", have_ssl: "DISABLED",
    general_log: "OFF", general_log_file: `${flavour.isMariaDb ? "" : facts.dataDirectory}${facts.hostname}.log`, log_output: "FILE",
    explicit_defaults_for_timestamp: "ON", optimizer_switch: "", old_alter_table: flavour.isMariaDb ? "DEFAULT" : "OFF", profiling: "OFF", query_cache_type: "OFF", session_track_schema: "ON",
  };
  const own: Record<string, string | number> = flavour.isMariaDb
    ? { tx_isolation: "REPEATABLE-READ", note_verbosity: "basic,explain", expire_logs_days: 0, binlog_expire_logs_seconds: 0, default_tmp_storage_engine: "", check_constraint_checks: "ON", system_versioning_insert_history: "OFF" }
    : { transaction_isolation: "REPEATABLE-READ", super_read_only: "OFF", binlog_expire_logs_seconds: 2_592_000, gtid_mode: "OFF", enforce_gtid_consistency: "OFF", gtid_executed: "", gtid_purged: "", information_schema_stats_expiry: 86_400, default_collation_for_utf8mb4: collation, sql_require_primary_key: "OFF", ...(flavour.versionId < 80_200 ? { expire_logs_days: 0 } : {}) };
  return new Map(Object.entries({ ...shared, ...own }));
}

/** Boolean variables take 0, 1, TRUE, FALSE, ON and OFF. */
export function isSwitch(value: string | number | undefined): boolean {
  return value === "ON" || value === "OFF";
}

/** Minutes east of UTC; `undefined` for a zone that the server (no zone tables loaded) does not know. */
export function zoneMinutes(zone: string): number | undefined {
  if (/^(?:SYSTEM|UTC)$/i.test(zone)) return 0;
  const found = /^([+-])(\d{1,2}):(\d{2})$/.exec(zone);
  if (found === null) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return minutes > 840 ? undefined : found[1] === "-" ? -minutes : minutes;
}
