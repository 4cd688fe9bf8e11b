import assert from "node:assert/strict";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { cellsOf, expectProblems } from "./check.ts";

describe("runbook cells", () => {
  it("splits prose at headings and at fences that run", () => {
    assert.deepEqual(cellsOf("intro\n# One\ntext\n\n```bash\nls\n```\nafter\n\nstill\n## Two\n"), [
      ["markdown", "intro"], ["markdown", "# One\ntext"], ["command", "ls"], ["markdown", "after\n\nstill"], ["markdown", "## Two"],
    ]);
  });

  for (const language of ["bash", "sh", "shell", "console", "kubectl", "BASH"]) {
    it(`takes a ${language} fence for a command`, () => {
      const [cell] = parseRunbook(`\`\`\`${language}\nls\n\`\`\`\n`).cells;
      assert.equal(cell?.kind, "command");
      assert.equal(cell.language, language);
    });
  }

  for (const fence of ["```\nls\n```", "```yaml\n# comment\n```", "```text\nx\n```", "> ```bash\n> ls\n> ```", "<!--\n```bash\nls\n```\n-->", "    ```bash\n    ls\n    ```", "```sql\nSELECT 1\n```"]) {
    it(`leaves ${JSON.stringify(fence)} in the prose`, () => assert.deepEqual(cellsOf(`text\n\n${fence}\n`).length, 1));
  }

  it("reads fences in lists without their indentation", () => {
    assert.deepEqual(cellsOf("1. do\n   ```bash\n   a \\\n     b\n   ```\n\n2. next\n"), [["markdown", "1. do"], ["command", "a \\\n  b"], ["markdown", "2. next"]]);
    assert.deepEqual(cellsOf("- ```bash\n  ls\n  ```\n"), [["command", "ls"]]);
    assert.deepEqual(cellsOf("- a\n\n  ```sh\n\tls\n  ```\n"), [["markdown", "- a"], ["command", "  ls"]]);
  });

  it("knows longer fences, tildes and fences that are never closed", () => {
    assert.deepEqual(cellsOf("````bash\n```\nx\n````\n"), [["command", "```\nx"]]);
    assert.deepEqual(cellsOf("~~~sh\n```\n~~~\n"), [["command", "```"]]);
    assert.deepEqual(cellsOf("```bash\nls\n\n# x\n"), [["command", "ls\n\n# x"]]);
    expectProblems("```bash\nls\n", ["fence-unclosed: ```"]);
    assert.deepEqual(cellsOf("- ```bash\n  ls\n\nafter\n"), [["command", "ls\n"], ["markdown", "after"]]);
  });

  it("reads CRLF, lone CR and a byte-order mark", () => {
    assert.deepEqual(cellsOf("\uFEFF# T\r\n```bash\r\na\r\nb\r\n```\r\n"), [["markdown", "# T"], ["command", "a\nb"]]);
    assert.deepEqual(cellsOf("# T\r```bash\ra\r```\r"), [["markdown", "# T"], ["command", "a"]]);
    assert.deepEqual(cellsOf("\uFEFF```bash\nls\n```"), [["command", "ls"]]);
  });

  it("gives the blank lines after a fence to it, so that no cell is blank", () => {
    const source = "\n\n```bash\na\n```\n\n\n```bash\nb\n```\n";
    assert.deepEqual(parseRunbook(source).cells.map((cell) => source.slice(cell.start, cell.end)), ["\n\n```bash\na\n```\n\n\n", "```bash\nb\n```\n"]);
    assert.deepEqual(parseRunbook("").cells, []);
  });

  it("has the front matter in a cell of its own", () => {
    const { cells, frontMatter } = parseRunbook("---\ntitle: T\n---\n\n# H\n");
    assert.deepEqual(cells.map((cell) => [cell.kind, cell.language, cell.text]), [["markdown", "yaml", "---\ntitle: T\n---\n\n"], ["markdown", "markdown", "# H\n"]]);
    assert.equal(frontMatter.title, "T");
  });
});

describe("info maps", () => {
  const commandOf = (source: string) => parseRunbook(source).cells.find((cell) => cell.command !== undefined)?.command;

  it("gives name, time limit and every other entry", () => {
    const command = commandOf("```bash {name: restart-db, timeout: 180s, color: red}\nls\n```\n");
    assert.equal(command?.name, "restart-db");
    assert.equal(command.timeoutMs, 180_000);
    assert.deepEqual(command.attributes, { name: "restart-db", timeout: "180s", color: "red" });
  });

  it("is read in JSON too, and without a blank before it", () => {
    assert.equal(commandOf('```sh {"name":"list","interactive":"false"}\nls\n```\n')?.name, "list");
    assert.equal(commandOf("```bash{name: x}\nls\n```\n")?.name, "x");
  });

  it("makes a query of an SQL fence with via", () => {
    const [cell] = parseRunbook('```sql {via: "kubectl exec -i db-0 -- mysql"}\nSELECT 1;\n-- Expected: 1\n```\n').cells;
    assert.equal(cell?.kind, "query");
    assert.equal(cell.command?.via, "kubectl exec -i db-0 -- mysql");
    assert.equal(cell.command.commandText, "SELECT 1;\n-- Expected: 1");
    assert.deepEqual(cell.command.expectations.map(({ kind }) => kind), ["output"]);
  });

  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["```bash {name: }\nls\n```\n", ["info-value: {name: }"]],
    ["```bash {name: two words}\nls\n```\n", ["info-value: {name: two words}"]],
    ["```bash {timeout: 180}\nls\n```\n", ["duration-invalid: {timeout: 180}"]],
    ["```bash {timeout: soon}\nls\n```\n", ["duration-invalid: {timeout: soon}"]],
    ["```bash {name: a\nls\n```\n", ["info-map-invalid: {name: a"]],
    ["```bash {name=a}\nls\n```\n", ["info-map-invalid: {name=a}"]],
    ["```bash name: a\nls\n```\n", ["info-map-invalid: name: a"]],
    ["```bash copy\nls\n```\n", []],
    ["```bash {name: a}\nls\n```\n```bash {name: a}\nid\n```\n", ["cell-name-duplicate: ```bash {name: a}\nid\n```\n"]],
  ];
  for (const [source, problems] of wrong) it(`${source.split("\n")[0] ?? ""}: ${problems.join() || "no problem"}`, () => expectProblems(source, problems));
});

describe("prompts", () => {
  const commandText = (text: string) => parseRunbook(`\`\`\`console\n${text}\n\`\`\`\n`).cells[0]?.command?.commandText;

  const table: readonly (readonly [string, string, string])[] = [
    ["without prompts every line runs", "a\nb", "a\nb"],
    ["only prompted lines run", "$ a\nNAME READY\n$ b\nout", "a\nb"],
    ["a backslash goes on", "$ a \\\n  b\nout", "a \\\n  b"],
    ["a second prompt is taken off", "$ a \\\n> b\nout", "a \\\nb"],
    ["a pipe goes on", "$ a |\n> b\nout", "a |\nb"],
    ["a quotation goes on", "$ a 'x\ny'\nout", "a 'x\ny'"],
    ["a here-document goes on to its end", "$ a <<EOF\nx\nEOF\nout", "a <<EOF\nx\nEOF"],
    ["output that looks like a second prompt does not run", "$ curl -v x\n> GET / HTTP/1.1", "curl -v x"],
    ["expectations are kept", "$ a\nPONG\n# Expected: PONG", "a\n# Expected: PONG"],
    ["a variable is no prompt", "$A\nb", "$A\nb"],
    ["a comment does not open a quotation", "$ a # don't\nout", "a # don't"],
  ];
  for (const [name, text, commands] of table) it(name, () => assert.equal(commandText(text), commands));

  it("says so where a prompted command is not complete", () => expectProblems("```console\n$ a 'x\nb\n```\n", ["prompt-continuation-missing: ```console\n"]));
});
