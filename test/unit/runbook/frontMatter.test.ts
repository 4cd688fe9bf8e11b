import assert from "node:assert/strict";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";
import { expectProblems } from "./check.ts";

const FULL = `---
title: Database failure
id: db-failure
owner: SRE
severity: critical
rto: 15 minutes
rpo: 5m
reviewed: 2026-01-31
world: worlds/shop.yaml
facts: shop.yaml
drill: { fault: database-crash-loop }
targets:
  primary: { kubernetes: { context: prod, namespace: shop }, alias: prod }
  backups: { aws: { profile: ops, region: eu-west-1, account: 012345678901, buckets: [shop-backups] }, alias: s3 }
  api: { http: "https://api.example.com", alias: api }
parameters:
  DUMP: { type: string, description: Which dump, default: latest, pattern: "[a-z0-9.-]+" }
verification: [health]
---
\`\`\`bash {name: health}
ls
\`\`\`
`;

const withYaml = (yaml: string): string => `---\n${yaml}\n---\n`;

describe("front matter", () => {
  it("is read whole", () => {
    expectProblems(FULL, []);
    const { frontMatter } = parseRunbook(FULL);
    assert.deepEqual(frontMatter, {
      present: true, title: "Database failure", id: "db-failure", owner: "SRE", severity: "critical", rtoMs: 900_000, rpoMs: 300_000,
      reviewed: "2026-01-31", world: "worlds/shop.yaml", facts: "shop.yaml", drillFault: "database-crash-loop", drillCases: [],
      targets: [
        { kind: "kubernetes", name: "primary", alias: "prod", context: "prod", namespace: "shop" },
        { kind: "aws", name: "backups", alias: "s3", profile: "ops", region: "eu-west-1", account: "012345678901", buckets: ["shop-backups"] },
        { kind: "http", name: "api", alias: "api", url: "https://api.example.com" },
      ],
      parameters: [{ name: "DUMP", type: "string", description: "Which dump", default: "latest", pattern: "[a-z0-9.-]+" }],
      verification: ["health"],
    });
  });

  for (const [name, change] of [["CRLF", "\r\n"], ["CR", "\r"]] as const) {
    it(`is read with ${name} and a byte-order mark`, () => {
      const document = parseRunbook(`\uFEFF${FULL.replaceAll("\n", change)}`);
      assert.deepEqual(document.problems, []);
      assert.equal(document.frontMatter.targets.length, 3);
      assert.equal(document.cells[1]?.command?.name, "health");
    });
  }

  it("leaves the title to the first heading of level 1", () => {
    assert.equal(parseRunbook("## Two\n\n# The *title*\n").frontMatter.title, "The title");
    assert.equal(parseRunbook("---\ntitle: Own\n---\n# Other\n").frontMatter.title, "Own");
  });

  it("is none where the block is not one of keys", () => {
    for (const source of ["---\nSome text.\n---\n", "---\ntitle: x\n", "\n---\ntitle: x\n---\n", "text\n---\ntitle: x\n---\n"]) assert.equal(parseRunbook(source).frontMatter.present, false, source);
  });

  const wrong: readonly (readonly [string, readonly string[]])[] = [
    ["titel: x", ["front-matter-unknown-key: titel"]],
    ["rto: soon", ["duration-invalid: soon"]],
    ["rto: 15", ["duration-invalid: 15"]],
    ["severity: awful", ["front-matter-value: awful"]],
    ["title: [a]", ["front-matter-value: [a]"]],
    ["drill: crash", ["front-matter-value: crash"]],
    ["targets: { a: { kubernetes: { cluster: x } } }", ["front-matter-unknown-key: cluster"]],
    ["targets: { a: { alias: x } }", ["front-matter-value: { alias: x }"]],
    ["targets: { a: { http: ftp://x } }", ["front-matter-value: ftp://x"]],
    ["targets: { a: { http: 'https://x', alias: p }, b: { http: 'https://y', alias: p } }", ["target-alias-duplicate: { http: 'https://y', alias: p }"]],
    ["parameters: { A: { type: number } }", ["front-matter-value: number"]],
    ["parameters: { A: { pattern: '(' } }", ["front-matter-value: '('"]],
    ["verification: [health]", ["verification-cell-missing: health"]],
    ["verification: health", ["front-matter-value: health"]],
  ];
  for (const [yaml, problems] of wrong) it(`${yaml}: ${problems.join()}`, () => expectProblems(withYaml(yaml), problems));

  it("says what YAML says when it cannot be read, and the rest of the runbook still is", () => {
    const document = parseRunbook(`${withYaml("title: [x")}\n# H\n`);
    assert.deepEqual(document.problems.map(({ code }) => code), ["front-matter-invalid"]);
    assert.equal(document.steps.length, 1);
    assert.deepEqual(parseRunbook(withYaml("a: &a [*a]\ntitle: x")).frontMatter.title, "x");
  });
});
