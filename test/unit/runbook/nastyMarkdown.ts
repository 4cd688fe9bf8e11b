import * as fc from "fast-check";

/** Pieces of Markdown that parsers of notebooks trip over; documents are made by putting them one after another. */
const FRAGMENTS: readonly string[] = [
  "# Title\n", "## Step 2: Restart (3 minutes)\n", "### Option A: Promote\n", "Setext\n===\n", "text\n", "two  \nlines\n", "\n", "\n\n", "   \n", "\t\n",
  "```bash\nkubectl get pods\n```\n", "```bash {name: a, timeout: 5s}\ncurl x\n# Expected: PONG\n```\n", "~~~sh\necho ```\n~~~\n", "````shell\n```\ninner\n```\n````\n",
  "```bash\nunclosed\n", "~~~\nunclosed tilde\n", "```\n", "```yaml\n# not a heading\na: 1\n```\n", "```sql\nSELECT 1;\n```\n", "```sql {via: \"mysql -u root\"}\nSELECT 1;\n```\n",
  "1. **Provision** (20 min)\n   ```bash\n   terraform apply\n\n     deep\n   ```\n", "- item\n\n    ```sh\n    four\n    ```\n", "- ```bash\n  in item\n  ```\n", "\t```bash\n\ttab\n\t```\n",
  "* a\n\n  ```bash\n\ttab in list\n  half\n", "10. ten\n\n    text of ten\n", "> ```bash\n> quoted\n> ```\n", "> quote\nlazy\n", "<!--\n```bash\nhidden\n```\n-->\n", "<!-- open\n", "<pre>\n\n",
  "    indented code\n", "    ```bash\n    not a fence\n    ```\n", "---\ntitle: x\nrto: 15 minutes\n---\n", "---\n", "---\nkey: [\n---\n", "| a | b |\n|---|---|\n| 1 | 2 |\n",
  "**Option B: Restore**\n", "**If successful**: Skip to Step 7\n", "- [ ] tick\n", "``` bash   \n$ kubectl get pods \\\n>   -A\nNAME\n$ ls\n```\n", "```console\n$ cat <<EOF\nx\nEOF\nout\n```\n",
  "```bash\n\n```\n", "```bash\n```\n", "```bash\n\n\ntrailing  \n\n\n```\n", "[link]: x\n", "\u0000\n", "\uFEFFmark\n", "a\u2028b\n", "```bash\n\uFEFFecho\n```\n", "no newline", "#", "``", "\\", "é🚨\n",
];

const fragment = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...FRAGMENTS) }, { weight: 1, arbitrary: fc.string({ maxLength: 12 }) });

/** A nasty document, perhaps with other line ends, a byte-order mark, or no final line end. */
export const nastyDocument = fc
  .record({
    parts: fc.array(fragment, { maxLength: 12 }),
    lineEnds: fc.constantFrom("keep", "crlf", "cr", "mixed"),
    mark: fc.boolean(),
    cut: fc.boolean(),
  })
  .map(({ parts, lineEnds, mark, cut }) => {
    let count = 0;
    const text = parts.join("").replaceAll("\n", () => (lineEnds === "keep" ? "\n" : lineEnds === "crlf" ? "\r\n" : lineEnds === "cr" ? "\r" : (["\n", "\r\n", "\r"][count++ % 3] ?? "\n")));
    return (mark ? "\uFEFF" : "") + (cut ? text.replace(/[\r\n]+$/, "") : text);
  });

export const nastyFragment = fragment;
