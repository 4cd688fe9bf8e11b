import assert from "node:assert/strict";
import * as fc from "fast-check";
import { completeCommand, liveItems, type CompletionItem } from "../../../src/core/language/completion.ts";
import { commandAt, writtenCommands } from "../../../src/core/language/commandAt.ts";
import type { LanguageFacts } from "../../../src/core/language/facts.ts";
import { completeVerification } from "../../../src/core/language/frontMatterCompletion.ts";

const FACTS: LanguageFacts = {
  targets: [
    { kind: "kubernetes", name: "main", alias: "prod", context: "east", namespace: "shop" },
    { kind: "kubernetes", name: "dr", alias: "dr", context: "west", namespace: "shop-dr" },
    { kind: "aws", name: "backups", alias: "s3", profile: "ops", region: "eu-west-1", account: undefined, buckets: ["dumps"] },
  ],
  variables: [{ name: "DB_POD", description: "The database's pod.", value: "db-0" }],
};

/** The last `|` is the cursor. */
function cut(marked: string): { readonly text: string; readonly offset: number } {
  const offset = marked.lastIndexOf("|");
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}

function apply(text: string, { start, end, insert }: CompletionItem): string {
  return text.slice(0, start) + insert + text.slice(end);
}

/** The text after taking a suggestion by its label. */
function take(marked: string, label: string, names: readonly string[] = []): string {
  const { text, offset } = cut(marked);
  const { items, live } = completeCommand(text, offset, FACTS);
  const all = [...items, ...(live === undefined ? [] : liveItems(live, names))];
  const item = all.find((one) => one.label === label);
  assert.ok(item, `${label} is not among ${all.map((one) => one.label).join(", ")}`);
  return apply(text, item);
}

function labels(marked: string): readonly string[] {
  const { text, offset } = cut(marked);
  return completeCommand(text, offset, FACTS).items.map(({ label }) => label);
}

function asked(marked: string): unknown {
  const { text, offset } = cut(marked);
  return completeCommand(text, offset, FACTS).live?.lookUp;
}

describe("completion in command cells", () => {
  const taken: readonly (readonly [marked: string, label: string, result: string, names?: readonly string[]])[] = [
    ["kub|", "kubectl", "kubectl"],
    ["|", "aws", "aws"],
    ["kubectl get pods | gr|", "grep", "kubectl get pods | grep"],
    ["A=1 ku|", "kubectl", "A=1 kubectl"],
    ["X=$(kub|)", "kubectl", "X=$(kubectl)"],
    ["for POD in a b; do kub|", "kubectl", "for POD in a b; do kubectl"],
    ["kubectl sc|", "scale", "kubectl scale"],
    ["kubectl -n shop ro|", "rollout", "kubectl -n shop rollout"],
    ["kubectl rollout re|", "restart", "kubectl rollout restart"],
    ["aws s3 |", "ls", "aws s3 ls"],
    ["kubectl logs db-0 --pre|", "--previous", "kubectl logs db-0 --previous"],
    ["kubectl logs db-0 --ta|", "--tail", "kubectl logs db-0 --tail="],
    ["kubectl get pods -o |", "wide", "kubectl get pods -o wide"],
    ["kubectl get pods --output=j|", "json", "kubectl get pods --output=json"],
    ["kubectl delete pod db-0 --dry-run=|", "server", "kubectl delete pod db-0 --dry-run=server"],
    ["kubectl get pods --context |", "west", "kubectl get pods --context west"],
    ["kubectl get pods -n |", "shop-dr", "kubectl get pods -n shop-dr"],
    ["kubectl get pods -n k|", "kube-system", "kubectl get pods -n kube-system", ["kube-system"]],
    ["kubectl delete |", "pods", "kubectl delete pods"],
    ["kubectl delete pod d|", "db-0", "kubectl delete pod db-0", ["db-0"]],
    ["kubectl delete pod/d|", "pod/db-0", "kubectl delete pod/db-0", ["db-0"]],
    ["kubectl delete pod/d|b-7 -n shop", "pod/db-0", "kubectl delete pod/db-0 -n shop", ["db-0"]],
    ["kubectl scale |", "deployment", "kubectl scale deployment/"],
    ["kubectl scale deployment/|", "deployment/web", "kubectl scale deployment/web", ["web"]],
    ["kubectl logs |", "db-0", "kubectl logs db-0", ["db-0"]],
    ["kubectl logs db-0 -c |", "sidecar", "kubectl logs db-0 -c sidecar", ["sidecar"]],
    ["kubectl set image deployment/web |", "app", "kubectl set image deployment/web app=", ["app"]],
    ["kubectl exec db-0 -- my|", "mysql", "kubectl exec db-0 -- mysql"],
    ["kubectl logs $|", "DB_POD", "kubectl logs $DB_POD"],
    ['kubectl logs "${DB|}"', "DB_POD", 'kubectl logs "${DB_POD}"'],
    ["aws s3 cp s3|", "s3://dumps/", "aws s3 cp s3://dumps/"],
    ["aws s3 cp s3://dumps/mysql/2|", "s3://dumps/mysql/2026.gz", "aws s3 cp s3://dumps/mysql/2026.gz", ["mysql/2026.gz"]],
    ["curl -X |", "POST", "curl -X POST"],
    ["kubectl get pods\nkubectl top |", "nodes", "kubectl get pods\nkubectl top nodes"],
    ["kubectl get \\\n  |", "pods", "kubectl get \\\n  pods"],
  ];
  for (const [marked, label, result, names] of taken) it(`${marked.replace("\n", "⏎")} → ${label}`, () => assert.equal(take(marked, label, names), result));

  const lookUps: readonly (readonly [marked: string, lookUp: unknown])[] = [
    ["kubectl delete pod |", { kind: "objects", context: "east", namespace: "shop", type: "pod" }],
    ["kubectl --context west delete pod |", { kind: "objects", context: "west", namespace: "shop-dr", type: "pod" }],
    ["kubectl delete pod -n other |", { kind: "objects", context: "east", namespace: "other", type: "pod" }],
    ["kubectl exec deploy/web -c |", { kind: "containers", context: "east", namespace: "shop", type: "deploy", name: "web" }],
    ["aws s3 ls s3://dumps/mysql/|", { kind: "keys", profile: "ops", region: "eu-west-1", bucket: "dumps", prefix: "mysql/" }],
    ["kubectl get pods -n |", { kind: "namespaces", context: "east" }],
    ["kubectl |", undefined],
    ["grep |", undefined],
  ];
  for (const [marked, expected] of lookUps) it(`${marked} asks for ${JSON.stringify(expected)}`, () => assert.deepEqual(asked(marked), expected));

  it("suggests nothing in comments, in single quotes after $, and for unknown commands", () => {
    assert.deepEqual(labels("# kub|"), []);
    assert.deepEqual(labels("frobnicate |"), []);
    assert.ok(!labels("kubectl exec db-0 -- sh -c '$|").includes("DB_POD"));
  });

  it("does not offer a switch that stands there already", () => {
    assert.ok(!labels("kubectl logs db-0 --previous --|").includes("--previous"));
    assert.ok(labels("curl -H a --|").includes("--header"));
  });

  it("says what each flag means and what it costs", () => {
    const { items } = completeCommand("kubectl get pods --", 19, FACTS);
    assert.match(items.find(({ label }) => label === "--selector")?.documentation ?? "", /labels/);
    assert.match(items.find(({ label }) => label === "--template")?.documentation ?? "", /a drill refuses it/);
  });

  it("completes the names of cells in the verification of the front matter", () => {
    const names = ["app-health", "db-check"];
    for (const [marked, result] of [
      ["title: x\nverification: [|]\n", ["app-health", "db-check"]],
      ["verification: [app-health, d|]\n", ["db-check"]],
      ["verification:\n  - app-health\n  - |", ["db-check"]],
      ["verification: [app-health]\nowner: |", []],
    ] as const) {
      const { text, offset } = cut(marked);
      assert.deepEqual(completeVerification(text, offset, names).map(({ label }) => label), result, marked);
    }
    const { text, offset } = cut("verification: [app-|x]");
    const [item] = completeVerification(text, offset, names);
    assert.ok(item);
    assert.equal(apply(text, item), "verification: [app-health]");
  });
});

describe("finding words in half-written text", () => {
  it("sees commands inside substitutions, and none in here-documents", () => {
    assert.deepEqual(writtenCommands("a <<EOF\nb c\nEOF\nd $(e f) > g").map(({ words }) => words.map(({ value }) => value).join(" ")), ["a", "e f", "d $(e f)"]);
  });

  it("is total, and its words lie in order inside the text", () => {
    const pieces = fc.array(fc.constantFrom("kubectl", " ", "\n", "$(", ")", "'", '"', "\\", "<<EOF\n", "EOF\n", "|", "&&", "#", "$X", "--", "-n", ">", "{", "}", "for x in y; do ", "é"), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, fc.nat(120), (parts, at) => {
        const text = parts.join("");
        const offset = Math.min(at, text.length);
        for (const { words, start, end } of writtenCommands(text)) {
          assert.ok(start >= 0 && end <= text.length);
          for (const [index, word] of words.entries()) {
            assert.ok(word.start < word.end && word.end <= text.length);
            assert.ok(index === 0 || (words[index - 1]?.end ?? 0) <= word.start);
          }
        }
        commandAt(text, offset);
        for (const { start, end } of completeCommand(text, offset, FACTS).items) assert.ok(start <= offset && offset <= end && end <= text.length, `${JSON.stringify(text)} at ${offset}: ${start}–${end}`);
      }),
      { numRuns: 500 },
    );
  });
});
