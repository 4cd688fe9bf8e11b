import type { Account } from "./accounts.ts";
import { sqlError } from "./errors.ts";
import type { Frame } from "./execution.ts";
import { isLike } from "./likePattern.ts";
import type { Flavour } from "./versionComments.ts";

/** What an account may do in one place: everywhere, in a database, or with a table. Plain JSON. */
export interface Grant {
  /** A pattern as in LIKE; `undefined`: everywhere. */
  readonly database: string | undefined;
  /** `undefined`: the whole database. */
  readonly table: string | undefined;
  readonly privileges: readonly string[];
  /** WITH GRANT OPTION. */
  readonly isGrantable: boolean;
}

/** The narrowest place that a privilege can be granted for. */
type Level = "table" | "database" | "global";

const SHARED: readonly (readonly [name: string, level: Level])[] = [
  ["SELECT", "table"], ["INSERT", "table"], ["UPDATE", "table"], ["DELETE", "table"], ["CREATE", "table"], ["DROP", "table"], ["RELOAD", "global"], ["SHUTDOWN", "global"], ["PROCESS", "global"], ["FILE", "global"],
  ["REFERENCES", "table"], ["INDEX", "table"], ["ALTER", "table"], ["SHOW DATABASES", "global"], ["SUPER", "global"], ["CREATE TEMPORARY TABLES", "database"], ["LOCK TABLES", "database"], ["EXECUTE", "database"],
  ["REPLICATION SLAVE", "global"], ["REPLICATION CLIENT", "global"], ["CREATE VIEW", "table"], ["SHOW VIEW", "table"], ["CREATE ROUTINE", "database"], ["ALTER ROUTINE", "database"], ["CREATE USER", "global"], ["EVENT", "database"],
  ["TRIGGER", "table"], ["CREATE TABLESPACE", "global"],
];
const MARIADB: readonly (readonly [string, Level])[] = [
  ...SHARED.map(([name, level]): readonly [string, Level] => [name === "REPLICATION CLIENT" ? "BINLOG MONITOR" : name, level]), ["DELETE HISTORY", "table"],
  ...["SET USER", "FEDERATED ADMIN", "CONNECTION ADMIN", "READ_ONLY ADMIN", "REPLICATION SLAVE ADMIN", "REPLICATION MASTER ADMIN", "BINLOG ADMIN", "BINLOG REPLAY", "SLAVE MONITOR"].map((name): readonly [string, Level] => [name, "global"]),
];
/** MySQL's static ones; of its dynamic ones those that a statement here asks for. */
const MYSQL: readonly (readonly [string, Level])[] = [
  ...SHARED, ["CREATE ROLE", "global"], ["DROP ROLE", "global"],
  ...["APPLICATION_PASSWORD_ADMIN", "BINLOG_ADMIN", "CONNECTION_ADMIN", "FLUSH_TABLES", "REPLICATION_SLAVE_ADMIN", "SESSION_VARIABLES_ADMIN", "SYSTEM_VARIABLES_ADMIN"].map((name): readonly [string, Level] => [name, "global"]),
];
/** Other words for them. */
const ALIASES: Readonly<Record<string, string>> = { "REPLICATION CLIENT": "BINLOG MONITOR", "REPLICATION REPLICA": "REPLICATION SLAVE", "REPLICA MONITOR": "SLAVE MONITOR", "REPLICATION REPLICA ADMIN": "REPLICATION SLAVE ADMIN", "BINLOG CLIENT": "BINLOG MONITOR" };

/** Names of the product's privileges that a place can have, in the order in which SHOW GRANTS tells them. */
export function privilegesAt({ isMariaDb }: Flavour, level: Level): readonly string[] {
  const fits: Readonly<Record<Level, readonly Level[]>> = { global: ["table", "database", "global"], database: ["table", "database"], table: ["table"] };
  return (isMariaDb ? MARIADB : MYSQL).filter(([, narrowest]) => fits[level].includes(narrowest)).map(([name]) => name);
}

/** The product's own name of a privilege; `undefined` for none. */
export function privilegeNamed(name: string, flavour: Flavour): string | undefined {
  const own = flavour.isMariaDb ? (ALIASES[name] ?? name) : name;
  return privilegesAt(flavour, "global").find((known) => known === own);
}

/** ALL PRIVILEGES on `*.*`, or on a database. */
export function everything(flavour: Flavour, database: string | undefined, isGrantable: boolean): Grant {
  return { database, table: undefined, privileges: privilegesAt(flavour, database === undefined ? "global" : "database"), isGrantable };
}

function covers(grant: Grant, database: string | undefined, table: string | undefined): boolean {
  if (grant.database === undefined) return true;
  return database !== undefined && isLike(grant.database, database) && (grant.table === undefined || grant.table === table);
}

/** Whether an account has a privilege in a place. */
export function holds(account: Account, privilege: string, database?: string, table?: string): boolean {
  return account.grants.some((grant) => covers(grant, database, table) && grant.privileges.includes(privilege));
}

/** The account whose rights count: of none for the server's own work, and for what a trigger, a routine or a view does in its definer's name. */
function askedAccount({ session, depth }: Frame): Account | undefined {
  return depth > 0 ? undefined : session.account;
}

/** Throws 1142 where the session may not do all of `privileges` with a table. `shown` is another name for them in the message. */
export function demandOnTable(frame: Frame, privileges: readonly string[], database: string, table: string, shown = ""): void {
  const account = askedAccount(frame);
  const missing = account === undefined ? [] : privileges.filter((privilege) => !holds(account, privilege, database, table));
  if (account === undefined || missing.length === 0) return;
  const name = frame.server.flavour.isMariaDb ? `\`${database}\`.\`${table}\`` : `'${table}'`;
  throw sqlError("ER_TABLEACCESS_DENIED", shown === "" ? missing.join(", ") : shown, account.name, frame.session.host, name);
}

/** Throws 1044 where the session may not do that in a database. */
export function demandInDatabase(frame: Frame, privilege: string, database: string): void {
  const account = askedAccount(frame);
  if (account !== undefined && !holds(account, privilege, database)) throw sqlError("ER_DBACCESS_DENIED", account.name, account.host, database);
}

/** Throws 1370 where the session may not do that with a routine. */
export function demandOnRoutine(frame: Frame, privilege: "EXECUTE" | "ALTER ROUTINE", database: string, routine: string): void {
  const account = askedAccount(frame);
  if (account !== undefined && !holds(account, privilege, database)) throw sqlError("ER_PROCACCESS_DENIED", privilege.toLowerCase(), account.name, account.host, `${database}.${routine}`);
}

/** Whether the session may know that there is such a database, or such a table. */
export function canSee(frame: Frame, database: string, table?: string): boolean {
  const account = askedAccount(frame);
  if (account === undefined || database === "information_schema") return true;
  const ofData = new Set([...privilegesAt(frame.server.flavour, "database"), "SHOW DATABASES"]);
  return account.grants.some((grant) => grant.privileges.some((name) => ofData.has(name)) && (grant.database === undefined || (isLike(grant.database, database) && (table === undefined || grant.table === undefined || grant.table === table))));
}

/** Throws 1044 for a database in which the session may do nothing: also where there is none, so that nobody learns that. */
export function demandSight(frame: Frame, database: string): void {
  const account = askedAccount(frame);
  if (account !== undefined && !canSee(frame, database)) throw sqlError("ER_DBACCESS_DENIED", account.name, account.host, database);
}

/** Statements that administer a server, and the privileges of which one is enough, worded as each product's error words them. */
const ADMINISTRATION = {
  accounts: ["CREATE USER", "CREATE USER"],
  reload: ["RELOAD", "RELOAD"],
  flushTables: ["RELOAD or FLUSH_TABLES", "RELOAD"],
  replicas: ["SUPER or REPLICATION_SLAVE_ADMIN", "SUPER, REPLICATION SLAVE ADMIN"],
  replicaStatus: ["SUPER, REPLICATION CLIENT", "SUPER, SLAVE MONITOR"],
  binaryLogs: ["SUPER, REPLICATION CLIENT", "SUPER, BINLOG MONITOR"],
  binaryLogging: ["SUPER, SYSTEM_VARIABLES_ADMIN or SESSION_VARIABLES_ADMIN", "SUPER, BINLOG ADMIN"],
  variables: ["SUPER or SYSTEM_VARIABLES_ADMIN", "SUPER"],
  connections: ["SUPER or SYSTEM_VARIABLES_ADMIN", "SUPER, CONNECTION ADMIN"],
  readOnly: ["SUPER or SYSTEM_VARIABLES_ADMIN", "READ_ONLY ADMIN"],
  writesWhileReadOnly: ["SUPER or CONNECTION_ADMIN", "READ_ONLY ADMIN"],
  killing: ["SUPER or CONNECTION_ADMIN", "SUPER, CONNECTION ADMIN"],
  triggers: ["SUPER", "SUPER"],
  processes: ["PROCESS", "PROCESS"],
  databases: ["SHOW DATABASES", "SHOW DATABASES"],
} as const satisfies Record<string, readonly [mysql: string, mariaDb: string]>;

/** What of a server is administered. */
export type Administration = keyof typeof ADMINISTRATION;

/** Whether an account may do that to its server; the server itself (`undefined`) may. */
export function mayAdminister(account: Account | undefined, what: Administration, { isMariaDb }: Flavour): boolean {
  return account === undefined || ADMINISTRATION[what][isMariaDb ? 1 : 0].split(/, | or /u).some((privilege) => holds(account, privilege));
}

/** Throws 1227 where the session may not do that to its server. */
export function demandAdministration(frame: Frame, what: Administration): void {
  const { flavour } = frame.server;
  if (!mayAdminister(askedAccount(frame), what, flavour)) throw sqlError("ER_SPECIFIC_ACCESS_DENIED", ADMINISTRATION[what][flavour.isMariaDb ? 1 : 0]);
}
