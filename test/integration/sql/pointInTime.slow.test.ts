import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startMariadb, type Mariadb } from "../../parts/mariadb.ts";
import { backupFile } from "../../unit/sql/engine.ts";
import { cellsOf, cellText, openNotebookShell, type NotebookShell } from "../notebookShell.ts";
import { ask } from "./realClient.ts";

const DATABASE = "buildnest_ecommerce";
const LOG = "mysql-bin.000001";
const cells = cellsOf("06-backup-and-restore");
const cell = (name: string): string => cellText(cells, name).replaceAll("/tmp/", "$SCRATCH/");

describe("the point-in-time recovery of the backup notebook, replayed from the binary log of a real MariaDB", function () {
  this.timeout(180_000);
  let real: Mariadb;
  let shell: NotebookShell;
  let scratch: string;
  const orders = async (): Promise<string> => ask(real, `SELECT COUNT(*), COALESCE(MAX(total), 0) FROM ${DATABASE}.orders`);
  const run = async (names: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<string> => {
    const ended = await shell.run(names.map(cell), { SCRATCH: scratch, BINLOG_FILE: LOG, ...variables });
    assert.equal(ended.exitCode, 0, `${names.join(", ")}: ${ended.stderr}`);
    return ended.stdout;
  };

  before(async function () {
    const started = await startMariadb(["--character-set-server=utf8mb4", "--log-bin=mysql-bin"]);
    if ("skipped" in started) {
      console.log(started.skipped);
      return this.skip();
    }
    real = started;
    scratch = mkdtempSync(join(tmpdir(), "point-in-time-"));
    const connect = `--no-defaults --socket=${real.socket}`;
    shell = openNotebookShell({
      environment: { MYSQL_ROOT_PASSWORD: real.password },
      programs: {
        mysql: `exec ${real.client} ${connect} "$@"`,
        mysqldump: `exec ${real.dump} ${connect} "$@"`,
        // Where the pod keeps its logs, the server of this test has its data.
        mysqlbinlog: `for each; do shift; case "$each" in /var/log/mysql/*) each="${real.data}/\${each##*/}";; esac; set -- "$@" "$each"; done\nexec ${real.binlog} --no-defaults "$@"`,
      },
    });
    await ask(real, `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
    copyFileSync(backupFile, join(scratch, "restore.sql.gz"));
    await run(["restore-backup"]);
  });

  after(async () => {
    shell?.close();
    await real?.stop();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  });

  /** The `# at` above the first line that has the text, as a person reads it off the cell's answer. */
  function positionBefore(answer: string, accident: RegExp): string {
    const lines = answer.split("\n");
    const at = lines.findIndex((line) => accident.test(line));
    return /# at (\d+)/u.exec(lines.slice(0, at).findLast((line) => line.includes("# at ")) ?? "")?.[1] ?? "";
  }

  for (const [accident, statement, found] of [
    ["rows that were deleted", `DELETE FROM ${DATABASE}.payments; DELETE FROM ${DATABASE}.order_items; DELETE FROM ${DATABASE}.orders`, /### DELETE FROM/u],
    ["a table that was dropped", `SET foreign_key_checks = 0; DROP TABLE ${DATABASE}.orders`, /drop table/iu],
  ] as const) {
    it(`brings back what was written between the backup and ${accident}`, async () => {
      const dumped = await shell.run([cell("back-up")], { SCRATCH: scratch });
      assert.deepEqual([dumped.exitCode, dumped.stderr], [0, ""]);
      const backup = (await shell.run([`ls -t "$SCRATCH"/buildnest-*.sql.gz | head -n 1`], { SCRATCH: scratch })).stdout.trim();
      copyFileSync(backup, join(scratch, "restore.sql.gz"));
      const before = await orders();
      await ask(real, `INSERT INTO ${DATABASE}.orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9001.5, NOW()); UPDATE ${DATABASE}.orders SET total = total + 1 WHERE total = 9001.5`);
      const wanted = await orders();
      assert.notEqual(wanted, before);
      await ask(real, statement);
      await run(["restore-backup"]);
      assert.equal(await orders(), before, "the backup alone has lost them");

      const start = (await run(["backup-position"])).trim().split("\n").at(-1) ?? "";
      assert.match(start, /^\d+$/u);
      const stop = positionBefore(await run(["find-accident"], { START_POSITION: start }), found);
      assert.ok(Number(stop) > Number(start), stop);
      await run(["replay-log"], { START_POSITION: start, STOP_POSITION: stop });
      assert.equal(await orders(), wanted);
    });
  }

  it("binary-logs: lists the log that the replay reads", async () => {
    assert.match(await ask(real, cell("binary-logs")), new RegExp(`^${LOG}\\t\\d+$`, "mu"));
  });

  it("a replay over data that is there already fails instead of passing over it", async () => {
    const start = (await run(["backup-position"])).trim().split("\n").at(-1) ?? "";
    const stop = (await ask(real, "SHOW MASTER STATUS")).split("\t")[1] ?? "";
    const ended = await shell.run([cell("replay-log")], { BINLOG_FILE: LOG, START_POSITION: start, STOP_POSITION: stop });
    assert.notEqual(ended.exitCode, 0, ended.stdout);
    assert.match(ended.stderr, /Duplicate entry/u);
  });

  it("backup-position: names nothing where the backup does not say where it ends, so that nobody replays from a guess", async () => {
    writeFileSync(join(scratch, "restore.sql.gz"), gzipSync("-- MariaDB dump\n"));
    assert.notEqual((await shell.run(["set -o pipefail", cell("backup-position")], { SCRATCH: scratch })).exitCode, 0);
  });
});
