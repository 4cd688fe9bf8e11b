import assert from "node:assert/strict";
import { hoverSql } from "../../../src/core/language/sqlHover.ts";

/** `|` stands before the word that is hovered. */
function hover(marked: string): string | undefined {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = hoverSql(text, offset);
  return found === undefined ? undefined : `${text.slice(found.start, found.end)} => ${found.markdown.replaceAll("\n\n", " / ")}`;
}

describe("hovering over SQL", () => {
  const cases: readonly (readonly [marked: string, text: string | undefined])[] = [
    ["SELECT 1;\n|drop table orders;", "drop table => **DROP TABLE** / Risk: **DESTROY** (DROP TABLE removes data for good)"],
    ["|TRUNCATE orders", "TRUNCATE orders => **TRUNCATE ORDERS** / Risk: **DESTROY** (TRUNCATE ORDERS removes data for good)"],
    ["|DELETE FROM orders", "DELETE FROM => **DELETE FROM** / Risk: **DESTROY** (DELETE FROM removes data for good) / Without WHERE: it takes every row of the table."],
    ["|DELETE FROM orders WHERE id = 1", "DELETE FROM => **DELETE FROM** / Risk: **DESTROY** (DELETE FROM removes data for good)"],
    ["|UPDATE orders SET note = 'where; is it'", "UPDATE orders => **UPDATE ORDERS** / Risk: **CHANGE** (UPDATE ORDERS changes the database) / Without WHERE: it takes every row of the table."],
    ["/* first */ |RESET MASTER;", "RESET MASTER => **RESET MASTER** / Risk: **DESTROY** (RESET MASTER removes logs or replication coordinates for good)"],
    ["-- Expected: 1\n|STOP REPLICA;", "STOP REPLICA => **STOP REPLICA** / Risk: **CHANGE** (STOP REPLICA changes the database) / Undo: START REPLICA"],
    ["SELECT ';' ; |SELECT 1", "SELECT => **SELECT** / Risk: **read** (only reads rows)"],
    ["DROP TABLE |orders", undefined],
    ["-- |DROP TABLE orders", undefined],
    ["|", undefined],
  ];
  for (const [marked, expected] of cases) it(JSON.stringify(marked), () => assert.equal(hover(marked), expected));
});
