import assert from "node:assert/strict";
import { renderHead } from "../../../src/renderer/runbookHead.ts";

const YAML = `title: "Search is down"
owner: Search <Team>
severity: critical
rto: 15 minutes
rpo: 0
reviewed: 2026-01-31
targets:
  cluster:
    kubernetes: { context: shop-prod, namespace: shop }
    alias: prod
  backups:
    aws: { region: us-east-1, buckets: [dumps] }
  site:
    http: https://shop.example
parameters:
  POD: { description: "Which \\"pod\\"", default: search-0 }
  KEY: { type: secret, default: hunter2 }
  TAG: { type: string }
verification: [site-answers]
`;

/** A text without tags, each row of the list in a line. */
function words(html: string): string[] {
  return html.replaceAll("</dd>", "\n").replaceAll("</dt>", ": ").replace(/<details[^]*/, "").replaceAll(/<[^>]+>/g, "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

describe("the head of a runbook", () => {
  it("says what the front matter means", () => {
    const head = renderHead(`---\n${YAML}---\n# Title\n`);
    assert.equal(head?.endLine, 21);
    assert.deepEqual(words(head.html), [
      "Severity: critical RTO 15 min RPO 0 s",
      "Touches: prod shop-prod / shop backups s3://dumps us-east-1 site https://shop.example",
      "Parameters: POD = search-0 KEY asked for, never shown TAG asked for",
      "Restored when: site-answers",
      "Owner: Search &lt;Team&gt; reviewed 2026-01-31",
    ]);
    assert.match(head.html, /title="Which &quot;pod&quot;"/);
    assert.match(head.html, /<details><summary>Front matter<\/summary><pre><code>title: &quot;Search is down&quot;/);
  });

  it("shows one that cannot be read as it is written", () => {
    for (const yaml of ["title: [", "severity: enormous", "unknown: key"]) {
      assert.match(renderHead(`---\n${yaml}\n---\n`)?.html ?? "", /<details open><summary>Front matter, not all of which can be read: see Problems/, yaml);
    }
    assert.equal(renderHead("# No front matter\n"), undefined);
  });
});
