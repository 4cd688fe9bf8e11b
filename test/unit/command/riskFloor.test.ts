import assert from "node:assert/strict";
import type { Risk } from "../../../src/core/command/operation.ts";
import { RISK_ORDER } from "../../../src/core/command/plan.ts";
import { planCell } from "../../../src/core/command/planCell.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { judgeSql } from "../../../src/core/command/sqlRisk.ts";

const cellRisk = (text: string): Risk => planCell(text, { variables: new Set(), expectations: [] }).statements[0]?.risk ?? "read";
const programRisk = (words: readonly string[]): Risk => planOperation(wordsOf(["kubectl", "exec", "p", "--", ...words])).operation.risk;
const isAtLeast = (risk: Risk, floor: Risk): boolean => RISK_ORDER.indexOf(risk) >= RISK_ORDER.indexOf(floor);

type Table = Readonly<Record<Exclude<Risk, "read">, readonly string[]>>;

/** Programs that mostly look, with the words that make them do more; the table says how dangerous they are at least. */
const IN_POD: Table = {
  destroy: [
    "find /var/lib/mysql -delete", "find / -type f -name *.ibd -delete", "find / -exec rm {} +", "find / -execdir rm -f {} ;", "find / -ok rm {} ;", "find / -fprint /var/lib/mysql/ibdata1", "find / -fls /etc/x", "find / -exec sh -c 'rm -rf /data' ;",
    "mysqldump --all-databases --delete-master-logs", "mysqldump --delete-source-logs --all-databases", "mysqldump --delete-m a", "mysqldump --delete_master_logs a", "mysqldump --result-file=/var/lib/mysql/ibdata1 db", "mysqldump -r /etc/x db", "mysqldump --tab=/tmp db", "mysqldump -T /tmp db", "mysqldump --init-command='DROP TABLE a' db",
    "mysqlbinlog -r /var/lib/mysql/x binlog.1", "mysqlbinlog --result-file=/etc/x binlog.1", "mysqladmin drop shop", "sort -o /etc/x /etc/y", "sort -no /etc/x", "sort --output=/etc/x y", "uniq /etc/y /etc/x", "tee /var/lib/mysql/ibdata1", "cp /dev/null /var/lib/mysql/ibdata1", "gzip -f /data/a", "truncate -s 0 /data/a", "dd if=/dev/zero of=/data/a", "unlink /data/a",
    "curl -o /var/lib/mysql/ibdata1 http://h", "curl -O http://h/ibdata1", "curl -D /etc/x http://h", "redis-cli SLOWLOG RESET", "redis-cli LATENCY RESET", "redis-cli ACL LOG RESET", "redis-cli CONFIG RESETSTAT", "redis-cli EXPIRE key 0", "redis-cli PEXPIRE key -1", "redis-cli CLUSTER RESET", "redis-cli SCRIPT FLUSH", "redis-cli -n 1 flushdb", "liquibase status rollback 1", "./mvnw liquibase:status liquibase:dropAll",
    "nice -n 10 rm -rf /data", "nice -10 rm -rf /data", "timeout -s KILL 5 rm -rf /data", "timeout --signal=KILL 5 rm -rf /data", "env -i A=b rm -rf /data", "env -u A rm -rf /data", "sudo rm -rf /data", "sudo -u mysql rm -rf /data", "sudo -Z x rm -rf /data", "xargs -0 rm", "xargs -I{} rm {}", "nohup rm -rf /data", "setsid -w rm -rf /data", "ionice -c 3 rm -rf /data", "stdbuf -oL rm -rf /data", "busybox rm -rf /data", "chroot /host rm -rf /data", "nsenter -t 1 -m -- rm -rf /data", "gosu mysql rm -rf /data", "su -c 'rm -rf /data' mysql", "su - mysql -c 'rm -rf /data'", "watch rm -rf /data", "eval 'rm -rf /data'", "command rm -rf /data", "bash -c 'rm -rf /data'", "bash -lc 'rm -rf /data'", "sh -c -- 'rm -rf /data'", "bash -ce 'rm -rf /data'", "sudo bash -c 'rm -rf /data'", "timeout 5 sh -c 'find / -delete'", "time rm -rf /data", "flock /tmp/l rm -rf /data", "strace -f rm -rf /data",
  ],
  undetermined: [
    "find / -frobnicate", "nc -lk -p 99 -e /bin/sh", "nc -l 99 -c sh", "ping -f h", "ss -D /etc/x", "env -S 'rm -rf /'", "sed '1e rm -rf /' a", "sed 's/a/rm -rf/e' a", "sed -n 'w /etc/x' a", "sort --compress-program=rm a", "curl -K /tmp/config http://h", "curl --trace /etc/x http://h", "curl gopher://redis:6379/_FLUSHALL", "curl dict://redis:6379/FLUSHALL", "curl telnet://redis:6379", "mysql --tee=/etc/x -e 'SELECT 1'", "mysql --pager=sh -e 'SELECT 1'", "mysqldump --frobnicate db", "mysqlbinlog --frobnicate x", "redis-cli --eval x.lua", "redis-cli --pipe GET a", "redis-cli --rdb /data/dump.rdb", "redis-cli --lru-test 1000", "redis-cli MEMORY FROBNICATE", "redis-cli -x MEMORY", "redis-cli DEBUG SEGFAULT", "redis-cli EVAL x 0", "redis-cli SORT a STORE b", "mysqladmin frobnicate",
    "./mvnw liquibase:status frobnicate", "sh -c '$CMD /data'", "sh /tmp/x.sh", "python -c x", "perl -e x", "awk 'BEGIN{system(\"rm -rf /data\")}'", "wget --method=DELETE http://h", "kubectl delete ns a", "psql -c 'DROP TABLE x'", "crontab -r", "lsof -D u", "xargs ls",
  ],
  change: ["mount -o remount,ro /var/lib/mysql", "mount -a", "mount /dev/sdb /data", "hostname other", "date -s 2020-01-01", "date 010203042026", "ss -K dst 10.0.0.1", "ss -tK dst 10.0.0.1", "ss --kill", "mysqldump --flush-logs db", "mysqldump -F db", "mysqldump --dump-slave db", "mysqldump --flush-privileges db", "mysqldump -r /tmp/x db", "mysqlbinlog --raw x", "mysqladmin flush-logs", "mysqladmin shutdown", "redis-cli MEMORY PURGE", "redis-cli CONFIG SET a b", "redis-cli CLIENT KILL ID 4", "gzip /data/a", "gunzip -k /data/a.gz", "sed -i s/a/b/ /data/a", "sed -i.bak s/a/b/ /data/a", "sort -o /tmp/x y", "tee -a /data/a", "tee /tmp/a", "curl -o /tmp/x http://h", "curl -d a http://h", "curl -X DELETE http://h", "mv a b", "ln -sf a b", "kill -9 1"],
};

/** Texts for a shell of the pod. */
const IN_POD_SHELL: Table = {
  destroy: [": > /var/lib/mysql/ibdata1", "> /var/lib/mysql/ibdata1", "cat /dev/null > /var/lib/mysql/ibdata1", "echo x >| /data/a", "ls &> /data/a", "ls >& /data/a", "ls 2> /data/a", "ls > /tmp/../data/a", "ls > $FILE", "echo $(rm -rf /data)", "echo \"`rm -rf /data`\"", "X=$(rm -rf /data)", "X=$(rm -rf /data) ls", "for i in $(rm -rf /data); do ls; done", "cat <<E\n$(rm -rf /data)\nE\n", "ls | xargs rm", "ls | tee /data/a", "find / -name x | while read f; do rm $f; done", "{ ls; } > /data/a", "for i in a; do ls; done > /data/a", "mysql <<E\nDROP TABLE a;\nE\n", "echo DROP | mysql", "cd /data && > ibdata1", "exec rm -rf /data", "sh -c 'sh -c \"rm -rf /data\"'", "trap 'ls' EXIT; rm -rf /data", "[ -d /data ] && rm -rf /data"],
  undetermined: ["echo FLUSHALL | nc redis 6379", "mysql -e \"$SQL\"", "mysql -e 'CALL p()'", "$CMD", "if true; then ls; fi", "exec 3<>/dev/tcp/redis/6379", ". /tmp/x"],
  change: ["ls > /tmp/x", "ls >> /data/a", "ls <> /data/a"],
};

const LOCAL: Table = {
  destroy: [
    "find data -delete", "find . -exec rm {} +", "env A=b rm -rf data", "nice -n 5 kubectl delete ns a", "sudo -u app kubectl delete ns a", "timeout -k 5 10 kubectl delete ns a", "echo a | xargs -n1 kubectl delete pvc", "watch -n 5 'kubectl delete ns a'", "ssh host rm -rf /data", "ssh -p 22 host 'find / -delete'", "docker exec db rm -rf /data", "bash <<E\nkubectl delete ns a\nE", "bash -xc 'kubectl delete ns a'", "helm --namespace list uninstall web", "gunzip -f a.gz",
    "kubectl patch deployment web -p '{\"spec\":{\"replicas\":0}}'", "kubectl patch sts db --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":0}]'", "kubectl patch deployment web -p 'spec: {replicas: 0}'", "kubectl patch deploy web --subresource=scale --type=merge -p '{\"spec\":{\"replicas\":0}}'", "kubectl patch sts db --type=json -p '[{\"op\":\"add\",\"path\":\"/spec\",\"value\":{\"replicas\":0}}]'", "kubectl patch pvc data -p '{\"metadata\":{\"finalizers\":null}}'", "kubectl patch pvc data --type=json -p '[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]'", "kubectl patch secret s -p '{\"data\":{\"password\":null}}'", "kubectl patch secret s --type=json -p '[{\"op\":\"remove\",\"path\":\"/data/password\"}]'",
    "kubectl scale deployment a --replicas=00", "kubectl delete pvc a --dry-run=false", "kubectl delete pvc a --dry-run=client --dry-run=none", "kubectl delete pod a --grace-period=00 --force", "kubectl run c --rm -i --image=mysql -- mysql -h db -e 'DROP DATABASE x'", "kubectl run c --image=mysql --command -- sh -c 'rm -rf /data'", "kubectl create job c --image=mysql -- mysql -h db -e 'DROP DATABASE x'", "kubectl debug p --image=busybox -- rm -rf /proc/1/root/data", "kubectl debug p --copy-to=q --replace", "kubectl exec -i p -- sh <<E\nrm -rf /data\nE", "kubectl exec -i p -- tee /data/a <<E\nx\nE",
  ],
  undetermined: ["sort --frobnicate a", "find . -frobnicate", "nc -l 99 -e sh", "echo FLUSHALL | nc redis 6379", "openssl s_client -connect redis:6380 <<< FLUSHALL", "less +!sh a", "sed '1e rm' a", "terraform console", "helm template x --post-renderer=sh", "kubectl patch deployment web --patch-file x.yaml", "kubectl patch deployment web -p '{bad'", "kubectl argo rollouts frobnicate x", "kubectl run c --image=mysql -- frobnicate", "curl dict://redis:6379/FLUSHALL", "perl -e x", "aws ssm send-command --document-name x", "aws lambda invoke --function-name x out"],
  change: ["aws elasticache test-failover --replication-group-id x", "kubectl scale deployment a --replicas=1 --dry-run=false", "hostname other", "date -s 2020-01-01", "sort -o x y", "terraform init -migrate-state", "gzip a", "kubectl set env deployment/a --list=0 A=b", "kubectl run c --image=x -- ls"],
};

const SQL: Table = {
  destroy: ["ANALYZE DELETE FROM orders", "ANALYZE FORMAT=JSON DELETE FROM orders", "EXPLAIN ANALYZE DELETE orders FROM orders JOIN x", "DESC ANALYZE DELETE FROM orders", "EXPLAIN ANALYZE FORMAT=TREE DELETE FROM a WHERE b IN (SELECT 1)", "EXPLAIN FORMAT=JSON ANALYZE DELETE FROM a", "ALTER TABLE t TRUNCATE PARTITION p", "ALTER TABLE t DISCARD TABLESPACE", "ALTER TABLE t ENGINE=BLACKHOLE", "CLONE INSTANCE FROM u@h:3306 IDENTIFIED BY 'x'", "WITH x AS (SELECT 1), y AS (SELECT 2) DELETE FROM t", "/* don't */ DROP TABLE t", "DELETE/**/FROM t", "SELECT 1; /*!50000 DROP TABLE t */", "/*M!100100 DROP TABLE t */", "SELECT 1 \\. /tmp/x.sql", "SET STATEMENT max_statement_time=1 FOR DELETE FROM t"],
  undetermined: ["EXPLAIN FROB ANALYZE DELETE FROM a", "SELECT drop_everything()", "SELECT `f`(1)", "SELECT db.f (1)", "SELECT group_replication_set_as_primary('x')", "WITH x AS (SELECT f()) SELECT * FROM x", "SET @a = f()", "SET a b c", "BEGIN NOT ATOMIC DELETE FROM t; END", "SELECT 1 \\! rm -rf /data", "system rm -rf /data", "PREPARE s FROM 'DROP TABLE x'; EXECUTE s", "DELIMITER //", "HANDLER x OPEN", "CALL p()", "XA ROLLBACK 'a'", "DO f()", "VALUES ROW(f())"],
  change: ["SET sql_log_bin=0,@@global.read_only=0", "SET SESSION a=1,GLOBAL read_only=0", "set @x := 1, global max_connections = 1", "SET @@GLOBAL . read_only = 0", "SET @@persist.read_only=0", "SET PERSIST_ONLY read_only=0", "SET a=(1,2), PERSIST b=1", "SET/**/GLOBAL read_only=0", "SET PASSWORD = 'x'", "SET DEFAULT ROLE ALL TO a", "SET GLOBAL TRANSACTION READ ONLY", "ANALYZE TABLE t", "ANALYZE LOCAL TABLE t", "ANALYZE UPDATE t SET a=1", "EXPLAIN ANALYZE UPDATE t JOIN u SET a=1", "TABLE t INTO OUTFILE '/x'", "SELECT 1 INTO/**/OUTFILE '/x'", "WITH x AS (SELECT 1) UPDATE t SET a=1", "CLONE LOCAL DATA DIRECTORY '/x'"],
};

/** What is asked every day must not be asked about. */
const READS = {
  inPod: ["find /var/lib/mysql -type f -size +1G -printf '%s %p\\n'", "find / -name *.log -exec ls -l {} ;", "find /data -maxdepth 1 -mtime -1 -print0", "mount", "mount -l -t ext4", "hostname -f", "date", "date -u +%F", "ss -tlnp", "nc -z -w 3 mysql 3306", "nc -vz mysql 3306", "ping -c 1 h", "sort -rn -k2 a", "grep -rn --include=x a /var/log", "tail -F -n 5 --retry a", "ls -la --color=never /data", "df -h", "top -b -n 1", "sed -n 5,9p a", "sed -e s/a/b/g a", "curl -sf -o /dev/null -w '%{http_code}' http://h", "curl --max-time 3 http://h", "mysqldump -uroot --single-transaction --source-data=2 --hex-blob --routines db", "mysqlbinlog --base64-output=decode-rows -v --start-position=4 x", "mysqladmin -uroot status", "redis-cli SLOWLOG GET 5", "redis-cli LATENCY LATEST", "redis-cli MEMORY USAGE a", "redis-cli ACL LOG", "redis-cli CONFIG GET max*", "redis-cli COMMAND", "redis-cli --bigkeys", "redis-cli EXPIRETIME a", "env", "env A=b ls", "nice -n 5 ls", "timeout -s KILL 5 df -h", "nohup ls", "liquibase status", "zcat a.gz", "gzip -t a.gz", "gzip -dc a.gz", "sh -c 'cd /data && ls'", "sh -c 'ls 2>/dev/null'", "sh -c 'ls >&2'", "sh -c 'ls | wc -l > /dev/stderr'", "sh -c 'MYSQL_PWD=\"$(cat)\" mysql -e \"SELECT 1\" 2>&1 || true'"],
  local: ["find . -name x", "kubectl delete pvc a --dry-run=client", "kubectl scale deployment a --replicas=0 --dry-run=server", "gunzip -k a.gz", "gunzip -t a.gz", "nc -z h 1", "dig +short h", "hostname", "openssl s_client -connect h:443 <<< ''", "kubectl set env deployment/a --list", "kubectl patch deployment web --dry-run=server -p '{\"spec\":{\"replicas\":0}}'"],
  sql: ["SELECT COUNT(*), MAX(created_at) FROM orders WHERE a IN (1, 2) AND (b = 'x(')", "SELECT CAST(a AS DECIMAL(10,2)), IF(a, b, c) FROM t JOIN (SELECT 1) x USING (a) GROUP BY a HAVING (COUNT(*) > 1)", "SELECT sys.format_bytes(1)", "EXPLAIN SELECT 1", "EXPLAIN DELETE FROM t", "EXPLAIN ANALYZE SELECT 1", "DESCRIBE t", "EXPLAIN FOR CONNECTION 5", "SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET @a = @@global.read_only", "SET SESSION sql_mode = '', sql_log_bin=0", "SET @@session.a=1", "SET TRANSACTION READ ONLY", "SET @x := 1, @y := (SELECT MAX(a) FROM t)", "WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 2) SELECT * FROM x", "BEGIN; SELECT 1; COMMIT", "BEGIN WORK", "/* it's */ SELECT 1", "SHOW REPLICA STATUS\\G"],
};

/** Words as a shell reads them, with single quotes. */
function wordsIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ""));
}

function checkTable(name: string, table: Table, riskOf: (text: string) => Risk): void {
  describe(name, () => {
    for (const floor of ["destroy", "undetermined", "change"] as const) {
      it(`at least ${floor}`, () => {
        const milder = table[floor].filter((text) => !isAtLeast(riskOf(text), floor)).map((text) => `${riskOf(text)}: ${text}`);
        assert.deepEqual(milder, []);
      });
    }
  });
}

describe("risk is never milder than what a call may do", () => {
  checkTable("of programs in a pod", IN_POD, (text) => programRisk(wordsIn(text)));
  checkTable("of programs in a pod's shell", IN_POD, (text) => programRisk(["sh", "-c", text]));
  checkTable("of programs in a pod, with their folder", IN_POD, (text) => programRisk(wordsIn(`/usr/bin/${text}`)));
  checkTable("of texts for a pod's shell", IN_POD_SHELL, (text) => programRisk(["sh", "-c", text]));
  checkTable("of texts for a pod's shell, in another shell", IN_POD_SHELL, (text) => programRisk(["timeout", "5", "bash", "-ec", text]));
  checkTable("of local calls", LOCAL, cellRisk);
  checkTable("of SQL", SQL, (text) => judgeSql(text).risk);
  checkTable("of SQL in a pod", SQL, (text) => programRisk(["mysql", "-N", "-e", text]));
});

describe("risk of what only looks is read", () => {
  const tooStrict = (texts: readonly string[], riskOf: (text: string) => Risk): readonly string[] => texts.filter((text) => riskOf(text) !== "read").map((text) => `${riskOf(text)}: ${text}`);

  it("in a pod", () => assert.deepEqual(tooStrict(READS.inPod, (text) => programRisk(wordsIn(text))), []));
  it("in a pod's shell", () => assert.deepEqual(tooStrict(READS.inPod.filter((text) => !text.includes("'")), (text) => programRisk(["sh", "-c", text])), []));
  it("here", () => assert.deepEqual(tooStrict(READS.local, cellRisk), []));
  it("as SQL", () => assert.deepEqual(tooStrict(READS.sql, (text) => judgeSql(text).risk), []));
});
