import { worseRisk } from "../plan.ts";
import { judgePodWrite } from "../podWrites.ts";
import { judgeRedis } from "../redis.ts";
import { judgeSql } from "../sqlRisk.ts";
import { args, flags, flagText, hasFlag, type Call, type CallProblem, type CommandSpec, type ToolSpec, type Verdict } from "./spec.ts";

/** Flags that every MySQL program has and that change nothing. */
const CONNECTION = ["u,user=", "p,password=?", "h,host=", "P,port=", "S,socket=", "v,verbose", "V,version", "default-character-set=", "default-auth=", "protocol=", "connect-timeout=", "compress", "bind-address=", "login-path=", "defaults-file=", "defaults-extra-file=", "defaults-group-suffix=", "no-defaults", "get-server-public-key", "server-public-key-path=", "enable-cleartext-plugin", "max-allowed-packet=", "net-buffer-length=", "ssl", "skip-ssl", "ssl-mode=", "ssl-ca=", "ssl-capath=", "ssl-cert=", "ssl-cipher=", "ssl-crl=", "ssl-key=", "ssl-verify-server-cert", "skip-ssl-verify-server-cert", "tls-version="];
const MYSQL_FLAGS = flags(...CONNECTION, "D,database=", "e,execute=*", "N,skip-column-names", "B,batch", "s,silent", "t,table", "f,force", "E,vertical", "r,raw", "q,quick", "A,no-auto-rehash", "init-command=", "binary-mode", "safe-updates", "xml", "html", "comments", "skip-comments", "i,ignore-spaces", "w,wait", "n,unbuffered", "column-names", "no-beep", "skip-pager", "no-tee", "reconnect", "skip-reconnect", "show-warnings", "local-infile", "abort-source-on-error", "line-numbers", "skip-line-numbers");
const DUMP_LOOKS = ["B,databases", "A,all-databases", "tables", "single-transaction", "R,routines", "triggers", "skip-triggers", "E,events", "q,quick", "d,no-data", "n,no-create-db", "t,no-create-info", "source-data=?", "master-data=?", "set-gtid-purged=", "hex-blob", "add-drop-table", "add-drop-database", "add-drop-trigger", "add-locks", "skip-add-locks", "skip-add-drop-table", "w,where=", "ignore-table=*", "column-statistics=", "skip-column-statistics", "no-tablespaces", "x,lock-all-tables", "l,lock-tables", "compact", "comments", "skip-comments", "c,complete-insert", "create-options", "disable-keys", "skip-disable-keys", "dump-date", "skip-dump-date", "extended-insert", "skip-extended-insert", "f,force", "insert-ignore", "replace", "opt", "skip-opt", "skip-lock-tables", "no-autocommit", "order-by-primary", "quote-names", "set-charset", "skip-set-charset", "tz-utc", "skip-tz-utc", "skip-definer", "skip-quick", "xml", "gtid", "include-source-host-port", "include-master-host-port", "apply-replica-statements", "apply-slave-statements"];
const DUMP_FLAGS = flags(...CONNECTION, ...DUMP_LOOKS, "delete-source-logs", "delete-master-logs", "F,flush-logs", "flush-privileges", "dump-replica=?", "dump-slave=?", "r,result-file=", "T,tab=", "log-error=", "init-command=");
const BINLOG_FLAGS = flags(...CONNECTION, "base64-output=", "d,database=", "o,offset=", "j,start-position=", "stop-position=", "start-datetime=", "stop-datetime=", "include-gtids=", "exclude-gtids=", "skip-gtids", "R,read-from-remote-server", "read-from-remote-source=", "read-from-remote-master=", "t,to-last-log", "stop-never", "server-id=", "s,short-form", "verify-binlog-checksum", "rewrite-db=*", "hexdump", "H,H", "f,force-read", "print-table-metadata", "idempotent", "D,disable-log-bin", "set-charset=", "raw", "r,result-file=");

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

/** A file that a client writes: in a pod it may replace what was there, here it is a local file. */
function judgeFile(call: Call, flag: string): Verdict {
  const path = flagText(call, flag);
  return path === undefined || call.place === "local" ? { risk: "change", why: `--${flag} writes a file` } : judgePodWrite(path);
}

function judgeDump(call: Call): Verdict {
  const found: Verdict[] = [{ risk: "read", why: "reads the database" }];
  if (hasFlag(call, "delete-source-logs") || hasFlag(call, "delete-master-logs")) found.push({ risk: "destroy", why: "purges the binary logs: no point in time after an older backup can be reached any more" });
  if (hasFlag(call, "result-file")) found.push(judgeFile(call, "result-file"));
  if (hasFlag(call, "log-error")) found.push({ risk: "change", why: "--log-error writes a file" });
  if (hasFlag(call, "tab")) found.push({ risk: "destroy", why: "--tab replaces files of the server" });
  if (hasFlag(call, "flush-logs") || hasFlag(call, "flush-privileges")) found.push({ risk: "change", why: "flushes the server's logs or privileges" });
  if (hasFlag(call, "dump-replica") || hasFlag(call, "dump-slave")) found.push({ risk: "change", why: "stops the replica while it dumps" });
  const sql = givenSql(call);
  if (sql !== undefined) found.push(judgeSql(sql));
  return found.reduce((worst, one) => (worseRisk(one.risk, worst.risk) === worst.risk ? worst : one));
}

function judgeBinlog(call: Call): Verdict {
  if (hasFlag(call, "raw")) return { risk: "change", why: "--raw writes files" };
  return hasFlag(call, "result-file") ? judgeFile(call, "result-file") : { risk: "read", why: "prints binary logs" };
}

const ADMIN_CHANGES = /^(?:create|debug|flush-\w+|kill|old-password|password|refresh|reload|shutdown|start-(?:replica|slave|all-slaves)|stop-(?:replica|slave|all-slaves))$/;

function judgeAdmin(call: Call): Verdict {
  const verbs = call.positionals.join(" ");
  if (/\bdrop\b/.test(verbs)) return { risk: "destroy", why: "drops a database" };
  if (/^(?:(?:status|ping|version|processlist|extended-status|variables)\b ?)+$/.test(verbs)) return { risk: "read", why: "asks the server for its state" };
  return call.positionals.some((verb) => ADMIN_CHANGES.test(verb)) ? { risk: "change", why: `mysqladmin ${verbs} changes the server` } : { risk: "undetermined", why: `what mysqladmin ${verbs} does is not known` };
}

/** Ways of `redis-cli` to look by itself. */
const REDIS_LOOKS = ["bigkeys", "memkeys", "hotkeys", "stat", "latency", "latency-history", "version", "scan"];

function judgeRedisCli(call: Call): Verdict {
  if (call.positionals.length === 0) {
    const way = REDIS_LOOKS.find((name) => hasFlag(call, name));
    if (way !== undefined) return { risk: "read", why: `--${way} only reads` };
    return { risk: "undetermined", why: call.input.kind === "none" ? "no Redis command is given" : "Redis commands come from the input" };
  }
  const isFed = hasFlag(call, "x") || hasFlag(call, "X");
  // With -x the last word comes from the input: of a command of two words it may be the second.
  return judgeRedis(isFed && call.positionals.length === 1 ? [...call.positionals, "?"] : call.positionals);
}

function checkRedis(call: Call): readonly CallProblem[] {
  const isAsking = call.positionals.length === 0 && call.input.kind === "none" && !REDIS_LOOKS.some((name) => hasFlag(call, name));
  const secret: readonly CallProblem[] = hasFlag(call, "a") ? [{ code: "password-in-arguments", facts: { command: "redis-cli" }, at: "a" }] : [];
  return isAsking ? [...secret, { code: "interactive-session", facts: { command: "redis-cli without a command", cure: "Give the command as words: redis-cli PING" } }] : secret;
}

const REDIS_FLAGS = flags("h,h=", "p,p=", "a,a=", "n,n=", "u,u=", "s,s=", "user=", "pass=", "askpass", "c,c", "raw", "no-raw", "csv", "json", "2,2", "3,3", "bigkeys", "memkeys", "hotkeys", "stat", "latency", "latency-history", "version", "scan", "pattern=", "count=", "no-auth-warning", "tls", "insecure", "sni=", "cacert=", "cacertdir=", "cert=", "key=", "e,e", "x,x", "X,X=", "i,i=", "r,r=");

const client = (tool: string, summary: string, judge: CommandSpec["judge"], rest: Partial<CommandSpec>, toolRest: Partial<ToolSpec> = {}): ToolSpec => ({
  tool, style: "getopt", flags: [], commands: [{ verb: "", summary, flags: [], args: args("…"), engine: "inProcess", judge, ...rest }], destination: () => undefined, ...toolRest,
});

/** Database clients: as dangerous as what they send, and as what their flags do beside it. */
export const DATABASE_CLIENTS: readonly ToolSpec[] = [
  ...["mysql", "mariadb"].map((tool) => client(tool, "A MySQL client; the risk is that of its SQL.", judgeMysql, { flags: MYSQL_FLAGS, args: args("[DATABASE]", 0, 1), check: checkMysql })),
  ...["mysqldump", "mariadb-dump"].map((tool) => client(tool, "A dump of a database; flags that purge, flush or write files do more.", judgeDump, { flags: DUMP_FLAGS, args: args("[DATABASE [TABLE …]]") })),
  ...["mysqladmin", "mariadb-admin"].map((tool) => client(tool, "Asks or changes a MySQL server.", judgeAdmin, { flags: flags(...CONNECTION, "i,sleep=", "w,wait=?", "c,count=", "s,silent", "E,vertical", "r,relative", "f,force", "b,no-beep") })),
  client("redis-cli", "A Redis client; the risk is that of its command.", judgeRedisCli, { flags: REDIS_FLAGS, args: args("COMMAND [WORD …]"), check: checkRedis }, { stopsAtArgument: true }),
  ...["mysqlbinlog", "mariadb-binlog"].map((tool) => client(tool, "Prints binary logs; --raw and --result-file write files.", judgeBinlog, { flags: BINLOG_FLAGS, args: args("LOG …") })),
];
