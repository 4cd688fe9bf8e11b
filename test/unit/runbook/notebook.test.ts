import assert from "node:assert/strict";
import { toNotebookCells } from "../../../src/core/runbook/notebook.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { decodeSource, encodeSource } from "../../../src/core/runbook/source.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { EditedNotebook } from "./editor.ts";

/** Asserts the file after `change` of the notebook that `source` opens as. */
function after(source: string, change: (notebook: EditedNotebook) => void, expected: string): void {
  const notebook = new EditedNotebook(source);
  change(notebook);
  assert.equal(notebook.save(), expected);
}

const FILE = "# T\n\ntext  \nmore\n\n```bash {name: a}\nkubectl get pods\n```\n\n## Next\nend";

describe("notebook cells", () => {
  it("show prose without the blank lines around it, commands without their fences", () => {
    const cells = toNotebookCells(parseRunbook(`---\ntitle: x\n---\n${FILE}\n\`\`\`sql {via: mysql}\nSELECT 1\n\`\`\`\n`));
    assert.deepEqual(cells.map(({ kind, languageId, value }) => [kind, languageId, value]), [
      ["markup", "markdown", "---\ntitle: x\n---"],
      ["markup", "markdown", "# T\n\ntext  \nmore"],
      ["code", "shellscript", "kubectl get pods"],
      ["markup", "markdown", "## Next\nend"],
      ["code", "sql", "SELECT 1"],
    ]);
  });
});

describe("an edited notebook", () => {
  it("changes the edited line only, white space and line ends of the others kept", () => {
    after(FILE, (notebook) => notebook.edit(0, () => "# T\n\ntext\nmore!"), FILE.replace("more", "more!"));
    after(FILE, (notebook) => notebook.edit(1, (value) => `${value} -A\nls`), FILE.replace("kubectl get pods", "kubectl get pods -A\nls"));
    after("a\r\nb\nc\rd\r\n", (notebook) => notebook.edit(0, (value) => value.replace("b", "B")), "a\r\nB\r\nc\rd\r\n");
    after(FILE, (notebook) => notebook.edit(2, (value) => `${value}!`), `${FILE}!`);
  });

  it("keeps indentation, list prefix and fence of an edited command", () => {
    after("1. x\n   ```bash\n   a\n   ```\n2. y\n", (notebook) => notebook.edit(1, () => "a\n  b\n\nc"), "1. x\n   ```bash\n   a\n     b\n\n   c\n   ```\n2. y\n");
    after("- ~~~sh\n  a\n  ~~~\n", (notebook) => notebook.edit(0, () => "b"), "- ~~~sh\n  b\n  ~~~\n");
    after("\t- x\n", (notebook) => notebook.add(1, "code", "a"), "\t- x\n\n```bash\na\n```\n");
  });

  it("takes a longer fence where the content would close it", () => {
    after("```bash\na\n```\n", (notebook) => notebook.edit(0, () => "a\n```\nb"), "````bash\na\n```\nb\n````\n");
    after("", (notebook) => notebook.add(0, "code", "~~~\n````"), "`````bash\n~~~\n````\n`````\n");
  });

  it("gives new cells their fences and blank lines", () => {
    after("# T\ntext\n## N\n", (notebook) => notebook.add(1, "code", "ls"), "# T\ntext\n\n```bash\nls\n```\n\n## N\n");
    after("# T\r\n", (notebook) => notebook.add(1, "code", "a\nb"), "# T\r\n\r\n```bash\r\na\r\nb\r\n```\r\n");
    after("# T", (notebook) => notebook.add(1, "markup", "text"), "# T\n\ntext\n");
    after("# T\n", (notebook) => notebook.add(1, "code", ""), "# T\n\n```bash\n```\n");
  });

  it("deletes a cell with the blank lines after it", () => {
    after(FILE, (notebook) => notebook.delete(1), "# T\n\ntext  \nmore\n\n## Next\nend");
    after(FILE, (notebook) => notebook.delete(2), FILE.replace("\n## Next\nend", ""));
    after(FILE, (notebook) => notebook.delete(0), FILE.slice(FILE.indexOf("```")));
  });

  it("moves and copies cells as they were written, also when the editor lost their metadata", () => {
    const source = "# A\n\n```sh {name: x}\na  \n```\n\n# B\n";
    after(source, (notebook) => notebook.move(1, 2), "# A\n\n# B\n\n```sh {name: x}\na  \n```\n");
    after(source, (notebook) => notebook.cut(1, 2), "# A\n\n# B\n\n```sh {name: x}\na  \n```\n");
    after(source, (notebook) => notebook.copy(1, 3), "# A\n\n```sh {name: x}\na  \n```\n\n# B\n\n```sh {name: x}\na  \n```\n");
  });

  it("takes a command out of its list when it is moved where its indentation would make it text", () => {
    const source = "# A\n\n1. one\n\n    ```bash\n    a\n    ```\n";
    after(source, (notebook) => notebook.edit(0, () => "# A"), "# A\n\n```bash\na\n```\n");
  });

  it("splits and joins without a change to the file where none is needed", () => {
    after(FILE, (notebook) => notebook.split(0, 2), FILE);
    after("# A\n\n# B\ntext\n", (notebook) => notebook.join(0), "# A\n\n# B\ntext\n");
    after("```bash\na\nb\n```\n", (notebook) => notebook.split(0, 1), "```bash\na\n```\n\n```bash\nb\n```\n");
    after("```bash\na\n```\n\n```sh\nb\n```\n", (notebook) => notebook.join(0), "```bash\na\nb\n```\n");
  });

  it("closes what a cell leaves open before the next one", () => {
    after("# A\n", (notebook) => { notebook.add(1, "markup", "```yaml\na: 1"); notebook.add(2, "code", "ls"); }, "# A\n\n```yaml\na: 1\n```\n\n```bash\nls\n```\n");
    after("# A\n", (notebook) => { notebook.add(1, "markup", "<!-- note"); notebook.add(2, "code", "ls"); }, "# A\n\n<!-- note\n-->\n\n```bash\nls\n```\n");
    after("```bash\nls\n", (notebook) => notebook.add(1, "markup", "text"), "```bash\nls\n```\n\ntext\n");
  });

  it("keeps the front matter at the top and the byte-order mark before it", () => {
    const source = "\uFEFF---\ntitle: x\n---\n# A\n";
    after(source, (notebook) => notebook.add(0, "markup", "above"), "\uFEFF---\ntitle: x\n---\n\nabove\n\n# A\n");
    after(source, (notebook) => notebook.delete(0), "\uFEFF# A\n");
    after("```bash\na\n```\n---\nkey: x\n\n---\n", (notebook) => notebook.delete(0), "\n---\nkey: x\n\n---\n");
  });

  it("writes a cell whose language nothing runs as a fence in prose", () => {
    after("# A\n", (notebook) => notebook.add(1, "code", "SELECT 1", "sql"), "# A\n\n```sql\nSELECT 1\n```\n");
    after("```bash {via: mysql}\na\n```\n", (notebook) => { notebook.cells = notebook.cells.map((cell) => ({ ...cell, languageId: "sql" })); }, "```sql {via: mysql}\na\n```\n");
  });

  it("turns commands into prose and prose into commands", () => {
    after("```bash\na\n```\n\ntext\n", (notebook) => { notebook.cells = notebook.cells.map((cell) => ({ ...cell, kind: cell.kind === "code" ? "markup" : "code", languageId: cell.kind === "code" ? "markdown" : "shellscript" })); }, "a\n\n```bash\ntext\n```\n");
  });

  const refused: readonly (readonly [string, (notebook: EditedNotebook) => void])[] = [
    ["a second front matter", (notebook) => { notebook.copy(0, 1); notebook.cells = notebook.cells.map((cell, index) => (index === 1 ? { ...cell, metadata: notebook.cells[0]?.metadata ?? {} } : cell)); }],
    ["a front matter that is none any more", (notebook) => notebook.edit(0, () => "---\ntitle: x")],
  ];
  for (const [name, change] of refused) {
    it(`refuses ${name}`, () => {
      const notebook = new EditedNotebook("---\ntitle: x\n---\n# A\n");
      change(notebook);
      assert.throws(() => notebook.save(), (error) => error instanceof RuntimeError && error.code === "invalidInput");
    });
  }
});

describe("a runbook file's bytes", () => {
  it("come back with their byte-order mark", () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x23, 0x20, 0xc3, 0xa9, 0x0d, 0x0a]);
    assert.deepEqual(encodeSource(decodeSource(bytes)), bytes);
  });

  it("are refused where they are not UTF-8, and so is text that UTF-8 cannot hold", () => {
    const isRefusal = (error: unknown): boolean => error instanceof RuntimeError && error.code === "invalidInput";
    assert.throws(() => decodeSource(new Uint8Array([0x23, 0xff])), isRefusal);
    assert.throws(() => decodeSource(new Uint8Array([0xff, 0xfe, 0x23, 0x00])), isRefusal);
    assert.throws(() => encodeSource("\uD83D"), isRefusal);
  });
});
