import type { PodProgram } from "../contract.ts";
import { createMysqladmin } from "./mysqladmin.ts";
import { createMysqlClient } from "./mysql.ts";
import type { MysqlNetwork } from "./mysqlConnection.ts";
import { createMysqldump } from "./mysqldump.ts";

/** The programs that images of MySQL and MariaDB carry, under both products' names. */
export function createMysqlPrograms(network: MysqlNetwork): Readonly<Record<string, PodProgram>> {
  const [client, dump, admin] = [createMysqlClient(network), createMysqldump(network), createMysqladmin(network)];
  return { mysql: client, mariadb: client, mysqldump: dump, "mariadb-dump": dump, mysqladmin: admin, "mariadb-admin": admin };
}
