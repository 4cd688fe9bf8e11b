import assert from "node:assert/strict";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import type { Mariadb } from "../../parts/mariadb.ts";
import { Client, openEngine, programsOf, readRestored, restoreBackup, runProgram, start } from "../../unit/sql/engine.ts";
import { startBoth } from "./realBeside.ts";
import { ask, runReal } from "./realClient.ts";
import { statements, type TypedStatement } from "./statements.ts";

/** What a client printed for each statement: rows and then the error, if any. */
type Answers = readonly { readonly rows: string; readonly error: string }[];

const markerOf = (index: number): string => `statement ${String(index)}`;

/** All statements as one script; each is announced by a SELECT, and errors tell the line they began on. */
function makeScript(): { readonly text: string; readonly lineOf: ReadonlyMap<number, number> } {
  const lines: string[] = [];
  const lineOf = new Map<number, number>();
  let line = 1;
  for (const [index, { sql }] of statements.entries()) {
    lines.push(`SELECT '${markerOf(index)}' AS marker;`, `${sql};`);
    lineOf.set(line + 1, index);
    line += 1 + sql.split("\n").length;
  }
  return { text: `${lines.join("\n")}\n`, lineOf };
}

const script = makeScript();

function readAnswers(stdout: string, stderr: string, isTable: boolean): Answers {
  const parts = stdout.split(isTable ? /^\+-+\+\n\| marker +\|\n\+-+\+\n\| statement (\d+) +\|\n\+-+\+\n/m : /^marker\nstatement (\d+)\n/m);
  const rows = new Map<number, string>();
  for (let at = 1; at < parts.length; at += 2) rows.set(Number(parts[at]), parts[at + 1] ?? "");
  const errors = new Map<number, string>();
  for (const piece of stderr.split(/^(?=ERROR )/m)) {
    const found = /^ERROR (\d+ \(\w+\)) at line (\d+): ([\s\S]*)$/.exec(piece);
    if (found !== null) errors.set(script.lineOf.get(Number(found[2])) ?? -1, `${found[1] ?? ""}: ${(found[3] ?? "").replace(/\n(?:--------------\n[\s\S]*)?$/, "")}`);
  }
  assert.equal(rows.size, statements.length, `${String(rows.size)} answers\n${stderr}`);
  assert.equal(errors.has(-1), false, "an error of no statement");
  return statements.map((_statement, index) => ({ rows: rows.get(index) ?? "", error: errors.get(index) ?? "" }));
}

function assertAgrees({ agreement, sql }: TypedStatement, ours: Answers[number] | undefined, real: Answers[number] | undefined): void {
  assert.ok(ours !== undefined && real !== undefined);
  const sorted = (answer: Answers[number]) => ({ ...answer, rows: answer.rows.split("\n").toSorted() });
  const rounded = (answer: Answers[number]) => ({ ...answer, rows: answer.rows.replaceAll(/\tA\t\d+\t/g, "\tA\t(estimated)\t") });
  switch (agreement) {
    case "same": case "width": assert.deepEqual(ours, real, sql); break;
    case "anyOrder": assert.deepEqual(sorted(ours), sorted(real), sql); break;
    case "estimate": assert.deepEqual(rounded(ours), rounded(real), sql); break;
    case "errorNumber": assert.deepEqual([ours.rows, ours.error.split(":")[0]], [real.rows, real.error.split(":")[0]], sql); break;
    case "refused": assert.match(ours.error, /^1235 \(42000\): This version of MariaDB doesn't yet support '.+'$/, sql); break;
  }
}

async function bothAnswers(real: Mariadb, ours: MysqlServer, flag: "--batch" | "--table"): Promise<{ readonly ours: Answers; readonly real: Answers }> {
  const isTable = flag === "--table";
  const theirs = await runReal(real, real.client, [flag, "--force", `--init-command=SET timestamp=${String(start / 1000)}`, "shop"], script.text);
  const own = await runProgram(programsOf(ours), ["mysql", "-uroot", flag, "--force", "shop"], { environment: { MYSQL_PWD: "secret" }, stdin: script.text });
  return { ours: readAnswers(own.stdout.toString(), own.stderr, isTable), real: readAnswers(theirs.stdout.toString(), theirs.stderr, isTable) };
}

describe("the SQL engine beside a real MariaDB", function () {
  this.timeout(120_000);
  let real: Mariadb;
  let ours: MysqlServer;
  let batch: { readonly ours: Answers; readonly real: Answers };

  before(async function () {
    ({ real, ours } = await startBoth("shop", this));
    batch = await bothAnswers(real, ours, "--batch");
  });

  after(async () => {
    await real?.stop();
    ours?.close();
  });

  describe("answers alike, through mysql --batch", () => {
    for (const [index, statement] of statements.entries()) {
      it(`${statement.sql.replaceAll(/\s+/g, " ")}${statement.agreement === "same" ? "" : ` [${statement.agreement}]`}`, () => assertAgrees(statement, batch.ours[index], batch.real[index]));
    }
  });

  it("prints the same tables with mysql --table", async () => {
    const both = await bothAnswers(real, ours, "--table");
    for (const [index, statement] of statements.entries()) {
      if (statement.agreement === "same" || statement.agreement === "errorNumber") assertAgrees(statement, both.ours[index], both.real[index]);
    }
  });

  it("restores our mysqldump, and we restore mariadb-dump's dump of that", async () => {
    const source = await openEngine({ version: ours.version });
    await restoreBackup(source, "shop");
    const dumped = await runProgram(programsOf(source), ["mysqldump", "-uroot", "--single-transaction", "--routines", "--triggers", "shop"], { environment: { MYSQL_PWD: "secret" } });
    assert.deepEqual([dumped.exitCode, dumped.stderr], [0, ""]);
    await ask(real, "CREATE DATABASE copied CHARACTER SET utf8mb4");
    const restored = await runReal(real, real.client, ["copied"], dumped.stdout);
    assert.deepEqual([restored.exitCode, restored.stderr], [0, ""]);
    for (const { table, checksumTable, create } of readRestored().tables) {
      assert.equal(await ask(real, `CHECKSUM TABLE copied.\`${table}\``), `copied.${table}\t${checksumTable}`);
      assert.equal((await ask(real, `SHOW CREATE TABLE copied.\`${table}\``)).replace(/^\w+\t/, ""), create);
    }
    assert.equal(await ask(real, "SELECT action_statement FROM information_schema.triggers WHERE trigger_schema = 'copied'"), readRestored().trigger);

    const again = await runReal(real, real.dump, ["--single-transaction", "--routines", "--triggers", "copied"], "");
    assert.equal(again.exitCode, 0, again.stderr);
    source.createDatabase("back");
    const back = await runProgram(programsOf(source), ["mysql", "-uroot", "back"], { environment: { MYSQL_PWD: "secret" }, stdin: chunksOf(again.stdout) });
    assert.deepEqual([back.exitCode, back.stderr], [0, ""]);
    const client = new Client(source, "back");
    for (const { table, checksumTable, create } of readRestored().tables) {
      assert.equal(String(client.rows(`CHECKSUM TABLE \`${table}\``)[0]?.[1]), checksumTable, table);
      assert.equal(client.rows(`SHOW CREATE TABLE \`${table}\``)[0]?.[1], create);
    }
    source.close();
  });
});

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}
