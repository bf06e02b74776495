#!/usr/bin/env bash
# Starts several silos and gateways as separate processes on this machine, over PostgreSQL.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
usage: build/cluster.sh [--silos N] [--gateways M] [--beside] [--tls] [--port PORT] [--data FOLDER] [--hollow INVENTORY] [--no-build]

Starts PostgreSQL, N silos and M gateways, each its own process, and serves until Ctrl-C. Kill one with kill -9 and look at what the
others do. Needs Microsoft Orleans' packages (build/detect-feed.sh says whether the configured feed has them) and Debian's postgresql.

  --silos N           silo processes (3)
  --gateways M        gateway processes, clients of the silos (2)
  --beside            gateways are silos themselves, and there are no others
  --tls               silos and gateways prove who they are to each other by certificates of an authority made for this run
  --port PORT         the first gateway listens on http://127.0.0.1:PORT, the next on PORT+1, … (8080)
  --data FOLDER       keep the database there (a scratch folder); start again on the same folder to go on
  --hollow INVENTORY  nodes to make up: a CSV file, or synthetic:NODESxGPUS (the 1,213 nodes of tests/data/openb)
  --no-build          start what was built before
TEXT
}

value_of() {
    [ -n "${2:-}" ] || fail "$1 wants a value (see --help)"
    printf '%s' "$2"
}

silos=3
gateways=2
beside=false
tls=false
port=8080
data=""
hollow="$ROOT/tests/data/openb/openb_node_list_gpu_node.csv"
build=true
while [ $# -gt 0 ]; do
    case "$1" in
        --silos) silos="$(value_of "$@")"; shift ;;
        --gateways) gateways="$(value_of "$@")"; shift ;;
        --beside) beside=true ;;
        --tls) tls=true ;;
        --port) port="$(value_of "$@")"; shift ;;
        --data) data="$(value_of "$@")"; shift ;;
        --hollow) hollow="$(value_of "$@")"; shift ;;
        --no-build) build=false ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown option '$1' (see --help)" ;;
    esac
    shift
done
for number in "$silos" "$gateways" "$port"; do [[ "$number" =~ ^[0-9]+$ ]] || fail "'$number' is not a number"; done
[ "$gateways" -ge 1 ] || fail "--gateways: at least one"
[ "$beside" = true ] && silos=0
[ "$beside" = true ] || [ "$silos" -ge 1 ] || fail "--silos: at least one, or --beside"

need_dotnet
need curl
need psql postgresql
# Whatever this clone is set to build, several silos need the real thing.
export Feed=full
if [ "$build" = true ]; then
    found="$(Feed='' "$ROOT/build/detect-feed.sh" --print | sed -n 's/^Feed=//p')"
    case "$found" in
        full*) ;;
        *) fail "several silos need Microsoft Orleans $(sed -n 's:.*<OrleansVersion>\(.*\)</OrleansVersion>.*:\1:p' "$ROOT/Directory.Packages.props"): $found
Put a feed that has its packages into nuget.config, or a folder with the .nupkg files (Microsoft.Orleans.Server and what it needs), and try again." ;;
    esac
    say "Building (Feed=full) …"
    build "$ROOT/src/Gateway/Gateway.csproj" "$ROOT/artifacts/cluster/build.log" || fail "the build failed; see artifacts/cluster/build.log"
fi
silo="$(output_of src/Silo)/Orleans.Scheduler.Silo.dll"
gateway="$(output_of src/Gateway)/Orleans.Scheduler.Gateway.dll"
if [ ! -f "$gateway" ] || [ ! -f "$silo" ]; then fail "nothing is built yet: leave --no-build out"; fi

scratch="$(mktemp -d)"
chmod 755 "$scratch"
[ -n "$data" ] || data="$scratch/postgres"
mkdir -p "$data"
data="$(cd "$data" && pwd)"
running=()
names=()

# stop: gateways first, then silos, then the database, each asked and waited for.
stop() {
    trap - EXIT INT TERM
    local i
    for ((i = ${#running[@]} - 1; i >= 0; i--)); do
        kill -0 "${running[$i]}" 2>/dev/null || continue
        # SIGTERM would have PostgreSQL wait for its clients.
        if [ "${names[$i]}" = postgres ]; then kill -INT "${running[$i]}"; else kill -TERM "${running[$i]}"; fi 2>/dev/null || true
        for _ in $(seq 1 300); do
            kill -0 "${running[$i]}" 2>/dev/null || break
            sleep 0.1
        done
        if kill -KILL "${running[$i]}" 2>/dev/null; then say "${names[$i]} did not stop within 30 s and was killed."; fi
    done
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT TERM

# start NAME COMMAND…: in a group of its own, so that a Ctrl-C reaches this script first, which stops all in order.
start() {
    local name="$1"
    shift
    set -m
    "$@" >"$scratch/$name.log" 2>&1 </dev/null &
    running+=($!)
    names+=("$name")
    # Or the shell would report its death in words of its own.
    disown "$!"
    set +m
}

# ready NAME URL: waits until a probe says so.
ready() {
    local at="${#running[@]}"
    for _ in $(seq 1 900); do
        if curl --silent --fail --max-time 2 --output /dev/null "$2/healthz/ready"; then return 0; fi
        for ((at = 0; at < ${#running[@]}; at++)); do
            if [ "${names[$at]}" = "$1" ] && ! kill -0 "${running[$at]}" 2>/dev/null; then
                tail -n 20 "$scratch/$1.log" >&2
                fail "$1 ended while it was waited for"
            fi
        done
        sleep 0.1
    done
    tail -n 20 "$scratch/$1.log" >&2
    fail "$1 was not ready within 90 s"
}

# PostgreSQL does not run as root.
as_postgres=()
[ "$(id -u)" != 0 ] || as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
bin="$({ find /usr/lib/postgresql /usr/pgsql* /usr/local/pgsql -name initdb -printf '%h\n' 2>/dev/null || true; } | sort | tail -n 1)"
[ -n "$bin" ] || fail "PostgreSQL's initdb is not where Debian puts it"
if [ ! -f "$data/PG_VERSION" ]; then
    [ "$(id -u)" = 0 ] && chown postgres "$data"
    "${as_postgres[@]}" "$bin/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --locale=C >"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2 && exit 1; }
fi
database="$(free_port)"
start postgres "${as_postgres[@]}" "$bin/postgres" -D "$data" -p "$database" -k "" -c listen_addresses=127.0.0.1 -c max_connections=400
for _ in $(seq 1 300); do
    psql -h 127.0.0.1 -p "$database" -U postgres -c 'SELECT 1' >/dev/null 2>&1 && break
    sleep 0.1
done

settings=(--Silo:Clustering=Postgres --Silo:Storage=Postgres --Silo:Address=127.0.0.1
    "--Silo:Postgres:ConnectionString=Host=127.0.0.1;Port=$database;Database=postgres;Username=postgres;GSS Encryption Mode=Disable")
silo_settings=()
gateway_settings=()
if [ "$tls" = true ]; then
    "$ROOT/build/cluster-certificates.sh" "$scratch/tls" silo gateway >/dev/null
    settings+=("--Silo:Tls:AuthorityFile=$scratch/tls/authority.crt")
    silo_settings=("--Silo:Tls:CertificateFile=$scratch/tls/silo.crt" "--Silo:Tls:KeyFile=$scratch/tls/silo.key")
    gateway_settings=("--Silo:Tls:CertificateFile=$scratch/tls/gateway.crt" "--Silo:Tls:KeyFile=$scratch/tls/gateway.key")
    [ "$beside" = true ] && gateway_settings=("${silo_settings[@]}")
fi

probes=()
for ((i = 1; i <= silos; i++)); do
    probe="http://127.0.0.1:$(free_port)"
    probes+=("$probe")
    start "silo-$i" dotnet "$silo" "--urls=$probe" "${settings[@]}" "${silo_settings[@]}" "--Silo:Name=silo-$i" "--Silo:SiloPort=$(free_port)" "--Silo:GatewayPort=$(free_port)"
    # The first makes the schema, and is who the others join.
    [ "$i" -gt 1 ] || ready silo-1 "$probe"
done
for ((i = 2; i <= silos; i++)); do ready "silo-$i" "${probes[$((i - 1))]}"; done
for ((i = 1; i <= gateways; i++)); do
    at=$((port + i - 1))
    port_is_free "$at" || fail "port $at is in use; choose another with --port"
    site=(--Gateway:Silo=Remote)
    [ "$beside" = true ] && site=("--Silo:Name=gateway-$i" "--Silo:SiloPort=$(free_port)" --Silo:GatewayPort=0)
    start "gateway-$i" dotnet "$gateway" --urls "http://127.0.0.1:$at" --hollow "$hollow" "${settings[@]}" "${gateway_settings[@]}" "${site[@]}"
    if [ "$beside" = true ] && [ "$i" = 1 ]; then ready gateway-1 "http://127.0.0.1:$at"; fi
done
for ((i = 1; i <= gateways; i++)); do ready "gateway-$i" "http://127.0.0.1:$((port + i - 1))"; done

say ""
say "A cluster of $((silos > 0 ? silos : gateways)) silos serves:"
for ((i = 0; i < ${#running[@]}; i++)); do
    where=""
    case "${names[$i]}" in
        silo-*) where="${probes[$((${names[$i]#silo-} - 1))]}/healthz/ready" ;;
        gateway-*) where="http://127.0.0.1:$((port + ${names[$i]#gateway-} - 1))" ;;
        postgres) where="127.0.0.1:$database, user postgres" ;;
    esac
    printf '  %-10s  process %-8s  %s\n' "${names[$i]}" "${running[$i]}" "$where"
done
cat <<TEXT

  A first job       build/sched.sh submit --name hello --gpus 1 --run-for 30s --server http://127.0.0.1:$port
  Who is a member   psql -h 127.0.0.1 -p $database -U postgres -c 'SELECT silo, name, status FROM scheduler.cluster_member'
  Logs              $scratch/*.log

Ctrl-C stops all of it.
TEXT

# Until Ctrl-C, or until nothing is left to look at.
declare -A gone=()
while :; do
    alive=0
    for ((i = 0; i < ${#running[@]}; i++)); do
        if kill -0 "${running[$i]}" 2>/dev/null; then
            alive=$((alive + 1))
        elif [ -z "${gone[$i]:-}" ]; then
            gone[$i]=yes
            say "${names[$i]} (process ${running[$i]}) is gone. Its last words: $(tail -n 1 "$scratch/${names[$i]}.log" | cut -c 1-300)"
        fi
    done
    [ "$alive" -gt 1 ] || fail "nothing of it is left"
    sleep 1
done
