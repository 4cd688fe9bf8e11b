import assert from "node:assert/strict";
import { planCell } from "../../../src/core/command/planCell.ts";
import { cellFacts } from "../../../src/core/language/cellFacts.ts";
import { hoverAt } from "../../../src/core/language/hover.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const DOCUMENT = parseRunbook("---\ntargets:\n  main: { kubernetes: { context: east, namespace: shop }, alias: prod }\nparameters:\n  DB: { type: string, default: db-0, description: The database's pod. }\n---\n```bash {name: first}\nSTAMP=$(date +%s)\n```\n```bash\necho\n```\n");

/** `|` stands before the word that is hovered. */
function hover(marked: string): string | undefined {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const facts = cellFacts(DOCUMENT, DOCUMENT.cells.length - 1);
  const found = hoverAt(text, offset, planCell(text, { variables: new Set(["DB", "STAMP"]), values: new Map([["DB", "db-0"]]), expectations: [] }), facts);
  return found === undefined ? undefined : `${text.slice(found.start, found.end)} => ${found.markdown.replaceAll("\n\n", " / ")}`;
}

describe("hovering over a command", () => {
  const cases: readonly (readonly [marked: string, text: string])[] = [
    ["kubectl |delete pod $DB", "delete => **kubectl delete**: Deletes objects. / Risk: **CHANGE**. a controller brings the pod back; the run checks that it has one. Undo: no command is known. / Goes to prod: east, shop; in process / As it will be sent: `kubectl delete pod db-0`"],
    ["|kubectl get pods -n other", "kubectl => **kubectl get**: Lists objects as a table, YAML, JSON, by a path or in columns of your own. / Risk: **read** (lists objects) / Goes to prod: east, other; in process / As it will be sent: `kubectl get pods -n other`"],
    ["kubectl logs db-0 |--previous", "--previous => **--previous** (-p) of `kubectl logs` / The log of the container before this one."],
    ["kubectl logs db-0 |--tail=3", "--tail=3 => **--tail** of `kubectl logs`, with a value / Only the last lines of the log."],
    ["kubectl exec |-it db-0 -- ls", "-it => **--stdin** (-i) of `kubectl exec` / Hands standard input to the program. / **--tty** (-t) of `kubectl exec` / A terminal. Left out here: there is none in a notebook."],
    ["kubectl delete pod |$DB", "$DB => **DB**: The database's pod. / Its value: `db-0`"],
    ["echo |$STAMP", "$STAMP => **STAMP**: Set by cell first."],
    ["X=$(kubectl |get pods) ; echo $X", "get => **kubectl get**: Lists objects as a table, YAML, JSON, by a path or in columns of your own. / Risk: **read** (lists objects) / Goes to prod: east, shop; in process / As it will be sent: `kubectl get pods`"],
    ["|terraform plan", "terraform => **terraform**: Infrastructure from files. / Risk: **read** (plan changes no infrastructure) / Goes to no target: AWS account; by terraform itself / As it will be sent: `terraform plan`"],
  ];
  for (const [marked, expected] of cases) it(marked, () => assert.equal(hover(marked), expected));

  it("names the program inside a pod, whose risk it is", () => {
    assert.match(hover("kubectl |exec db-0 -- redis-cli FLUSHALL") ?? "", /Inside the pod: redis-cli.* Risk: \*\*DESTROY\*\*/);
  });

  it("has nothing to say about blanks and comments", () => {
    assert.equal(hover("# |comment"), undefined);
  });
});
