import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";

const ROOT = resolve(import.meta.dirname, "../../..");

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly strategy?: { readonly matrix: { readonly include: readonly { readonly runbook: string; readonly arguments: string }[] } }; readonly steps: readonly { readonly run?: string }[] }>>;
}

describe("the command line, on files", () => {
  const folder = mkdtempSync(join(tmpdir(), "lint-"));
  const cli = (...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
    spawnSync(process.execPath, [join(ROOT, "dist/cli.js"), ...args], { cwd: folder, encoding: "utf8", env: { HOME: folder, PATH: "" } });

  before(() => cpSync(join(ROOT, "test/fixtures/seed-runbook.md"), join(folder, "seed.md")));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("lint ends with 0 for clean runbooks, 1 for findings and 2 for a wrong call", () => {
    mkdirSync(join(folder, "books/inner"), { recursive: true });
    const clean = "---\ntitle: T\nowner: A\nreviewed: 2026-01-31\n---\n\n# T\n";
    writeFileSync(join(folder, "books/inner/a.runbook.md"), clean);
    writeFileSync(join(folder, "books/notes.md"), "TODO\n");
    const passed = cli("lint", "books", "--today", "2026-02-01");
    assert.deepEqual([passed.status, passed.stdout], [0, "0 problems in 1 file.\n"], passed.stderr);
    writeFileSync(join(folder, "books/inner/shared.yaml"), "pager: none\ncontacts: [{ role: A, available: 24/7, phone: +44 20 7946 0958 }]\n");
    writeFileSync(join(folder, "books/inner/b.runbook.md"), clean.replace("---\n\n", "facts: shared.yaml\n---\n\n"));
    assert.match(cli("lint", "books", "--today", "2026-02-01").stdout, /^books\/inner\/shared\.yaml:1:1: warning facts-unknown-key: [^]*^1 problem in 3 files\.$/m);
    rmSync(join(folder, "books/inner/b.runbook.md"));
    const failed = cli("lint", "books", "seed.md", "--today", "2026-02-01");
    assert.equal(failed.status, 1);
    assert.match(failed.stdout, /^seed\.md:115:1: warning path-over-rto: /m);
    assert.equal(cli("lint", "books", "--today", "2028-02-01").status, 1);
    for (const args of [["lint"], ["lint", "nothing.md"], ["lint", "books", "--format", "xml"], ["lint", "books", "--today", "soon"], ["lint", "books", "--nonsense"]]) {
      const wrong = cli(...args);
      assert.equal(wrong.status, 2, `${args.join(" ")}: ${wrong.stderr}`);
      assert.notEqual(wrong.stderr, "");
      assert.equal(wrong.stdout, "");
    }
  });

  it("lint prints SARIF and JSON that parse", () => {
    const sarif = JSON.parse(cli("lint", "seed.md", "--format", "sarif").stdout) as { version: string; runs: { results: unknown[] }[] };
    assert.equal(sarif.version, "2.1.0");
    assert.ok((sarif.runs[0]?.results.length ?? 0) > 50);
    const json = JSON.parse(cli("lint", "seed.md", "--format", "json", "--notes").stdout) as { files: { findings: unknown[] }[] };
    assert.ok((json.files[0]?.findings.length ?? 0) > (sarif.runs[0]?.results.length ?? 0));
  });

  it("import writes a runbook beside the document, once", () => {
    const first = cli("import", "seed.md");
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /^seed\.runbook\.md\nRead: 39 command cells/);
    assert.ok(readFileSync(join(folder, "seed.runbook.md"), "utf8").endsWith(readFileSync(join(folder, "seed.md"), "utf8")));
    const again = cli("import", "seed.md");
    assert.deepEqual([again.status, again.stdout], [2, ""]);
    assert.match(again.stderr, /seed\.runbook\.md is there already/);
    assert.equal(cli("import", "seed.md", "--out", "other.runbook.md").status, 0);
  });

  it("does what the example for GitHub Actions calls", () => {
    const { jobs } = parse(readFileSync(join(ROOT, "docs/examples/github-actions.yaml"), "utf8")) as Workflow;
    const lint = jobs["lint"]?.steps.find(({ run }) => run?.includes(" lint ") === true)?.run ?? "";
    assert.match(lint, /extension\/dist\/cli\.js" lint notebooks --format sarif > lint\.sarif$/);
    for (const { runbook } of jobs["drill"]?.strategy?.matrix.include ?? []) assert.ok(existsSync(join(ROOT, "notebooks", `${runbook}.runbook.md`)), runbook);
    const drill = jobs["drill"]?.steps.find(({ run }) => run?.includes(" drill ") === true)?.run ?? "";
    assert.match(drill, /--unattended --state-root/);
  });
});
