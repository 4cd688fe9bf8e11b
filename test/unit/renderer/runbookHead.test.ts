import assert from "node:assert/strict";
import MarkdownIt from "markdown-it";
import { activate, renderHead } from "../../../src/renderer/runbookHead.ts";

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
      "Objective: critical RTO 15 min RPO 0 s",
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

  it("stands in the first cell of a runbook only, before the Markdown that follows it", async () => {
    const markdownIt = new MarkdownIt({ html: true });
    const styles: unknown[] = [];
    const element = (): object => ({ content: { append: () => undefined } });
    Object.assign(globalThis, { document: { createElement: element, head: { append: (style: unknown) => styles.push(style) } } });
    try {
      await activate({ getRenderer: () => Promise.resolve({ extendMarkdownIt: (extend) => extend(markdownIt as never) }) });
      await activate({ getRenderer: () => Promise.resolve(undefined) });
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
    assert.equal(styles.length, 1);
    const render = (kind: string, text: string): string => markdownIt.render(text, { outputItem: { metadata: { runbook: { kind } } } });
    assert.match(render("frontMatter", `---\n${YAML}---\n\n# Title\n`), /^<div class="dr-head">[^]*<\/div>\n<h1>Title<\/h1>\n$/);
    for (const html of [render("markdown", "---\na: b\n---\n"), markdownIt.render("---\na: b\n---\n"), markdownIt.render("---\na: b\n---\n", {})]) assert.equal(html, "<hr>\n<h2>a: b</h2>\n");
  });
});
