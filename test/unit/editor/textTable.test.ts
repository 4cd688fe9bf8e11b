import assert from "node:assert/strict";
import { parseTextTable } from "../../../src/core/run/textTable.ts";
import { compareCells } from "../../../src/renderer/compareCells.ts";

describe("tables in text output", () => {
  it("reads kubectl's columns, with blank cells and headings of two words", () => {
    const text = [
      "NAME      READY   STATUS             RESTARTS      AGE   NOMINATED NODE",
      "mysql-0   0/1     CrashLoopBackOff   5 (30s ago)   12m   <none>",
      "redis-0   1/1     Running            0             2d    ",
      "",
    ].join("\n");
    assert.deepEqual(parseTextTable(text), {
      columns: ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "NOMINATED NODE"],
      rows: [["mysql-0", "0/1", "CrashLoopBackOff", "5 (30s ago)", "12m", "<none>"], ["redis-0", "1/1", "Running", "0", "2d", ""]],
    });
  });

  it("reads mysql's tabs, with empty fields", () => {
    assert.deepEqual(parseTextTable("table_name\tcount\nusers\t12\norders\t\n"), { columns: ["table_name", "count"], rows: [["users", "12"], ["orders", ""]] });
  });

  it("never makes a table of part of a text", () => {
    for (const text of ["", "NAME   READY\n", "pod/mysql-0 condition met\n", "NAME   READY\nmysql-0   1/1\nerror: something broke here\n", "a\tb\n1\t2\t3\n", "Name:   mysql-0\nNode:   n1\n", "UP\nx\n"]) {
      assert.equal(parseTextTable(text), undefined, text);
    }
  });

  it("sorts ages and numbers by size, names as people count", () => {
    assert.deepEqual(["2d", "45s", "5m30s", "3h"].toSorted(compareCells), ["45s", "5m30s", "3h", "2d"]);
    assert.deepEqual(["10", "9", "-1"].toSorted(compareCells), ["-1", "9", "10"]);
    assert.deepEqual(["pod-10", "pod-9"].toSorted(compareCells), ["pod-9", "pod-10"]);
  });
});
