#!/usr/bin/env bash
# Builds and starts the scheduler with its embedded store and a real inventory of hollow nodes, on the loopback address.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/run.sh [--port PORT] [--data FOLDER] [--hollow FILE] [--no-build]
       build/run.sh --demo [--limit N] [--no-build]

Starts the gateway with an embedded silo and SQLite, and serves until Ctrl-C.

  --port PORT     listen on http://127.0.0.1:PORT (8080; with --demo any free port)
  --data FOLDER   keep the state there (./data); start again on the same folder to go on
  --hollow FILE   nodes to make up: sn,cpu_milli,memory_mib,gpu,model
                  (tests/data/openb/openb_node_list_gpu_node.csv: 1,213 nodes, 6,212 GPUs)
  --demo          start on a scratch folder, replay the openb pod list with the CLI, print the table, clean up;
                  exits 0 only if no job was lost and no invariant was broken
  --limit N       with --demo: only the first N pods
  --no-build      start what was built before
EOF
}

# value_of OPTION [VALUE]: VALUE, or a complaint that OPTION wants one.
value_of() {
    [ -n "${2:-}" ] || fail "$1 wants a value (see --help)"
    printf '%s' "$2"
}

openb=tests/data/openb
port=""
data="$PWD/data"
hollow="$ROOT/$openb/openb_node_list_gpu_node.csv"
demo=false
build=true
limit=()
while [ $# -gt 0 ]; do
    case "$1" in
        --port) port="$(value_of "$@")"; shift ;;
        --data) data="$(value_of "$@")"; shift ;;
        --hollow) hollow="$(value_of "$@")"; shift ;;
        --limit) limit=(--limit "$(value_of "$@")"); shift ;;
        --demo) demo=true ;;
        --no-build) build=false ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown option '$1' (see --help)" ;;
    esac
    shift
done
[[ "$port" =~ ^[0-9]*$ ]] || fail "--port wants a number, not '$port'"
[ -f "$hollow" ] || fail "there is no file '$hollow'"
[ ${#limit[@]} -eq 0 ] || [ "$demo" = true ] || fail "--limit goes with --demo"
if [ -z "$port" ]; then
    if [ "$demo" = true ]; then port="$(free_port)"; else port=8080; fi
fi
port_is_free "$port" || fail "port $port is in use; choose another with --port"

need_dotnet
need curl
if [ "$build" = true ]; then
    say "Building (Feed=$(feed)) …"
    build "$ROOT/build/Product.slnf" "$ROOT/artifacts/run/build.log" || fail "the build failed; see artifacts/run/build.log"
fi

gateway="$(output_of src/Gateway)/Orleans.Scheduler.Gateway.dll"
sched="$(output_of src/Cli)/sched.dll"
url="http://127.0.0.1:$port"
if [ ! -f "$gateway" ] || [ ! -f "$sched" ]; then fail "nothing is built yet: leave --no-build out"; fi
server=""
scratch=""

# stop: asks the server to end, waits, and clears the scratch folder away.
stop() {
    trap - EXIT INT TERM
    if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
        kill -TERM "$server" 2>/dev/null || true
        for _ in $(seq 1 150); do
            kill -0 "$server" 2>/dev/null || break
            sleep 0.1
        done
        if kill -KILL "$server" 2>/dev/null; then say "The server did not stop within 15 s and was killed; nothing acknowledged is lost."; fi
    fi
    if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ "$demo" = true ]; then
    scratch="$(mktemp -d)"
    data="$scratch/data"
    log="$scratch/server.log"
else
    log=/dev/stdout
fi
mkdir -p "$data" || fail "cannot make the data folder '$data'"

# Its own process group (set -m), so that a Ctrl-C reaches this script first, which then stops the server in order.
set -m
if [ "$demo" = true ]; then
    dotnet "$gateway" --urls "$url" --data "$data" --hollow "$hollow" >"$log" 2>&1 </dev/null &
else
    dotnet "$gateway" --urls "$url" --data "$data" --hollow "$hollow" </dev/null &
fi
server=$!
set +m

ready=false
for _ in $(seq 1 600); do
    kill -0 "$server" 2>/dev/null || break
    if curl --silent --fail --max-time 2 --output /dev/null "$url/healthz/ready"; then
        ready=true
        break
    fi
    sleep 0.1
done
if [ "$ready" = false ]; then
    if [ "$demo" = true ]; then tail -n 20 "$log" >&2; fi
    fail "the server did not become ready on $url"
fi

if [ "$demo" = true ]; then
    code=0
    say "The scheduler is up on $url with the nodes of $(basename "$hollow"); replaying $openb/openb_pod_list_default.csv.gz …"
    dotnet "$sched" replay "$ROOT/$openb/openb_pod_list_default.csv.gz" --server "$url" "${limit[@]}" || code=$?
    if [ "$code" -ne 0 ]; then
        say "The demo failed with exit code $code; the server's last lines:"
        tail -n 20 "$log"
    fi
    exit "$code"
fi

cat <<EOF

Orleans.Scheduler serves on $url  (state in $data; Ctrl-C stops it)

  A first job      build/sched.sh submit --name hello --gpus 1 --run-for 30s --server $url
  All jobs         build/sched.sh list --server $url
  Why does it wait build/sched.sh explain JOB --server $url
  Replay a trace   build/sched.sh replay $openb/openb_pod_list_default.csv.gz --server $url
  REST API         $url/openapi/v1.json
  Metrics          $url/metrics
  Health           $url/healthz/ready

EOF

# From here on Ctrl-C is the ordinary way to end: pass it on, and end as the server ends.
trap 'kill -TERM "$server" 2>/dev/null || true' INT TERM
code=0
while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
done
server=""
exit "$code"
