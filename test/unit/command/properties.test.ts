import assert from "node:assert/strict";
import * as fc from "fast-check";
import { RISK_ORDER, worseRisk } from "../../../src/core/command/plan.ts";
import type { Risk } from "../../../src/core/command/operation.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { parseShell } from "../../../src/core/shell/parse.ts";
import { LOCAL_TOOLS } from "../../../src/core/command/schema/table.ts";

const plan = (text: string): ReturnType<typeof planCell> => planCell(text, { variables: new Set(["X"]), expectations: [] });
const riskOf = (text: string): Risk => plan(text).statements.reduce<Risk>((worst, { risk }) => worseRisk(worst, risk), "read");

const COMMANDS = [
  "kubectl get pods", "kubectl delete pod db-0", "kubectl delete namespace shop", "kubectl scale deployment/web --replicas=0", "kubectl rollout restart deployment/web", "kubectl exec db-0 -- redis-cli FLUSHALL",
  "kubectl exec db-0 -- mysql -e \"DROP TABLE a\"", "kubectl exec db-0 -- find /data -delete", "kubectl exec db-0 -- find / -exec rm {} +", "kubectl exec db-0 -- mysqldump --all-databases --delete-source-logs", "kubectl exec db-0 -- mysql -e \"SET a=1,GLOBAL read_only=0\"",
  "kubectl exec db-0 -- mysql -e \"ANALYZE DELETE FROM a\"", "kubectl exec db-0 -- redis-cli SLOWLOG RESET", "kubectl exec db-0 -- sort -o /data/a /data/a", "kubectl exec db-0 -- hostname other", "kubectl exec db-0 -- mount -o remount,ro /data", "kubectl exec db-0 -- sh -c \"> /data/ibdata1\"",
  "kubectl exec db-0 -- sh -c \"echo $(rm -rf /data)\"", "kubectl exec db-0 -- nice -n 5 rm -rf /data", "kubectl patch deployment web -p \"{spec: {replicas: 0}}\"", "kubectl run c --image=mysql -- mysql -h db -e \"DROP TABLE a\"", "find data -delete", "aws s3 rm s3://b/k", "aws s3 cp x s3://b/k", "curl -X POST http://h/p", "terraform destroy -auto-approve", "terraform plan", "rm -rf data", "helm uninstall web", "frobnicate it", "grep x y",
] as const;

/** More shell around a command, that still runs it. */
const WRAPPERS: readonly ((text: string) => string)[] = [
  (text) => `true && ${text}`, (text) => `false || ${text}`, (text) => `${text}; true`, (text) => `${text} | cat`, (text) => `echo y | ${text}`, (text) => `X=$( ${text} )`, (text) => `echo "$( ${text} )"`,
  (text) => `for i in a b; do ${text}; done`, (text) => `if true; then ${text}; fi`, (text) => `while true; do ${text}; done`, (text) => `( ${text} )`, (text) => `{ ${text}; }`, (text) => `${text} &`, (text) => `! ${text}`,
  (text) => `${text} > out.txt`, (text) => `f() { ${text}; }; f`, (text) => `case a in a) ${text};; esac`, (text) => `cat <( ${text} )`, (text) => `sudo ${text}`, (text) => `sudo -u app -E ${text}`, (text) => `timeout 5 ${text}`, (text) => `timeout -s KILL 5 ${text}`, (text) => `env A=b ${text}`, (text) => `nice -n 5 ${text}`, (text) => `nohup ${text}`, (text) => `watch -n 5 ${text}`, (text) => `echo a | xargs -n 1 -P 2 ${text}`, (text) => `bash -c '${text}'`, (text) => `eval '${text}'`, (text) => `echo a | xargs ${text}`,
];

/** Programs of a pod, which its shell reads. */
const PROGRAMS = [
  "rm -rf /data", "find /data -delete", "find / -exec rm {} +", "mysql -e \"SET a=1,@@global.read_only=0\"", "mysql -e \"DROP TABLE a\"", "mysqldump --delete-master-logs a", "redis-cli LATENCY RESET", "redis-cli FLUSHALL", "mount -o remount,ro /data", "hostname other",
  "date -s 2020-01-01", "sort -o /data/a /data/b", "ss -K dst 10.0.0.1", "nc -l -e /bin/sh", "tee /data/a", "sed -i d /data/a", "gzip /data/a", "curl -o /data/a http://h", "curl -X DELETE http://h", "cp /dev/null /data/a", ": > /data/a", "> /data/a", "cat a >> /data/a", "frobnicate", "ls /data", "df -h",
] as const;

const POD_WRAPPERS: readonly ((text: string) => string)[] = [
  (text) => `true && ${text}`, (text) => `false || ${text}`, (text) => `ls; ${text}`, (text) => `echo y | ${text}`, (text) => `X=$( ${text} ) ls`, (text) => `X=$( ${text} )`, (text) => `echo "$( ${text} )"`, (text) => `ls > /dev/null; ${text}`, (text) => `for i in a b; do ${text}; done`, (text) => `for i in $( ${text} ); do ls; done`,
  (text) => `if true; then ${text}; fi`, (text) => `( ${text} )`, (text) => `{ ${text}; }`, (text) => `${text} &`, (text) => `! ${text}`, (text) => `f() { ${text}; }; f`, (text) => `cat <<E\n$( ${text} )\nE\n`, (text) => `ls <( ${text} )`,
];

const riskOfProgram = (text: string): Risk => planOperation(wordsOf(["kubectl", "exec", "db-0", "--", "sh", "-c", text])).operation.risk;

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

  it("judge no program of a pod milder in any wrapper there", () => {
    const milder = PROGRAMS.flatMap((program) => POD_WRAPPERS.map((wrap) => wrap(program)).filter((text) => RISK_ORDER.indexOf(riskOfProgram(text)) < RISK_ORDER.indexOf(riskOfProgram(program))));
    assert.deepEqual(milder, []);
  });

  it("never judge a program of a pod milder because there is more shell around it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROGRAMS), fc.array(fc.constantFrom(...POD_WRAPPERS), { minLength: 1, maxLength: 3 }), (program, wrappers) => {
        const text = wrappers.reduce((inner: string, wrap) => wrap(inner), program);
        // A shell that cannot read a text runs nothing of it.
        if (parseShell(text, "pod").problems.some(({ code }) => code === "shell-syntax")) return;
        assert.ok(RISK_ORDER.indexOf(riskOfProgram(text)) >= RISK_ORDER.indexOf(riskOfProgram(program)), `${text}: ${riskOfProgram(text)}, and ${program}: ${riskOfProgram(program)}`);
      }),
      { numRuns: 500 },
    );
  });

  it("take no longer for starters in starters", () => {
    for (const deep of ["sudo -Z ".repeat(2000), "find -exec ".repeat(2000), "docker exec ".repeat(2000), "xargs ".repeat(300)]) assert.equal(riskOf(`${deep} rm -rf x`) === "read", false);
  });

  it("never drop a flag that the table does not know", () => {
    for (const tool of LOCAL_TOOLS.filter(({ style }) => style !== "words")) {
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
