import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { PROBLEM_RULES } from "../../../src/core/problem.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("documentation", () => {
  const documented = new Set([...read("docs/ERRORS.md").matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((match) => match[1] ?? ""));
  const runtimeCodes = runtimeErrorCodes(read("src/core/runtimeError.ts"));

  it("docs/ERRORS.md has a row for every problem in a runbook or a cell", () => {
    assert.deepEqual(Object.keys(PROBLEM_RULES).filter((code) => !documented.has(code)), []);
  });

  it("docs/ERRORS.md has a row for every failure at run time", () => {
    assert.ok(runtimeCodes.length > 0);
    assert.deepEqual(runtimeCodes.filter((code) => !documented.has(code)), []);
  });

  it("docs/ERRORS.md has no row for a code that is gone", () => {
    const known = new Set([...Object.keys(PROBLEM_RULES), ...runtimeCodes]);
    assert.deepEqual([...documented].filter((code) => !known.has(code)), []);
  });

  it("relative links in the documents reach a file", () => {
    const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...globSync("docs/*.md", { cwd: root })].filter((path) => existsSync(join(root, path)));
    const broken = documents.flatMap((path) =>
      [...withoutFences(read(path)).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? "")
        .filter((link) => !existsSync(join(root, dirname(path), decodeURIComponent(link))))
        .map((link) => `${path}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it("npm scripts named in the documents exist", () => {
    const manifest: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    const documents = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: root })].filter((path) => existsSync(join(root, path)));
    const unknown = documents.flatMap((path) =>
      [...read(path).matchAll(/npm run ([a-z][a-z:]*)/g)].map((match) => match[1] ?? "").filter((name) => !(name in manifest.scripts)).map((name) => `${path}: ${name}`),
    );
    assert.deepEqual(unknown, []);
  });
});

/** The members of the union type RuntimeErrorCode, which exist only in its source. */
function runtimeErrorCodes(source: string): string[] {
  const union = /type RuntimeErrorCode =([^;]+);/.exec(source)?.[1] ?? "";
  return [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, "");
}
