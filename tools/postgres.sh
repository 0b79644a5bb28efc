#!/usr/bin/env bash
# A PostgreSQL of its own for tests and benchmarks, in a temporary folder on a free port of loopback:
#   tools/postgres.sh start    installs it by apt where there is none, starts it, prints FOLDER and URL
#   tools/postgres.sh restart FOLDER    as after a crash, on the same port
#   tools/postgres.sh stop FOLDER
set -euo pipefail

binaries() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
# PostgreSQL refuses to run as root.
as_owner() { if [[ $(id -u) == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

case "${1:-}" in
  start)
    if [[ -z "$(binaries)" ]]; then
      { apt-get update && apt-get install -y --no-install-recommends postgresql; } >&2
    fi
    folder=$(mktemp -d)
    chmod 755 "$folder"
    if [[ $(id -u) == 0 ]]; then chown postgres "$folder"; fi
    port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
    as_owner "$(binaries)/initdb" -D "$folder/data" -U obelisc --auth=trust >"$folder/initdb.log"
    as_owner "$(binaries)/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder" start >/dev/null
    echo "$folder postgres://obelisc@127.0.0.1:$port/postgres"
    ;;
  restart)
    as_owner "$(binaries)/pg_ctl" -D "$2/data" -m immediate -w -l "$2/server.log" restart >/dev/null
    ;;
  stop)
    as_owner "$(binaries)/pg_ctl" -D "$2/data" -m immediate stop >/dev/null
    rm -rf "$2"
    ;;
  *)
    echo 'usage: tools/postgres.sh start | restart FOLDER | stop FOLDER' >&2
    exit 2
    ;;
esac
