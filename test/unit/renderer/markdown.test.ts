import assert from "node:assert/strict";
import MarkdownIt from "markdown-it";
import { activate } from "../../../src/renderer/markdown.ts";

describe("Markdown in runbooks", () => {
  const markdownIt = new MarkdownIt({ html: true });
  const styles: unknown[] = [];
  const render = (kind: string, text: string): string => markdownIt.render(text, { outputItem: { metadata: { runbook: { kind } } } });

  before(async () => {
    const element = (): object => ({ content: { append: () => undefined } });
    Object.assign(globalThis, { document: { createElement: element, head: { append: (style: unknown) => styles.push(style) } } });
    try {
      await activate({ getRenderer: () => Promise.resolve({ extendMarkdownIt: (extend) => extend(markdownIt as never) }) });
      await activate({ getRenderer: () => Promise.resolve(undefined) });
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
  });

  it("brings its style once, and does nothing where VS Code's Markdown is not to be had", () => assert.equal(styles.length, 1));

  it("shows the front matter as a head, before the text that follows it in the cell", () => {
    assert.match(render("frontMatter", "---\ntitle: Search\n---\n\n# Title\n"), /^<div class="dr-head">[^]*<\/div>\n<h1>Title<\/h1>\n$/);
  });

  it("draws boxes for checklists", () => {
    assert.equal(render("markdown", "- [ ] call **Ann**\n- [x] done\n  1. [X] inner\n- [y] no\n- [ ]\n"), "<ul>\n<li>☐ call <strong>Ann</strong></li>\n<li>☑ done\n<ol>\n<li>☑ inner</li>\n</ol>\n</li>\n<li>[y] no</li>\n<li>[ ]</li>\n</ul>\n");
    assert.equal(render("markdown", "- [ ] loose\n\n- text\n\n[ ] prose\n"), "<ul>\n<li>\n<p>☐ loose</p>\n</li>\n<li>\n<p>text</p>\n</li>\n</ul>\n<p>[ ] prose</p>\n");
  });

  it("leaves other cells and other notebooks alone", () => {
    const text = "---\na: b\n---\n- [ ] c\n";
    const plain = new MarkdownIt({ html: true }).render(text);
    for (const environment of [undefined, {}, { outputItem: { metadata: { attachments: {} } } }]) assert.equal(markdownIt.render(text, environment), plain);
    assert.match(render("markdown", text), /^<hr>\n<h2>a: b<\/h2>\n/);
  });
});
