import assert from "node:assert/strict";
import * as fc from "fast-check";
import { RISK_ORDER, worseRisk } from "../../../src/core/command/plan.ts";
import type { Risk } from "../../../src/core/command/operation.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { LOCAL_TOOLS } from "../../../src/core/command/schema/table.ts";
import { WORD_TOOLS } from "../../../src/core/command/schema/filters.ts";

const plan = (text: string): ReturnType<typeof planCell> => planCell(text, { variables: new Set(["X"]), expectations: [] });
const riskOf = (text: string): Risk => plan(text).statements.reduce<Risk>((worst, { risk }) => worseRisk(worst, risk), "read");

const COMMANDS = [
  "kubectl get pods", "kubectl delete pod db-0", "kubectl delete namespace shop", "kubectl scale deployment/web --replicas=0", "kubectl rollout restart deployment/web", "kubectl exec db-0 -- redis-cli FLUSHALL",
  "kubectl exec db-0 -- mysql -e \"DROP TABLE a\"", "aws s3 rm s3://b/k", "aws s3 cp x s3://b/k", "curl -X POST http://h/p", "terraform destroy -auto-approve", "terraform plan", "rm -rf data", "helm uninstall web", "frobnicate it", "grep x y",
] as const;

/** More shell around a command, that still runs it. */
const WRAPPERS: readonly ((text: string) => string)[] = [
  (text) => `true && ${text}`, (text) => `false || ${text}`, (text) => `${text}; true`, (text) => `${text} | cat`, (text) => `echo y | ${text}`, (text) => `X=$( ${text} )`, (text) => `echo "$( ${text} )"`,
  (text) => `for i in a b; do ${text}; done`, (text) => `if true; then ${text}; fi`, (text) => `while true; do ${text}; done`, (text) => `( ${text} )`, (text) => `{ ${text}; }`, (text) => `${text} &`, (text) => `! ${text}`,
  (text) => `${text} > out.txt`, (text) => `f() { ${text}; }; f`, (text) => `case a in a) ${text};; esac`, (text) => `cat <( ${text} )`, (text) => `sudo ${text}`, (text) => `timeout 5 ${text}`, (text) => `bash -c '${text}'`, (text) => `eval '${text}'`, (text) => `echo a | xargs ${text}`,
];

describe("plans of any cell", () => {
  const wrapped = fc.record({ command: fc.constantFrom(...COMMANDS), wrappers: fc.array(fc.nat(WRAPPERS.length - 1), { minLength: 1, maxLength: 3 }) });

  it("are the same each time", () => {
    const piece = fc.constantFrom(...COMMANDS, " | ", "; ", "\n", " && ", "$(", ")", "'", '"', "$X", " --zzz", "for i in a; do ", "; done", " <<E\nE\n");
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => assert.deepEqual(plan(pieces.join("")), plan(pieces.join("")))), { numRuns: 200 });
  });

  it("judge no command milder in any one wrapper", () => {
    const milder = COMMANDS.flatMap((command) => WRAPPERS.map((wrap) => wrap(command)).filter((text) => RISK_ORDER.indexOf(riskOf(text)) < RISK_ORDER.indexOf(riskOf(command))));
    assert.deepEqual(milder, []);
  });

  it("never judge a command milder because there is more shell around it", () => {
    fc.assert(
      fc.property(wrapped, ({ command, wrappers }) => {
        // One quotation cannot hold another of its kind: that is not the same command any more.
        let text: string = command;
        for (const index of wrappers) {
          const next = WRAPPERS[index]?.(text) ?? text;
          text = text.includes("'") && next.includes(`'${text}'`) ? text : next;
        }
        // Nothing of a cell with a syntax error runs.
        if (plan(text).problems.some(({ code }) => code === "shell-syntax")) return;
        assert.ok(RISK_ORDER.indexOf(riskOf(text)) >= RISK_ORDER.indexOf(riskOf(command)), `${text}: ${riskOf(text)}, and ${command}: ${riskOf(command)}`);
      }),
      { numRuns: 500 },
    );
  });

  it("never drop a flag that the table does not know", () => {
    for (const tool of LOCAL_TOOLS.filter(({ tool: name }) => !WORD_TOOLS.has(name))) {
      for (const { verb } of tool.commands) {
        const words = [tool.tool, ...verb.split(" ").filter((word) => word !== ""), "--no-such-flag-at-all=1", "x"];
        const { operation, problems } = planOperation(wordsOf(words));
        const isSaid = problems.some(({ code }) => code === "unknown-flag");
        const isKept = Object.keys(operation.flags).some((name) => name.startsWith("no-such-flag-at-all"));
        assert.ok(isSaid || isKept, words.join(" "));
        assert.ok(operation.argv.includes("--no-such-flag-at-all=1"), words.join(" "));
      }
    }
  });
});
