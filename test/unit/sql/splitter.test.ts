import assert from "node:assert/strict";
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { bytesOfText, textOfBytes } from "../../../src/drill/sql/byteText.ts";
import { StatementSplitter, type SplitStatement } from "../../../src/drill/sql/splitter.ts";
import { backupFile } from "./engine.ts";

function split(script: string | Uint8Array, size = Number.MAX_SAFE_INTEGER): SplitStatement[] {
  const bytes = typeof script === "string" ? Buffer.from(script) : script;
  const splitter = new StatementSplitter();
  const found: SplitStatement[] = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...splitter.push(bytes.subarray(at, at + size)));
  return [...found, ...splitter.end()];
}

const texts = (script: string): string[] => split(script).map(({ sql }) => sql);

describe("cutting a script into statements", () => {
  const cases: readonly [title: string, script: string, statements: readonly string[]][] = [
    ["semicolons", "SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["a last statement without one", "SELECT 1;\nSELECT 2", ["SELECT 1", "SELECT 2"]],
    ["semicolons in quotations", `SELECT ';', ";", \`a;b\`; SELECT 'it''s; \\'; '`, [`SELECT ';', ";", \`a;b\``, `SELECT 'it''s; \\'; '`]],
    ["semicolons in comments", "-- a; b\nSELECT 1 /* ; */; # c;\nSELECT 2", ["SELECT 1 /* ; */", "SELECT 2"]],
    ["a double minus that is no comment", "SELECT 5--3; SELECT 1", ["SELECT 5--3", "SELECT 1"]],
    ["comments alone are no statement", "-- nothing\n/* here */\n;", []],
    ["conditional comments are", "/*!40101 SET NAMES utf8mb4 */;/*M!999999\\- enable the sandbox mode */\nSELECT 1;", ["/*!40101 SET NAMES utf8mb4 */", "/*M!999999\\- enable the sandbox mode */\nSELECT 1"]],
    ["DELIMITER", "DELIMITER ;;\nCREATE TRIGGER t BEGIN SET a = 1; END;;\nDELIMITER ;\nSELECT 1;", ["CREATE TRIGGER t BEGIN SET a = 1; END", "SELECT 1"]],
    ["DELIMITER of letters", "delimiter //\nSELECT 1//\ndelimiter ;\nSELECT 2;", ["SELECT 1", "SELECT 2"]],
    ["use without semicolon", "use shop\nSELECT 1;", ["USE shop", "SELECT 1"]],
    ["a column called use", "SELECT a\n,use FROM t;", ["SELECT a\n,use FROM t"]],
    ["\\c throws away", "SELECT wrong \\c\nSELECT 1;", ["SELECT 1"]],
    ["letters beyond ASCII", "SELECT '水;回り🪺'; SELECT 'é'", ["SELECT '水;回り🪺'", "SELECT 'é'"]],
  ];
  for (const [title, script, statements] of cases) it(title, () => assert.deepEqual(texts(script), statements));

  it("counts lines as the client does, from the statement's first word", () => {
    assert.deepEqual(split("-- one\n\nSELECT\n1;\n/* five */ SELECT 2;SELECT 3").map(({ line }) => line), [3, 5, 5]);
  });

  it("marks \\G", () => assert.deepEqual(split("SELECT 1\\G SELECT 2\\g SELECT 3;").map(({ isVertical }) => isVertical), [true, false, false]));

  it("reads quit and source as the client's own", () => {
    assert.deepEqual(split("source a.sql\nquit\n").map(({ command, sql }) => [command, sql]), [["source", "a.sql"], ["quit", ""]]);
  });

  it("gives the same statements wherever the stream is cut", () => {
    const piece = fc.constantFrom("SELECT 1", "'a;b'", '"x\\"y;"', "`q;r`", "/* c; */", "/*!40000 d */", "-- e;\n", "# f\n", ";", ";;", "\n", " ", "DELIMITER ;;\n", "DELIMITER ;\n", "\\G", "\\c", "use shop\n", "USE shop;", "\nquit\n", "é水🪺", "--", "d", "deli", "*/", "\\'", "it''s");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.integer({ min: 1, max: 40 }), (pieces, size) => {
        const script = pieces.join("");
        assert.deepEqual(split(script, size), split(script));
      }),
      { numRuns: 400, seed: 20_260_131 },
    );
  });

  it("gives the same statements of the real dump in chunks of 1 KiB and 100 KiB", () => {
    const dump = gunzipSync(readFileSync(backupFile));
    const whole = split(dump);
    assert.ok(whole.length > 90, String(whole.length));
    assert.deepEqual(split(dump, 1024), whole);
    assert.deepEqual(split(dump, 100 * 1024), whole);
  });
});

describe("bytes in text", () => {
  it("come back the same, UTF-8 or not", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => assert.deepEqual(Buffer.from(bytesOfText(textOfBytes(bytes))), Buffer.from(bytes))), { numRuns: 500, seed: 7 });
  });
});
