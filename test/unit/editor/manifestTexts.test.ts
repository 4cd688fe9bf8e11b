import assert from "node:assert/strict";
import { keyOf, TEXTS, WRITTEN } from "./manifest.ts";

/** Members of the manifest that people read. */
const READ = /^(?:title|shortTitle|category|displayName|name|contents|label|altText|description|markdownDescription|\w*[dD]escriptions?|deprecationMessage|placeholder)$/;
/** Parts of the manifest that VS Code shows. */
const SHOWN = ["displayName", "description", "capabilities", "contributes"];

interface Text {
  readonly path: string;
  readonly member: string;
  readonly text: string;
}

function textsOf(value: unknown, path: string, member: string): readonly Text[] {
  if (typeof value === "string") return [{ path, member, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, `${path}/${name}`, Array.isArray(value) ? member : name));
}

/** What VS Code shows of the manifest. */
function shown(): readonly Text[] {
  assert.ok(typeof WRITTEN === "object" && WRITTEN !== null);
  return Object.entries(WRITTEN).flatMap(([name, value]) => (SHOWN.includes(name) ? textsOf(value, name, name) : []));
}

describe("the texts of the manifest", () => {
  it("are keys wherever a person reads them, so that they can be translated", () => {
    const read = shown().filter(({ member }) => READ.test(member));
    assert.ok(read.length > 100);
    assert.deepEqual(read.filter(({ text }) => keyOf(text) === undefined), []);
  });

  it("stand nowhere else: what has blanks is a condition", () => {
    assert.deepEqual(shown().filter(({ member, text }) => text.includes(" ") && !["when", "enablement"].includes(member)), []);
  });

  it("have each key once, and no text without a use", () => {
    const used = new Set(shown().flatMap(({ text }) => keyOf(text) ?? []));
    assert.deepEqual([...used].filter((key) => !(key in TEXTS)), []);
    assert.deepEqual(Object.keys(TEXTS).filter((key) => !used.has(key)), []);
    assert.deepEqual(Object.values(TEXTS).filter((text) => text.trim() === ""), []);
  });
});
