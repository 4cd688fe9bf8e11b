import type { Operation } from "../operation.ts";
import { splitSql } from "../sql.ts";
import { allBefore, remark, title, workloadOf, writtenFiles, type AdviceRule, type Remark, type StatementView } from "./view.ts";

/** Remarks about programs in pods: databases, caches, migrations. */
export const advisePrograms: AdviceRule = (operation, view) => {
  if (title(operation) !== "kubectl exec") return [];
  const program = operation.inner;
  const workload = workloadOf(operation);
  const name = program?.argv[0] ?? "";
  const [pod = ""] = operation.positionals;
  const isMigration = /\b(?:liquibase|flyway|migrate)\b/.test(program?.argv.join(" ") ?? "");
  return [
    ...remark(workload !== undefined, "one-pod-of-many", { target: pod }),
    ...remark(workload === undefined && !pod.includes("/") && !/-\w*\d\w*$/.test(pod), "unverified-name", { name: `the pod ${pod}`, hint: "the pods of a stateful set end in -0, -1, …" }),
    ...remark(/^(?:\.{0,2}\/|.*\/mvnw$)/.test(name) || name === "mysqlbinlog" || name === "mvn", "program-in-image", { program: name }),
    ...remark(isMigration, "migration-lock"),
    ...remark(isMigration, "no-time-limit", { command: name, detail: "", cure: "Give it its own, as with timeout 100s." }),
    ...adviseDatabase(program, view),
    ...remark(program?.tool === "redis-cli", "redis-errors-pass"),
    ...remark(program?.tool === "redis-cli", "one-shard"),
    ...appliedJustNow(operation, view),
  ];
};

/** How many calls count as just now. */
const NEAR = 8;

/** Going into a pod whose manifests were applied further up, with no wait in between. */
const appliedJustNow: AdviceRule = (_, view) => {
  // A few calls back: what was applied long ago is ready or has failed.
  const before = allBefore(view).slice(-NEAR);
  const applied = before.findLastIndex((one) => title(one) === "kubectl apply");
  const awaited = before.findLastIndex((one) => /^kubectl (?:wait|rollout status)$/.test(title(one)));
  return remark(applied >= 0 && awaited < applied, "no-wait-after-apply");
};

function adviseDatabase(program: Operation | undefined, view: StatementView): readonly Remark[] {
  if (program === undefined) return [];
  if (/^(?:mysql|mariadb)-?dump$/.test(program.tool)) {
    const isWhole = ["databases", "all-databases"].some((flag) => program.flags[flag] !== undefined) && ["source-data", "master-data"].some((flag) => program.flags[flag] !== undefined);
    return [...remark(!isWhole, "dump-options"), ...remark(view.operations.length > 1 || writtenFiles(view).length > 0, "dump-trailer")];
  }
  if (program.tool !== "mysql" && program.tool !== "mariadb") return [];
  const given = [program.flags["execute"] ?? []].flat().map(String).join(";\n");
  const isFed = given === "" && view.operations.length > 1;
  const isNamed = program.positionals.length > 0 || program.flags["database"] !== undefined;
  const needsName = isFed || /\bFROM\s+(?!information_schema\b|mysql\b|performance_schema\b|sys\b)[`\w]+(?!\s*[.\w`])/i.test(given);
  return [
    ...remark(isFed, "restore-overwrites"),
    ...remark(!isNamed && needsName && !/\bUSE\s+\w/i.test(given), "no-database"),
    ...adviseSql(given, view),
  ];
}

const RENAMED: readonly (readonly [old: RegExp, now: string, since: string])[] = [
  [/\b(?:STOP|START) SLAVE\b/i, "STOP REPLICA / START REPLICA", "8.0.22"],
  [/\bRESET SLAVE(?: ALL)?\b/i, "RESET REPLICA ALL", "8.0.22"],
  [/\bSHOW SLAVE STATUS\b/i, "SHOW REPLICA STATUS", "8.0.22"],
  [/\bSHOW MASTER STATUS\b/i, "SHOW BINARY LOG STATUS", "8.2"],
  [/\bRESET MASTER\b/i, "RESET BINARY LOGS AND GTIDS", "8.2"],
  [/\bCHANGE MASTER TO\b/i, "CHANGE REPLICATION SOURCE TO", "8.0.23"],
];

/** Remarks about a text of SQL, wherever it stands. */
export function adviseSql(sql: string, view: StatementView): readonly Remark[] {
  const statements = splitSql(sql);
  const renamed = RENAMED.flatMap(([pattern, now, since]): readonly Remark[] => {
    const old = pattern.exec(sql)?.[0];
    return remark(old !== undefined, "removed-sql", { old: old ?? "", new: now, since }, old);
  });
  const isReset = /\bRESET (?:SLAVE|REPLICA)\b/i.test(sql);
  const isCounting = /\bCOUNT\s*\(/i.test(sql) && statements.some((one) => /^(?:SELECT|\()/i.test(one));
  const tables = [...sql.matchAll(/\bFROM\s+([`\w.]+)/gi)].map(([, table = ""]) => table).filter((table) => !/^information_schema\b/i.test(table));
  return [
    ...renamed,
    ...remark(isReset, "replication-forgotten"),
    ...remark(isReset && !/\bread_only\s*=/i.test(sql), "promotion-incomplete"),
    ...remark(/\bSHOW (?:MASTER|BINARY LOG) STATUS\b/i.test(sql), "position-now"),
    ...remark(/\bNOW\s*\(\s*\)/i.test(sql), "sql-time"),
    ...remark(/\btable_rows\b/i.test(sql), "estimated-rows"),
    ...remark(isCounting && view.statement.expectations.length === 0, "no-expectation"),
    ...remark(tables.length > 1, "unverified-name", { name: `each of the tables ${tables.join(", ")}`, hint: "singular and plural are easily mixed" }),
  ];
}
