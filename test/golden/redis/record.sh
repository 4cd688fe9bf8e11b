#!/bin/sh
# Records what a real redis-cli prints for each line of commands.txt, against a fresh redis-server 7.0 on a port of its own:
#   test/golden/redis/record.sh > test/golden/redis/recorded.txt
# Every line runs on one connection; `>` lines are the commands.
set -eu
here=$(dirname "$0")
folder=$(mktemp -d)
redis-server --port 7391 --bind 127.0.0.1 --dir "$folder" --logfile "$folder/log" --pidfile "$folder/pid" --daemonize yes >/dev/null
trap 'redis-cli -p 7391 shutdown nosave; rm -rf "$folder"' EXIT
until redis-cli -p 7391 PING >/dev/null 2>&1; do sleep 0.05; done
while IFS= read -r line; do printf 'ECHO "> %s"\n%s\n' "$(printf '%s' "$line" | sed 's/\\/\\\\/g; s/"/\\"/g')" "$line"; done < "$here/commands.txt" | redis-cli -p 7391
