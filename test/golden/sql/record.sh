#!/bin/bash
# Records what a real server holds after restoring the world's backup: test/golden/sql/restored.json. With --dump it makes a new backup first
# (notebooks/worlds/backups/buildnest-ecommerce-2026-01-31-0200.sql.gz). Needs mariadb-server, gzip and node.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
dump=$root/notebooks/worlds/backups/buildnest-ecommerce-2026-01-31-0200.sql.gz
work=$(mktemp -d)
user=(); [ "$(id -u)" = 0 ] && user=(--user=root)
mariadb-install-db --no-defaults --datadir="$work/data" --auth-root-authentication-method=normal --skip-test-db "${user[@]}" > "$work/install.log" 2>&1
mariadbd --no-defaults --datadir="$work/data" --socket="$work/s" --pid-file="$work/pid" --skip-networking --character-set-server=utf8mb4 --default-time-zone=+00:00 "${user[@]}" > "$work/log" 2>&1 < /dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$work"' EXIT
client=(mariadb --no-defaults -S "$work/s" -uroot --default-character-set=utf8mb4)
for _ in $(seq 100); do "${client[@]}" -e 'SELECT 1' > "$work/up" 2>&1 && break; sleep 0.1; done
json() { node -e 'process.stdout.write(JSON.stringify(require("node:fs").readFileSync(0, "utf8").replace(/\n$/, "")))'; }

shop=buildnest_ecommerce
"${client[@]}" -e "CREATE DATABASE restored CHARACTER SET utf8mb4"
if [ "${1:-}" = --dump ]; then
  "${client[@]}" -e "CREATE DATABASE $shop CHARACTER SET utf8mb4"
  node "$here/generate.ts" > "$work/shop.sql"
  "${client[@]}" $shop < "$work/shop.sql"
  mkdir -p "$(dirname "$dump")"
  mariadb-dump --no-defaults -S "$work/s" -uroot --single-transaction --routines --triggers $shop | gzip -n -9 > "$dump"
fi
gunzip < "$dump" | "${client[@]}" restored

{
  echo '{'
  echo "  \"server\": \"$("${client[@]}" -N -e 'SELECT VERSION()')\","
  echo "  \"trigger\": $("${client[@]}" -N -r -e 'SELECT action_statement FROM information_schema.triggers WHERE trigger_schema = "restored"' | json),"
  echo '  "tables": ['
  separator=
  for table in $("${client[@]}" -N -e 'SHOW TABLES' restored); do
    key=$("${client[@]}" -N -e "SELECT COALESCE((SELECT column_name FROM information_schema.key_column_usage WHERE table_schema='restored' AND table_name='$table' AND constraint_name='PRIMARY'), 'ORDEREXECUTED')")
    # COALESCE, because CONCAT_WS leaves NULLs out: a NULL and an empty text must not look the same.
    columns=$("${client[@]}" -N -e "SET SESSION group_concat_max_len=65536; SELECT GROUP_CONCAT('COALESCE(\`', column_name, '\`,''NULL'')' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema='restored' AND table_name='$table'")
    count=$("${client[@]}" -N -e "SELECT COUNT(*) FROM \`$table\`" restored)
    sum=$("${client[@]}" -N -e "SELECT SUM(CRC32(CONCAT_WS('|', $columns))) FROM \`$table\`" restored)
    checksum=$("${client[@]}" -N -e "CHECKSUM TABLE \`$table\`" restored | cut -f2)
    text=$("${client[@]}" -B -e "SELECT * FROM \`$table\` ORDER BY \`$key\`" restored | sha256sum | cut -d' ' -f1)
    create=$("${client[@]}" -N -r -e "SHOW CREATE TABLE \`$table\`" restored | cut -f2- | json)
    printf '%s    { "table": "%s", "key": "%s", "rows": %s, "sha256": "%s", "checksumTable": "%s", "crcQuery": "SELECT SUM(CRC32(CONCAT_WS('"'|'"', %s))) FROM `%s`", "crcSum": "%s",\n      "create": %s }' "$separator" "$table" "$key" "$count" "$text" "$checksum" "$columns" "$table" "$sum" "$create"
    separator=$',\n'
  done
  printf '\n  ]\n}\n'
} > "$here/restored.json"
