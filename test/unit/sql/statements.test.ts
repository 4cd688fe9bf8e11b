import assert from "node:assert/strict";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { Client, HandClock, openEngine } from "./engine.ts";

describe("statements", () => {
  const clock = new HandClock();
  let server: MysqlServer;
  let client: Client;

  beforeEach(async () => {
    server = await openEngine({ clock });
    server.createDatabase("d");
    client = new Client(server, "d");
    client.run("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL, n int DEFAULT 0, UNIQUE KEY uk_name (name))", "INSERT INTO t (name, n) VALUES ('one', 1), ('two', 2), ('three', 3)");
  });

  afterEach(() => server.close());

  describe("outside of the subset is MySQL's 1235, never an answer", () => {
    const cases: readonly [sql: string, what: string][] = [
      ["SELECT id, ROW_NUMBER() OVER (ORDER BY id) FROM t", "OVER"],
      ["SELECT n, SUM(id) FROM t GROUP BY n WITH ROLLUP", "WITH ROLLUP"],
      ["SELECT @a := 1", "@a := …"],
      ["SELECT STD(n) FROM t", "STD()"],
      ["SELECT BINARY name FROM t", "BINARY …"],
      ["EXPLAIN SELECT * FROM t", "EXPLAIN"],
      ["CREATE TABLE copy AS SELECT * FROM t", "CREATE TABLE … SELECT"],
      ["CREATE ROLE someone", "CREATE ROLE"],
      ["GRANT someone TO root", "roles"],
      ["CREATE TABLE g (p point)", "column type POINT"],
      ["LOAD DATA INFILE 'x' INTO TABLE t", "LOAD"],
      ["PURGE BINARY LOGS TO 'x'", "PURGE"],
      ["CHANGE MASTER TO MASTER_HOST = 'x'", "CHANGE"],
      ["SELECT SLEEP(1)", "SLEEP()"],
      ["SELECT ROUND(n, n) FROM t", "ROUND to a computed number of digits"],
      ["SELECT COUNT(*) FROM information_schema.innodb_trx", "information_schema.innodb_trx"],
    ];
    for (const [sql, what] of cases) it(sql, () => assert.equal(client.error(sql), `ERROR 1235 (42000): This version of MariaDB doesn't yet support '${what}'`));
  });

  describe("slips", () => {
    const cases: readonly [sql: string, error: string][] = [
      ["SELEC 1", "ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'SELEC 1' at line 1"],
      ["SELECT * FROM nothing", "ERROR 1146 (42S02): Table 'd.nothing' doesn't exist"],
      ["SELECT nothing FROM t", "ERROR 1054 (42S22): Unknown column 'nothing' in 'field list'"],
      ["SELECT 1 FROM t WHERE nothing = 1", "ERROR 1054 (42S22): Unknown column 'nothing' in 'where clause'"],
      ["SELECT NoSuch(1)", "ERROR 1305 (42000): FUNCTION d.NoSuch does not exist"],
      ["USE nothing", "ERROR 1049 (42000): Unknown database 'nothing'"],
      ["INSERT INTO t (name) VALUES ('one')", "ERROR 1062 (23000): Duplicate entry 'one' for key 'uk_name'"],
      ["INSERT INTO t (name) VALUES (NULL)", "ERROR 1048 (23000): Column 'name' cannot be null"],
      ["INSERT INTO t (n) VALUES (1)", "ERROR 1364 (HY000): Field 'name' doesn't have a default value"],
      ["UPDATE t SET n = 1 / 0", "ERROR 1365 (22012): Division by 0"],
      ["SELECT (SELECT id FROM t)", "ERROR 1242 (21000): Subquery returns more than 1 row"],
      ["ROLLBACK TO SAVEPOINT nowhere", "ERROR 1305 (42000): SAVEPOINT nowhere does not exist"],
      ["SHOW BINARY LOG STATUS", "ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near 'LOG STATUS' at line 1"],
    ];
    for (const [sql, error] of cases) it(sql, () => assert.equal(client.error(sql), error));
  });

  describe("transactions", () => {
    it("roll every change back, and keep the counter as InnoDB does", () => {
      client.run("START TRANSACTION", "INSERT INTO t (name) VALUES ('four')", "UPDATE t SET n = n * 10", "DELETE FROM t WHERE id = 1", "ROLLBACK");
      assert.deepEqual(client.rows("SELECT id, name, n FROM t ORDER BY id"), [[1, "one", 1], [2, "two", 2], [3, "three", 3]]);
      client.run("INSERT INTO t (name) VALUES ('five')");
      assert.equal(client.cell("SELECT LAST_INSERT_ID()"), 5);
    });

    it("end with the connection", () => {
      const other = new Client(server, "d");
      other.run("BEGIN", "DELETE FROM t");
      other.close();
      assert.equal(client.cell("SELECT COUNT(*) FROM t"), 3);
    });

    it("are committed by DDL and by START TRANSACTION", () => {
      client.run("BEGIN", "DELETE FROM t WHERE id = 1", "CREATE TABLE u (a int)", "ROLLBACK", "BEGIN", "DELETE FROM t WHERE id = 2", "BEGIN", "ROLLBACK");
      assert.deepEqual(client.rows("SELECT id FROM t"), [[3]]);
    });

    it("lose what comes after a savepoint", () => {
      client.run("BEGIN", "DELETE FROM t WHERE id = 1", "SAVEPOINT s", "DELETE FROM t", "ROLLBACK TO s", "COMMIT");
      assert.deepEqual(client.rows("SELECT id FROM t ORDER BY id"), [[2], [3]]);
    });

    it("keep a failed statement out, and go on", () => {
      client.run("BEGIN", "INSERT INTO t (name) VALUES ('four')");
      client.error("INSERT INTO t (name) VALUES ('six'), ('one')");
      client.run("COMMIT");
      assert.deepEqual(client.rows("SELECT name FROM t WHERE id > 3"), [["four"]]);
    });
  });

  describe("changes", () => {
    it("UPDATE assigns from left to right", () => {
      client.run("UPDATE t SET n = 5, name = CONCAT(name, n) WHERE id = 1");
      assert.deepEqual(client.rows("SELECT n, name FROM t WHERE id = 1"), [[5, "one5"]]);
    });

    it("ALTER converts what is stored, and refuses what does not fit", () => {
      client.run("ALTER TABLE t ADD COLUMN price decimal(6,2)", "UPDATE t SET price = 12.5", "ALTER TABLE t MODIFY price decimal(8,4)");
      assert.equal(client.cell("SELECT price FROM t"), "12.5000");
      client.run("ALTER TABLE t MODIFY n varchar(5)");
      assert.deepEqual(client.rows("SELECT n FROM t WHERE n = '2'"), [["2"]]);
      assert.equal(client.error("ALTER TABLE t MODIFY name varchar(3) NOT NULL"), "ERROR 1406 (22001): Data too long for column 'name' at row 3");
      client.run("UPDATE t SET price = 1");
      assert.equal(client.error("ALTER TABLE t ADD UNIQUE KEY uk_price (price)"), "ERROR 1062 (23000): Duplicate entry '1.0000' for key 'uk_price'");
      assert.equal(client.cell("SELECT COUNT(*) FROM t"), 3);
    });

    it("INSERT … ON DUPLICATE KEY UPDATE and REPLACE count as MySQL counts", () => {
      assert.equal(client.query("INSERT INTO t (name, n) VALUES ('one', 9) ON DUPLICATE KEY UPDATE n = n + VALUES(n)").affectedRows, 2);
      assert.equal(client.cell("SELECT n FROM t WHERE name = 'one'"), 10);
      assert.equal(client.query("REPLACE INTO t (name, n) VALUES ('one', 1)").affectedRows, 2);
    });
  });

  describe("triggers", () => {
    it("BEFORE changes the new row, AFTER writes elsewhere, LAST_INSERT_ID stays the statement's", () => {
      client.run("CREATE TABLE log (id int AUTO_INCREMENT PRIMARY KEY, what varchar(50))", "INSERT INTO log (what) VALUES ('a'), ('b'), ('c'), ('d'), ('e'), ('f')");
      client.run("CREATE TRIGGER b BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n + 100", "CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW BEGIN IF NEW.n > 100 THEN INSERT INTO log (what) VALUES (CONCAT(NEW.name, '=', NEW.n)); END IF; END");
      client.run("INSERT INTO t (name, n) VALUES ('four', 4)");
      assert.deepEqual(client.rows("SELECT LAST_INSERT_ID(), n FROM t WHERE name = 'four'"), [[4, 104]]);
      assert.equal(client.cell("SELECT what FROM log ORDER BY id DESC LIMIT 1"), "four=104");
    });

    it("a SIGNAL undoes the statement", () => {
      client.run("CREATE TRIGGER keep BEFORE DELETE ON t FOR EACH ROW BEGIN IF OLD.id = 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'two stays'; END IF; END");
      assert.equal(client.error("DELETE FROM t"), "ERROR 1644 (45000): two stays");
      assert.equal(client.cell("SELECT COUNT(*) FROM t"), 3);
    });
  });

  describe("locks", () => {
    it("LOCK TABLES allows only what was locked, and only so", () => {
      client.run("CREATE TABLE u (a int)", "LOCK TABLES t READ");
      assert.equal(client.cell("SELECT COUNT(*) FROM t"), 3);
      assert.equal(client.error("DELETE FROM t"), "ERROR 1099 (HY000): Table 't' was locked with a READ lock and can't be updated");
      assert.equal(client.error("SELECT * FROM u"), "ERROR 1100 (HY000): Table 'u' was not locked with LOCK TABLES");
      client.run("UNLOCK TABLES", "DELETE FROM t");
    });

    it("another session's lock ends as the wait would", () => {
      const other = new Client(server, "d");
      other.run("LOCK TABLES t WRITE");
      assert.equal(client.error("SELECT * FROM t"), "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction");
      other.close();
      assert.equal(client.cell("SELECT COUNT(*) FROM t"), 3);
    });

    it("FLUSH TABLES WITH READ LOCK stops everyone's writes", () => {
      client.run("FLUSH TABLES WITH READ LOCK");
      assert.equal(client.error("DELETE FROM t"), "ERROR 1223 (HY000): Can't execute the query because you have a conflicting read lock");
      assert.equal(new Client(server, "d").error("DELETE FROM t"), "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction");
      client.run("UNLOCK TABLES", "DELETE FROM t");
    });

    it("read_only stops accounts that are not super", () => {
      client.run("SET GLOBAL read_only = 1", "INSERT INTO t (name) VALUES ('by root')");
      client.run("GRANT ALL ON d.* TO app");
      assert.equal(new Client(server, "d", "app", "app-secret").error("DELETE FROM t"), "ERROR 1290 (HY000): The MariaDB server is running with the --read-only option so it cannot execute this statement");
    });
  });

  describe("conditional comments", () => {
    const versionOf = async (version: string, sql: string): Promise<unknown> => {
      const other = await openEngine({ version });
      const value = new Client(other).cell(sql);
      other.close();
      return value;
    };
    it("run by version and product", async () => {
      const sql = "SELECT 1 /*!80000 + 10 */ /*!101100 + 100 */ /*M!100100 + 1000 */ /*!40101 + 10000 */";
      assert.equal(await versionOf("8.0.36", sql), 10_011);
      assert.equal(await versionOf("10.11.6-MariaDB", sql), 11_101);
    });
  });

  describe("time", () => {
    it("is the world's, and moves with it", () => {
      assert.equal(client.cell("SELECT NOW()"), "2026-01-31 03:00:00");
      assert.equal(client.cell("SELECT UNIX_TIMESTAMP()"), clock.ms / 1000);
      clock.ms += 90_000;
      assert.equal(client.cell("SELECT NOW()"), "2026-01-31 03:01:30");
      clock.ms -= 90_000;
    });

    it("is shown in the session's zone; TIMESTAMP follows, DATETIME does not", () => {
      client.run("CREATE TABLE m (a timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, b datetime DEFAULT CURRENT_TIMESTAMP, n int)", "SET time_zone = '+02:00'", "INSERT INTO m (n) VALUES (1)");
      assert.deepEqual(client.rows("SELECT a, b, NOW(), UTC_TIMESTAMP() FROM m"), [["2026-01-31 05:00:00", "2026-01-31 05:00:00", "2026-01-31 05:00:00", "2026-01-31 03:00:00"]]);
      clock.ms += 60_000;
      client.run("UPDATE m SET n = 2");
      clock.ms -= 60_000;
      client.run("SET time_zone = '-05:00'");
      assert.deepEqual(client.rows("SELECT a, b FROM m"), [["2026-01-30 22:01:00", "2026-01-31 05:00:00"]]);
      assert.equal(client.error("SET time_zone = 'Europe/Berlin'"), "ERROR 1298 (HY000): Unknown or incorrect time zone: 'Europe/Berlin'");
      assert.equal(client.cell("SELECT CONVERT_TZ('2026-01-31 02:00:00', '+00:00', '+05:30')"), "2026-01-31 07:30:00");
    });
  });
});
