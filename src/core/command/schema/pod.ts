import { judgeRedis } from "../redis.ts";
import { judgeSql } from "../sql.ts";
import { worseRisk } from "../plan.ts";
import { always, args, flags, flagText, hasFlag, type Call, type CallProblem, type CommandSpec, type ToolSpec, type Verdict } from "./spec.ts";

const MYSQL_FLAGS = flags("u,user=", "p,password=?", "h,host=", "P,port=", "S,socket=", "D,database=", "e,execute=*", "N,skip-column-names", "B,batch", "s,silent", "t,table", "v,verbose", "f,force", "E,vertical", "r,raw", "q,quick", "A,no-auto-rehash", "default-character-set=", "ssl-mode=", "protocol=", "connect-timeout=", "init-command=", "max-allowed-packet=", "defaults-file=", "defaults-extra-file=", "binary-mode", "safe-updates", "xml", "html", "skip-ssl", "ssl-ca=", "comments", "i,ignore-spaces", "w,wait");
const DUMP_FLAGS = flags("u,user=", "p,password=?", "h,host=", "P,port=", "S,socket=", "B,databases", "A,all-databases", "single-transaction", "R,routines", "triggers", "E,events", "q,quick", "d,no-data", "t,no-create-info", "source-data=?", "master-data=?", "set-gtid-purged=", "hex-blob", "add-drop-table", "add-drop-database", "flush-logs", "F,flush-log", "r,result-file=", "w,where=", "ignore-table=*", "default-character-set=", "column-statistics=", "no-tablespaces", "x,lock-all-tables", "l,lock-tables", "compact", "opt", "skip-lock-tables", "v,verbose", "ssl-mode=", "max-allowed-packet=", "defaults-extra-file=");

/** The SQL of `-e` and `--init-command`, joined; `undefined` where there is none. */
function givenSql(call: Call): string | undefined {
  const texts = [call.flags["init-command"], call.flags["execute"]].flatMap((value) => (typeof value === "string" ? [value] : Array.isArray(value) ? value : []));
  return texts.length === 0 ? undefined : texts.join(";\n");
}

function judgeMysql(call: Call): Verdict {
  const sql = givenSql(call);
  const isExecuting = hasFlag(call, "execute");
  const given = sql === undefined ? undefined : judgeSql(sql);
  // With -e the client does not read its input.
  if (given !== undefined && isExecuting) return given;
  const read = judgeInput(call);
  return given !== undefined && worseRisk(given.risk, read.risk) !== read.risk ? given : read;
}

function judgeInput(call: Call): Verdict {
  switch (call.input.kind) {
    case "text":
      return judgeSql(call.input.text);
    case "stream":
      return { risk: "destroy", why: "SQL from a pipe or file is loaded over the database, as a restore does" };
    case "none":
      return { risk: "destroy", why: "a prompt takes any SQL, which nobody has judged" };
  }
}

function checkMysql(call: Call): readonly CallProblem[] {
  const where = call.place === "local" && flagText(call, "host") === undefined ? [{ code: "local-database-client", facts: { command: "mysql" } } as const] : [];
  if (hasFlag(call, "execute") || call.input.kind !== "none") return where;
  return [...where, { code: "interactive-session", facts: { command: "mysql without SQL", cure: 'Give the SQL with -e "…"' } }];
}

function judgeAdmin(call: Call): Verdict {
  const verbs = call.positionals.join(" ");
  if (/\bdrop\b/.test(verbs)) return { risk: "destroy", why: "drops a database" };
  if (/^(?:(?:status|ping|version|processlist|extended-status|variables)\b ?)+$/.test(verbs)) return { risk: "read", why: "asks the server for its state" };
  return { risk: "change", why: `mysqladmin ${verbs} changes the server` };
}

function judgeShutdownSafe(call: Call): Verdict {
  if (hasFlag(call, "scan")) return { risk: "read", why: "--scan only reads the names of keys" };
  if (call.positionals.length === 0) return call.input.kind === "none" ? { risk: "undetermined", why: "no Redis command is given" } : { risk: "undetermined", why: "Redis commands come from the input" };
  return judgeRedis(call.positionals);
}

function checkRedis(call: Call): readonly CallProblem[] {
  const isAsking = call.positionals.length === 0 && call.input.kind === "none" && !["bigkeys", "memkeys", "hotkeys", "stat", "latency", "version", "scan"].some((name) => hasFlag(call, name));
  const secret: readonly CallProblem[] = hasFlag(call, "a") ? [{ code: "password-in-arguments", facts: { command: "redis-cli" }, at: "a" }] : [];
  return isAsking ? [...secret, { code: "interactive-session", facts: { command: "redis-cli without a command", cure: "Give the command as words: redis-cli PING" } }] : secret;
}

function judgeMigration(call: Call): Verdict {
  const words = call.positionals.join(" ");
  if (/\b(?:liquibase:|flyway:)?(?:dropAll|drop-all|clean|rollback\w*)\b/.test(words)) return { risk: "destroy", why: "removes tables or takes migrations back" };
  if (/\bliquibase:(?:status|history|validate|updateSQL|diff)\b|\bflyway:(?:info|validate)\b|^(?:status|history|validate|update-sql)\b/.test(words)) return { risk: "read", why: "reads which migrations are applied" };
  if (/\bliquibase:update\w*|\bflyway:migrate\b|^update\b/.test(words)) return { risk: "change", why: "applies migrations; taking them back needs rollback scripts" };
  return { risk: "undetermined", why: `what ${words === "" ? "it" : words} does is not known` };
}

const row = (summary: string, judge: CommandSpec["judge"], rest: Partial<CommandSpec> = {}): CommandSpec => ({ verb: "", summary, flags: [], args: args("…"), engine: "inProcess", judge, ...rest });

const program = (tool: string, command: CommandSpec, rest: Partial<ToolSpec> = {}): ToolSpec => ({ tool, style: "loose", flags: [], commands: [command], destination: () => undefined, ...rest });

const only = (risk: "read" | "change" | "destroy", why: string, tools: string): readonly ToolSpec[] => tools.split(" ").map((tool) => program(tool, row(why, always(risk, why))));

/** Programs inside a pod. The risk of `kubectl exec` is the risk of its program; what no row knows is undetermined. */
export const POD_PROGRAMS: readonly ToolSpec[] = [
  ...["mysql", "mariadb"].map((tool) => program(tool, row("A MySQL client; the risk is that of its SQL.", judgeMysql, { flags: MYSQL_FLAGS, args: args("[DATABASE]", 0, 1), check: checkMysql }), { style: "getopt" })),
  ...["mysqldump", "mariadb-dump"].map((tool) => program(tool, row("A dump of a database.", always("read", "reads the database"), { flags: DUMP_FLAGS, args: args("[DATABASE [TABLE …]]") }), { style: "getopt" })),
  ...["mysqladmin", "mariadb-admin"].map((tool) => program(tool, row("Asks or changes a MySQL server.", judgeAdmin, { flags: flags("u,user=", "p,password=?", "h,host=", "P,port=", "S,socket=", "i,sleep=", "w,wait=?", "c,count=", "v,verbose", "s,silent") }), { style: "getopt" })),
  program("redis-cli", row("A Redis client; the risk is that of its command.", judgeShutdownSafe, { flags: flags("h,h=", "p,p=", "a,a=", "n,n=", "u,u=", "user=", "pass=", "askpass", "c,c", "raw", "no-raw", "csv", "json", "bigkeys", "memkeys", "hotkeys", "stat", "latency", "version", "scan", "pattern=", "no-auth-warning", "tls", "cacert=", "e,e", "x,x", "i,i=", "r,r="), args: args("COMMAND [WORD …]"), check: checkRedis }), { style: "getopt", stopsAtArgument: true }),
  program("mysqlbinlog", row("Prints binary logs.", always("read", "prints binary logs"))),
  program("mvnw", row("Maven, for migrations.", judgeMigration)),
  program("mvn", row("Maven, for migrations.", judgeMigration)),
  program("liquibase", row("Liquibase, for migrations.", judgeMigration)),
  program("kill", row("Ends processes.", always("change", "ends a process of the container"))),
  ...only("read", "only looks", "df du ls ps free top uptime id whoami hostname printenv stat find netstat ss nslookup dig getent ping nc wc mount env uname lsof sha256sum md5sum"),
  ...only("change", "changes files of the container", "mv cp touch mkdir chmod chown tee ln sed"),
  ...only("destroy", "deletes files of the container", "rm rmdir shred truncate dd"),
];
