import assert from "node:assert/strict";
import * as fc from "fast-check";
import { quoteString } from "../../../src/drill/sql/catalog.ts";
import type { MysqlServer } from "../../../src/drill/sql/server.ts";
import { Client, openEngine } from "./engine.ts";

const runs = { numRuns: 150, seed: 42 };

describe("values", () => {
  let server: MysqlServer;
  let client: Client;

  before(async () => {
    server = await openEngine();
    server.createDatabase("d");
    client = new Client(server, "d");
    client.run("CREATE TABLE v (id int AUTO_INCREMENT PRIMARY KEY, t text, b blob, i bigint, u int unsigned, m decimal(14,4), f double, at datetime(6), day date, j json)");
  });

  after(() => server.close());

  /** The value goes in as a literal of INSERT (read without a tree), and through SELECT (read with one). */
  function roundTrip(column: string, literal: string): readonly unknown[] {
    client.run("TRUNCATE TABLE v", `INSERT INTO \`v\` (\`${column}\`) VALUES (${literal})`, `INSERT INTO v (${column}) SELECT ${column} FROM v`, `UPDATE v SET ${column} = ${literal} WHERE id = 2`);
    return client.rows(`SELECT ${column} FROM v ORDER BY id`).map(([value]) => value);
  }

  it("texts go in and come out the same", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (text) => { const whole = Buffer.from(text).toString(); assert.deepEqual(roundTrip("t", quoteString(whole)), [whole, whole]); }), runs);
  });

  it("texts with quotes, backslashes, NUL and line ends too", () => {
    fc.assert(fc.property(fc.array(fc.constantFrom("'", '"', "\\", "\0", "\n", "\r", "\x1a", "%", "_", ";", "--", "/*", "§1", "a"), { maxLength: 12 }), (parts) => { const text = parts.join(""); assert.deepEqual(roundTrip("t", quoteString(text)), [text, text]); }), runs);
  });

  it("bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => { const hex = Buffer.from(bytes).toString("hex"); assert.deepEqual(roundTrip("b", `0x${hex}`).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value)), [hex, hex]); }), runs);
  });

  it("integers up to 64 bits", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => assert.deepEqual(roundTrip("i", number.toString()).map(String), [number.toString(), number.toString()])), runs);
  });

  it("decimals keep every digit", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 14n) + 1n, max: 10n ** 14n - 1n }), (scaled) => {
      const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(5, "0");
      const text = `${scaled < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
      assert.deepEqual(roundTrip("m", text), [text, text]);
    }), runs);
  });

  it("doubles", () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (number) => { const value = Object.is(number, -0) ? 0 : number; assert.deepEqual(roundTrip("f", value.toExponential()), [value, value]); }), runs);
  });

  it("moments", () => {
    fc.assert(fc.property(fc.date({ min: new Date("1000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
      const text = `${date.toISOString().slice(0, 23).replace("T", " ")}000`;
      assert.deepEqual(roundTrip("at", `'${text}'`), [text, text]);
    }), runs);
  });

  describe("in strict mode what does not fit is refused with the server's own error", () => {
    const cases: readonly [sql: string, error: string][] = [
      ["INSERT INTO v (u) VALUES (-1)", "ERROR 1264 (22003): Out of range value for column 'u' at row 1"],
      ["INSERT INTO v (u) VALUES (1), (4294967296)", "ERROR 1264 (22003): Out of range value for column 'u' at row 2"],
      ["INSERT INTO v (m) VALUES (12345678901)", "ERROR 1264 (22003): Out of range value for column 'm' at row 1"],
      ["INSERT INTO v (i) VALUES ('x')", "ERROR 1366 (22007): Incorrect integer value: 'x' for column `d`.`v`.`i` at row 1"],
      ["INSERT INTO v (day) VALUES ('2026-02-30')", "ERROR 1292 (22007): Incorrect date value: '2026-02-30' for column `d`.`v`.`day` at row 1"],
      ["INSERT INTO v (j) VALUES ('{')", "ERROR 4025 (23000): CONSTRAINT `v.j` failed for `d`.`v`"],
    ];
    for (const [sql, error] of cases) it(sql, () => assert.equal(client.error(sql), error));
  });

  it("MySQL 8 words and rounds these its own way", async () => {
    const mysql = await openEngine({ version: "8.0.36" });
    mysql.createDatabase("d");
    const own = new Client(mysql, "d");
    own.run("CREATE TABLE v (i int, at datetime)");
    assert.equal(own.error("INSERT INTO v (i) VALUES ('x')"), "ERROR 1366 (HY000): Incorrect integer value: 'x' for column 'i' at row 1");
    assert.equal(own.error("DROP TABLE nothing"), "ERROR 1051 (42S02): Unknown table 'd.nothing'");
    own.run("INSERT INTO v (at) VALUES ('2026-01-31 02:00:00.9')");
    assert.equal(own.cell("SELECT at FROM v"), "2026-01-31 02:00:01");
    mysql.close();
  });

  it("out of strict mode it is cut to fit, with a warning", () => {
    client.run("SET sql_mode = ''", "TRUNCATE TABLE v", "INSERT INTO v (u, i) VALUES (-1, '12abc')");
    assert.deepEqual(client.rows("SHOW WARNINGS"), [["Warning", 1265, "Data truncated for column 'i' at row 1"], ["Warning", 1264, "Out of range value for column 'u' at row 1"]]);
    assert.deepEqual(client.rows("SELECT u, i FROM v"), [[0, 12]]);
    client.run("SET sql_mode = DEFAULT");
  });

  it("groups operators as MySQL does", () => {
    const cases: readonly [expression: string, value: number][] = [["1 OR 1 AND 0", 1], ["0 AND 1 OR 1", 1], ["NOT 1 = 2", 1], ["NOT 0 AND 0", 0], ["(NOT 0) + 1", 2], ["4 | 1 + 2", 7], ["1 << 1 + 1", 4], ["6 & 1 + 1", 2], ["-2 % 3", -2], ["7 - 2 - 1", 4], ["1 = 1 XOR 1 = 2", 1], ["2 BETWEEN 1 AND 3 AND 0", 0], ["1 IN (1) OR 0 AND 0", 1]];
    for (const [expression, value] of cases) assert.equal(client.cell(`SELECT ${expression}`), value, expression);
  });
});
