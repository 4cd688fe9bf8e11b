import assert from "node:assert/strict";
import * as fc from "fast-check";
import { planCell } from "../../../src/core/command/planCell.ts";
import type { Operation } from "../../../src/core/command/operation.ts";
import { planWholeRunbook } from "../../../src/core/plan/runbookPlan.ts";
import { shellCopy } from "../../../src/core/plan/shellCopy.ts";
import { defaultValues } from "../../../src/core/plan/variableValues.ts";
import { parseRunbook } from "../../../src/core/runbook/parseRunbook.ts";

const FRONT = `---
targets:
  main: { kubernetes: { context: east, namespace: shop }, alias: prod }
  backups: { aws: { profile: ops, region: eu-west-1, buckets: [dumps] }, alias: s3 }
parameters:
  DB: { type: string, default: db-0, description: "The database's pod" }
  NOTE: { type: string, default: "it's \\"down\\" & $HOME" }
  TOKEN: { type: secret, description: "An admin's token" }
---
`;

function copies(body: string): readonly string[] {
  const document = parseRunbook(FRONT + body);
  const values = defaultValues(document);
  const plan = planWholeRunbook(document, values);
  return plan.cells.map((cell) => shellCopy(plan, cell, values));
}

const bash = (text: string): string => `\`\`\`bash\n${text}\n\`\`\`\n`;

describe("copying a cell as shell", () => {
  const cases: readonly (readonly [body: string, copy: string])[] = [
    [bash("kubectl get pods"), "kubectl --context east --namespace shop get pods\n"],
    [bash("kubectl get pods -n other --context east"), "kubectl get pods -n other --context east\n"],
    [bash("kubectl get pods -A | grep db"), "kubectl --context east get pods -A | grep db\n"],
    [bash("aws s3 ls s3://dumps/"), "aws --profile ops --region eu-west-1 s3 ls s3://dumps/\n"],
    [bash("kubectl delete pod $DB"), "DB=db-0\nkubectl --context east --namespace shop delete pod $DB\n"],
    [bash('echo "$NOTE"'), "NOTE='it'\\''s \"down\" & $HOME'\necho \"$NOTE\"\n"],
    [bash('curl -H "Authorization: $TOKEN" https://shop'), ': "${TOKEN:?An admin’s token}"\ncurl -H "Authorization: $TOKEN" https://shop\n'],
    [bash("POD=$(kubectl get pods -o name | head -n 1)\nkubectl delete $POD"), "POD=$(kubectl --context east --namespace shop get pods -o name | head -n 1)\nkubectl --context east --namespace shop delete $POD\n"],
    [bash("for POD in a b; do kubectl logs $POD; done"), "for POD in a b; do kubectl --context east --namespace shop logs $POD; done\n"],
    [bash("curl https://shop/search?a=1&b=2"), "curl 'https://shop/search?a=1&b=2'\n"],
    ["```console\n$ kubectl get pods\nNAME READY\n```\n", "kubectl --context east --namespace shop get pods\n"],
    ['```sql {via: "kubectl exec -i db-0 -- mysql"}\nSELECT "$1";\n```\n', "kubectl --context east --namespace shop exec -i db-0 -- mysql <<'SQL'\nSELECT \"$1\";\nSQL\n"],
    [bash("kubectl get pods # Expected: x"), "kubectl --context east --namespace shop get pods # Expected: x\n"],
    [bash("kubectl get pods --context elsewhere"), "kubectl get pods --context elsewhere\n"],
    [bash('echo kubectl; "kubectl" version'), 'echo kubectl; "kubectl" --context east --namespace shop version\n'],
  ];
  for (const [body, copy] of cases) it(copy.split("\n")[0] ?? "", () => assert.deepEqual(copies(body), [copy]));

  it("names a variable that an earlier cell sets", () => {
    assert.equal(copies(`${bash("LATEST=$(date)")}${bash("echo $LATEST")}`)[1], ': "${LATEST:?an earlier cell sets it}"\necho $LATEST\n');
  });

  /** A call without what pins it, to hold the copy against the cell. */
  const plain = ({ tool, verb, positionals, flags, rest, risk }: Operation): unknown => {
    const own = Object.fromEntries(Object.entries(flags).filter(([name]) => !["context", "namespace", "profile", "region"].includes(name)));
    return JSON.parse(JSON.stringify({ tool, verb, positionals, rest, risk, flags: own }).replaceAll(/ --(?:context|namespace|profile|region) [\w-]+/g, ""));
  };
  const calls = (text: string): readonly unknown[] => planCell(text, { variables: new Set(["DB", "NOTE"]), expectations: [] }).statements.flatMap(({ operations }) => operations.map(({ operation }) => plain(operation)));

  it("parses to the same calls, whatever the cell", () => {
    const word = fc.constantFrom("get", "delete", "logs", "pods", "db-0", "$DB", '"$DB x"', "'a b'", "--tail=3", "-n", "other", "-l", "app=web", "exec", "--", "ls", "s3", "s3://dumps/x", "kubectl", "aws", "--context", "east", "|", "&&", ";", "\n", "\\\n", "$(kubectl get pods)", "> out.txt", "# note\n");
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 14 }), fc.constantFrom("kubectl", "aws", "echo"), (words, first) => {
        const text = `${first} ${words.join(" ")}`;
        if (text.includes("```")) return;
        const before = planCell(text, { variables: new Set(["DB", "NOTE"]), expectations: [] });
        if (before.problems.some(({ code }) => code === "shell-syntax" || code === "untyped-shell")) return;
        const [copy = ""] = copies(bash(text));
        assert.deepEqual(calls(copy), before.statements.flatMap(({ operations }) => operations.map(({ operation }) => plain(operation))), `${text}\n---\n${copy}`);
      }),
      { numRuns: 300 },
    );
  });
});
