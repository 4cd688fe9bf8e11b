import assert from "node:assert/strict";
import { goJson } from "../../../src/core/kubectl/goJson.ts";
import { goYaml } from "../../../src/core/kubectl/goYaml.ts";
import { printJsonPath } from "../../../src/core/kubectl/jsonPath.ts";
import { canonicalQuantity, milliValue } from "../../../src/core/kubectl/quantity.ts";
import { sortByPath } from "../../../src/core/kubectl/sortBy.ts";
import { cellText } from "../../../src/core/kubectl/table.ts";
import { alignTabs, TABLE_TABS } from "../../../src/core/kubectl/tabwriter.ts";
import { humanDuration, parseDuration, rfc1123 } from "../../../src/core/kubectl/time.ts";
import type { Json } from "../../../src/core/kubectl/json.ts";

function eachRow<T extends readonly unknown[]>(rows: readonly T[], check: (...row: T) => void): void {
  for (const row of rows) check(...row);
}

describe("Go's texts", () => {
  it("words durations as apimachinery does", () => {
    eachRow([[0, "0s"], [119_999, "119s"], [120_000, "2m"], [125_000, "2m5s"], [600_000, "10m"], [10_800_000, "3h"], [11_100_000, "3h5m"], [86_400_000 * 3, "3d"], [86_400_000 * 2 + 3_600_000, "2d1h"], [86_400_000 * 800, "2y70d"], [-500, "0s"], [-5000, "<invalid>"]] as const, (ms, text) => assert.equal(humanDuration(ms), text));
  });

  it("reads durations of flags", () => {
    eachRow([["180s", 180_000], ["1m30s", 90_000], ["1.5h", 5_400_000], ["0", 0], ["-1s", -1000]] as const, (text, ms) => assert.equal(parseDuration(text, "timeout"), ms));
    assert.throws(() => parseDuration("180", "timeout"), /missing unit in duration "180"/);
  });

  it("prints times in the person's zone", () => {
    assert.equal(rfc1123("2026-11-23T23:31:45Z", () => 330), "Tue, 24 Nov 2026 05:01:45 +0530");
    assert.equal(rfc1123("", () => 0), "Mon, 01 Jan 0001 00:00:00 +0000");
  });

  it("makes quantities canonical", () => {
    eachRow([["0.5", "500m"], ["1000m", "1"], ["1024Mi", "1Gi"], ["1.5Gi", "1536Mi"], ["128974848", "128974848"], ["5000", "5k"], ["512", "512"], ["0", "0"]] as const, (text, canonical) => assert.equal(canonicalQuantity(text), canonical));
    assert.equal(milliValue("1234567n"), 2n);
  });

  it("aligns columns block by block and leaves the last cell alone", () => {
    assert.equal(alignTabs("NAME\tX\nlonger-name\ty\n", TABLE_TABS), "NAME          X\nlonger-name   y\n");
    assert.equal(alignTabs("a\tb\nno cells\nccccccccc\td\n", TABLE_TABS), "a     b\nno cells\nccccccccc   d\n");
  });

  it("cuts a cell at its first line break and disarms escapes", () => {
    assert.equal(cellText("one\ntwo"), "one...");
    assert.equal(cellText("\u001B[31mred"), "^[[31mred");
    assert.equal(cellText(null), "");
  });

  it("escapes JSON as encoding/json does", () => {
    assert.equal(goJson({ b: 1, a: "<&>" }, ""), '{"a":"\\u003c\\u0026\\u003e","b":1}');
    assert.equal(goJson({ a: [], b: {} }, "    "), '{\n    "a": [],\n    "b": {}\n}');
  });

  it("quotes YAML strings only where they would be read as something else", () => {
    const value = { a: "true", b: "1", c: "a: b", d: "x", e: "", f: "one\ntwo\n", g: [{ h: "v", i: ["x"] }], j: null, k: "2026-11-23T00:00:00Z" };
    assert.equal(goYaml(value), 'a: "true"\nb: "1"\nc: \'a: b\'\nd: x\ne: ""\nf: |\n  one\n  two\ng:\n- h: v\n  i:\n  - x\nj: null\nk: "2026-11-23T00:00:00Z"\n');
  });
});

describe("JSONPath", () => {
  const value: Json = { items: [{ name: "a", n: 3, labels: { "x.y": "1" } }, { name: "b", n: 5, labels: {} }], empty: [] };
  const rows: readonly (readonly [string, string])[] = [
    ["{.items[*].name}", "a b"],
    ["{.items[0].labels}", '{"x.y":"1"}'],
    ["{.items[0].labels.x\\.y}", "1"],
    ["{.items[0].labels['x\\.y']}", "1"],
    // As kubectl has it: the quotes do not hide the dot.
    ["{.items[0].labels['x.y']}", ""],
    ["{.items[-1:].name}", "b"],
    ["{.items[?(@.n>3)].name}", "b"],
    ['{.items[?(@.name=="a")].n}', "3"],
    ["{.items[?(@.labels)].name}", "a b"],
    ["{.missing.key}", ""],
    ["{..name}", "a b"],
    ["{.items[0,1].name}", "a b"],
    ['{range .items[*]}{.name}={.n}{"\\n"}{end}', "a=3\nb=5\n"],
    ["name: {.items[0].name}", "name: a"],
    ["{.items[1:1].name}", ""],
    ["{.missing[0].name}", ""],
  ];
  for (const [template, expected] of rows) {
    it(`${template} prints ${JSON.stringify(expected)}`, () => assert.equal(printJsonPath(template, value), expected));
  }

  const refused: readonly (readonly [template: string, reason: string])[] = [
    ["{.items[2].name}", "array index out of bounds: index 2, length 2"], ["{.items[-3].name}", "array index out of bounds: index -1, length 2"], ["{.empty[0]}", "array index out of bounds: index 0, length 0"],
    ["{.items[0:3].name}", "array index out of bounds: index 2, length 2"], ["{.items[0].name[0]}", "string is not array or slice"], ["{range .empty[0]}{.x}{end}", "array index out of bounds: index 0, length 0"],
  ];
  for (const [template, reason] of refused) {
    it(`${template} is refused: ${reason}`, () => assert.throws(() => printJsonPath(template, value), (error) => error instanceof Error && error.message.startsWith(`error: error executing jsonpath "${template}": Error executing template: ${reason}.`)));
  }
});

describe("--sort-by", () => {
  const sort = (items: readonly Json[], path: string): readonly Json[] => sortByPath(items, path, (item) => item);
  it("compares quantities by value and other texts by characters", () => {
    assert.deepEqual(sort([{ m: "1Gi" }, { m: "900Mi" }, { m: "2k" }], ".m"), [{ m: "2k" }, { m: "900Mi" }, { m: "1Gi" }]);
    assert.deepEqual(sort([{ m: "pod-10" }, { m: "pod-9" }], "{.m}"), [{ m: "pod-10" }, { m: "pod-9" }]);
  });
  it("refuses a path that no object has", () => {
    assert.throws(() => sort([{ a: 1 }], ".b"), /couldn't find any field with path "\{\.b\}" in the list of objects/);
  });
});
