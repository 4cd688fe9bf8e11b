import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { startMariadb, type Mariadb } from "../../parts/mariadb.ts";
import { backupFile, openEngine, restoreBackup } from "../../unit/sql/engine.ts";
import { ask, runReal } from "./realClient.ts";

/** A real MariaDB and the drill's engine, which says that it is of the same version; both have the backup's rows. */
export interface Both {
  readonly real: Mariadb;
  readonly ours: MysqlServer;
}

/** Starts both and restores the backup into `database`; skips the suite, saying why, where no real one can be had. */
export async function startBoth(database: string, suite: Mocha.Context): Promise<Both> {
  const real = await startMariadb(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--default-time-zone=+00:00"]);
  if ("skipped" in real) {
    console.log(real.skipped);
    return suite.skip();
  }
  await ask(real, `CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  const restored = await runReal(real, real.client, [database], gunzipSync(readFileSync(backupFile)));
  assert.equal(restored.exitCode, 0, restored.stderr);
  assert.equal(restored.stderr, "");
  const ours = await openEngine({ version: await ask(real, "SELECT VERSION()") });
  assert.equal((await restoreBackup(ours, database)).stderr, "");
  return { real, ours };
}
