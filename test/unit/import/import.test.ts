import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { importMarkdown } from "../../../src/core/import/importMarkdown.ts";
import { importReport } from "../../../src/core/import/importReport.ts";
import { newRunbook } from "../../../src/core/import/newRunbook.ts";
import { describe as wordsOf } from "../../../src/core/problem.ts";
import { findFrontMatter } from "../../../src/core/runbook/frontMatterBlock.ts";
import { splitLines } from "../../../src/core/runbook/lines.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { EditedNotebook } from "../runbook/editor.ts";
import { lint } from "../lint/check.ts";

const root = resolve(import.meta.dirname, "../../..");
const seed = readFileSync(join(root, "test/fixtures/seed-runbook.md"), "utf8");
/** Public runbooks, where someone has a folder of them. */
const corpus = process.env["DR_RUNBOOK_CORPUS"] ?? resolve(root, "../shared/corpus");
const F = "```";

describe("importing Markdown", () => {
  it("gives a document the front matter that its words say", () => {
    const { text, keys } = importMarkdown(`# Web is Down\n\n**Owner**: Web Team\n**Last Reviewed**: January 31, 2026\n\n| RTO | 15 minutes |\n| --- | --- |\n\n${F}sh\nkubectl get pods -n shop\ncurl -s https://api.example.com/x -H "Authorization: Bearer $TOKEN"\naws s3 ls s3://backups/\n${F}\n`, "web");
    assert.deepEqual(keys, ["title", "id", "owner", "rto", "reviewed", "targets", "parameters"]);
    const { frontMatter, problems } = parseRunbook(text);
    assert.deepEqual(problems, []);
    assert.deepEqual([frontMatter.title, frontMatter.id, frontMatter.owner, frontMatter.rtoMs, frontMatter.reviewed], ["Web is Down", "web-is-down", "Web Team", 900_000, "2026-01-31"]);
    assert.deepEqual(frontMatter.targets.map((target) => [target.kind, target.name]), [["kubernetes", "cluster"], ["aws", "aws"], ["http", "api"]]);
    assert.deepEqual(frontMatter.parameters.map(({ name, type }) => [name, type]), [["TOKEN", "secret"]]);
  });

  it("makes nothing up, and takes the file's name for a title only", () => {
    assert.equal(importMarkdown("Just words.\n", "my-notes").text, "---\ntitle: my-notes\nid: my-notes\n\n---\n\nJust words.\n");
    assert.equal(importMarkdown("", "x").text, "---\ntitle: x\nid: x\n\n---\n\n");
    assert.equal(importMarkdown("\uFEFF# A: B\r\n", "x").text, '\uFEFF---\r\ntitle: "A: B"\r\nid: a-b\r\n\r\n---\r\n\r\n# A: B\r\n');
  });

  it("keeps a front matter that is there, and adds to it", () => {
    assert.equal(importMarkdown("---\ntitle: Mine\nweight: 20\n---\n\n# A\n", "x").text, "---\ntitle: Mine\nweight: 20\nid: mine\n---\n\n# A\n");
    const broken = "---\ntitle: [\n---\n# A\n";
    assert.equal(importMarkdown(broken, "x").text, broken);
  });

  it("lists what it could not read", () => {
    const { unread } = importMarkdown(`# A\n\n## Step 2 - Restart\n\n${F}\nkubectl get pods\n${F}\n\n${F}bash\nkubectl logs <pod>\n${F}\n`, "a");
    assert.deepEqual(unread.map(({ line, words }) => [line, words.split(/[.:]/)[0]]), [[1, "The commands name no cluster"], [12, "This heading is not read as a step or an option"], [15, "This fence looks like a command and is none by its language"], [19, "<pod> stands for a value, and the shell reads the brackets as redirections"]]);
  });

  it("says that nothing proves the recovery yet, where there are commands", () => {
    const [bare, proven] = [`# A\n\n${F}bash\nkubectl get pods\n${F}\n`, `---\nverification: [look]\n---\n\n${F}bash {name: look}\nkubectl get pods\n${F}\n`];
    assert.match(importReport(importMarkdown(bare, "a")), /Nothing says yet when service is restored/);
    assert.doesNotMatch(importReport(importMarkdown(proven, "a")), /Nothing says yet/);
    assert.doesNotMatch(importReport(importMarkdown("# Words\n", "a")), /Nothing says yet/);
  });

  it("reads the seed runbook", () => {
    const imported = importMarkdown(seed, "seed");
    assert.ok(imported.text.endsWith(seed));
    assert.deepEqual(imported.counts, { commands: 39, steps: 22, expectations: 6, checklistItems: 7 });
    const { frontMatter } = parseRunbook(imported.text);
    assert.deepEqual([frontMatter.owner, frontMatter.rtoMs, frontMatter.rpoMs, frontMatter.reviewed], ["DevOps / SRE Team", 900_000, 300_000, "2026-01-31"]);
    assert.deepEqual(frontMatter.targets.map(({ name }) => name), ["cluster", "dr-cluster", "aws", "api", "prometheus"]);
    assert.match(importReport(imported), /Front matter: title, id, owner, rto, rpo, reviewed, targets, parameters/);
  });

  it("imports every public runbook without touching its body", () => {
    const files = existsSync(corpus) ? globSync("**/*.md", { cwd: corpus }).map((file) => join(corpus, file)) : [];
    const samples = files.length > 0 ? files : globSync("**/*.md", { cwd: join(root, "node_modules") }).map((file) => join(root, "node_modules", file)).filter((_, index) => index % 4 === 0);
    assert.ok(samples.length > 100);
    for (const [index, file] of samples.entries()) {
      const source = readFileSync(file, "utf8");
      const { text } = importMarkdown(source, basename(file, ".md"));
      assert.equal(bodyOf(text), bodyOf(source), file);
      const before = parseRunbook(source);
      const after = parseRunbook(text);
      assert.deepEqual(commandsOf(after), commandsOf(before), file);
      assert.deepEqual(after.problems.filter(({ code }) => code.startsWith("front-matter-v") || code === "target-alias-duplicate").map(({ code }) => code), before.problems.filter(({ code }) => code.startsWith("front-matter-v")).map(({ code }) => code), file);
      assert.equal(new EditedNotebook(text).save(), text, file);
      if (index % 5 === 0) assert.equal(importMarkdown(text, basename(file, ".md")).text, text, `${file}, a second time`);
    }
  });
});

describe("a new runbook", () => {
  it("is clean under lint", () => {
    const text = newRunbook({ title: "Web: Down", owner: "Web Team", today: "2026-02-15" });
    const findings = lint(text).filter(({ severity }) => severity !== "information");
    assert.deepEqual(findings.map(({ problem }) => wordsOf(problem)), []);
    const { steps, frontMatter } = parseRunbook(text);
    assert.equal(frontMatter.title, "Web: Down");
    assert.equal(steps.filter((step) => step.kind === "step").length, 4);
  });
});

/** What stands after the front matter; without one all but the byte-order mark. Blank lines at the top do not count. */
function bodyOf(text: string): string {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const lines = splitLines(text);
  const block = findFrontMatter(text, lines, mark);
  const start = block === undefined ? mark : (lines[block.endLine]?.start ?? text.length);
  return text.slice(start).replace(/^(?:[ \t]*(?:\r\n?|\n))+/, "");
}

function commandsOf({ cells }: ReturnType<typeof parseRunbook>): readonly string[] {
  return cells.flatMap((cell) => (cell.command === undefined ? [] : [cell.command.commandText]));
}
