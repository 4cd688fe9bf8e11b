import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DerivedCache, type Derived } from "../../../src/drill/world/derivedCache.ts";
import { readDocuments } from "../../../src/drill/world/documents.ts";
import { Dumps } from "../../../src/drill/world/dumps.ts";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { readSnapshot } from "../../../src/drill/sql/snapshot.ts";
import { Client, openEngine } from "../sql/engine.ts";

describe("what worlds have worked out before", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "derived-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const open = (program = "program", reports: string[] = []): DerivedCache => new DerivedCache(join(home, "cache"), program, (text) => reports.push(text));
  const content = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : Buffer.from(bytes).toString());

  it("is found by its inputs and by the program that worked it out, in a folder of the user's own", () => {
    open().put(["ab", "c"], Buffer.from("result"));
    assert.equal(content(open().get(["ab", "c"])), "result");
    assert.equal(open().get(["a", "bc"]), undefined);
    assert.equal(open("another").get(["ab", "c"]), undefined);
    assert.equal(statSync(join(home, "cache")).mode & 0o777, 0o700);
  });

  it("is passed over where it is damaged, and where there is no folder", () => {
    const reports: string[] = [];
    assert.equal(open("program", reports).get(["a"]), undefined);
    open().put(["a"], Buffer.from("result"));
    const [name = ""] = readdirSync(join(home, "cache"));
    for (const damage of [Buffer.alloc(0), readFileSync(join(home, "cache", name)).subarray(0, -1)]) {
      writeFileSync(join(home, "cache", name), damage);
      assert.equal(open("program", reports).get(["a"]), undefined);
    }
    assert.deepEqual(reports, []);
  });

  it("is done without, with a report, where the folder cannot be used", () => {
    const reports: string[] = [];
    writeFileSync(join(home, "cache"), "a file");
    open("program", reports).put(["a"], Buffer.from("result"));
    assert.match(reports.join(), /^Using the cache .*\. The world does without it\.$/u);
  });

  it("keeps what was of use last", () => {
    const cache = open();
    for (let entry = 0; entry < 40; entry += 1) cache.put([String(entry)], Buffer.from("result"));
    assert.equal(readdirSync(join(home, "cache")).length, 24);
    assert.equal(content(cache.get(["39"])), "result");
  });

  it("holds YAML documents as they are, and none that JSON would change", () => {
    const files = { plain: "a: &a [1, two, null]\nb: *a\n---\nc: 2026-01-31\n", infinite: "a: .inf\n" };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(home, name), text);
      const first = readDocuments(join(home, name), open());
      assert.deepEqual(readDocuments(join(home, name), open()), first);
      assert.deepEqual(readDocuments(join(home, name), undefined), first);
    }
    assert.equal(readdirSync(join(home, "cache")).length, 1);
  });
});

describe("loading a dump", () => {
  const PLAIN = "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, at DATETIME DEFAULT CURRENT_TIMESTAMP());\nINSERT INTO `t` VALUES (7,'2026-01-31 02:00:00');\nCREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW SET @seen = NEW.id;\n";
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "dumps-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A cache in memory that tells what it was asked. */
  function remember(): { readonly cache: Derived; readonly entries: Map<string, Uint8Array>; readonly hits: boolean[] } {
    const [entries, hits]: [Map<string, Uint8Array>, boolean[]] = [new Map(), []];
    const key = (inputs: readonly (string | Uint8Array)[]): string => JSON.stringify(inputs.map((input) => Buffer.from(input).toString("hex")));
    return { entries, hits, cache: { get: (inputs) => (hits.push(entries.has(key(inputs))), entries.get(key(inputs))), put: (inputs, bytes) => void entries.set(key(inputs), bytes) } };
  }

  async function loadServer(dumps: Dumps, script: string, since: readonly string[] = []): Promise<MysqlServer> {
    const path = join(home, "dump.sql.gz");
    writeFileSync(path, gzipSync(script));
    const server = await openEngine();
    server.createDatabase("shop");
    await dumps.load(server, { dump: path, database: "shop", since });
    return server;
  }

  async function load(dumps: Dumps, script: string, since: readonly string[] = []): Promise<Client> {
    return new Client(await loadServer(dumps, script, since), "shop");
  }

  it("comes to the same from the cache: rows, schema, triggers, counters and accounts", async () => {
    const { cache, hits, entries } = remember();
    const questions = ["SELECT * FROM t", "SHOW CREATE TABLE t", "SHOW TRIGGERS", "SELECT create_time FROM information_schema.tables WHERE table_name = 't'", "SELECT user, host FROM mysql.user ORDER BY 1, 2", "SHOW MASTER STATUS"];
    const dumps = new Dumps(cache);
    const first = await load(dumps, PLAIN);
    const answers = questions.map((sql) => first.rows(sql));
    assert.equal(entries.size, 0, "nothing is kept before anybody asks for it");
    await dumps.learn();
    const second = await load(new Dumps(cache), PLAIN);
    assert.deepEqual(hits, [false, true]);
    assert.deepEqual(questions.map((sql) => second.rows(sql)), answers);
    second.run("INSERT INTO t (at) VALUES (NULL)");
    assert.equal(String(second.cell("SELECT MAX(id) FROM t")), "8");
  });

  const ADD = "ALTER TABLE t ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT 'none'";
  const DROP = "DROP TABLE IF EXISTS other";
  const INSERT = "INSERT INTO t (at) VALUES (NOW())";

  it("holds the changes to tables since then as well, which are in the binary log as if they had been made now", async () => {
    const { cache, hits } = remember();
    const first = new Dumps(cache);
    const worked = await loadServer(first, PLAIN, [ADD, DROP, INSERT]);
    await first.learn();
    hits.length = 0;
    const found = await loadServer(new Dumps(cache), PLAIN, [ADD, DROP, INSERT]);
    assert.deepEqual(hits, [true], "all that is held is found at once");
    const [facts, expected] = [found, worked].map((server) => readSnapshot(server.save()).facts);
    assert.equal(expected?.log?.events.length, 3);
    assert.deepEqual(facts, expected);
    const [rows, others] = [found, worked].map((server) => new Client(server, "shop").rows("SELECT * FROM t"));
    assert.deepEqual(rows, others);
  });

  for (const [name, since, isHeldWith] of [
    ["ends before a change that is different at another time", [ADD, "ALTER TABLE t ADD COLUMN born DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP()", DROP], [ADD]],
    ["ends before a change to rows", [INSERT, ADD], []],
  ] as const) {
    it(`what it holds ${name}`, async () => {
      const { cache, entries } = remember();
      const dumps = new Dumps(cache);
      const without = await load(dumps, PLAIN, since);
      await dumps.learn();
      assert.equal(entries.size, 1);
      const { cache: same, entries: expected } = remember();
      const other = new Dumps(same);
      await load(other, PLAIN, isHeldWith);
      await other.learn();
      assert.deepEqual([...entries], [...expected]);
      const found = await load(new Dumps(cache), PLAIN, since);
      assert.deepEqual(found.rows("SHOW CREATE TABLE t"), without.rows("SHOW CREATE TABLE t"));
    });
  }

  for (const [name, script] of [["the time", "CREATE TABLE t (at DATETIME);\nINSERT INTO t VALUES (NOW());\n"], ["a default that is the time", "CREATE TABLE t (a INT, at DATETIME DEFAULT CURRENT_TIMESTAMP());\nINSERT INTO `t` (`a`) VALUES (1);\n"], ["chance", "CREATE TABLE t (a DOUBLE);\nINSERT INTO t VALUES (RAND());\n"], ["an account", "CREATE TABLE t (a INT);\nCREATE USER 'x'@'%' IDENTIFIED BY 'y';\n"]] as const) {
    it(`is not cached where it has to do with ${name}`, async () => {
      const { cache, entries } = remember();
      const dumps = new Dumps(cache);
      await load(dumps, script);
      await dumps.learn();
      assert.equal(entries.size, 0);
    });
  }
});
