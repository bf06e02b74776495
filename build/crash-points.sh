#!/usr/bin/env bash
# Kills the simulated cluster at every storage write of every scenario and prints what came of it.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/crash-points.sh [--list] [--sqlite] [--postgres] [--azure] [--seed N] [--only SCENARIO[/NUMBER[/FAULT]][;…]]

Runs each scenario of tests/Simulation/CrashPoints once to number its storage writes, and then again with each fault at each of
them: one silo killed before and after the write, all silos killed before and after it, the write done and its answer lost, the
write failed. Prints 'scenario | write points | runs | failures'. Exits 1 when a run failed.

  --list     name every write point
  --sqlite   every scenario on SQLite too, one process that dies before, inside and after its transactions: some 20 minutes, 8 with TMPDIR=/dev/shm
  --postgres, --azure   every scenario on a real PostgreSQL server, or on Azurite, too: their answers lost, and the process dead before,
             after and, with Azure, between the requests of a write
  --seed N   another order of everything; default 1
  --only …   these runs alone, as failures name them, on whichever store: 'cancel', 'cancel (Azure)/7'; SIMULATION_LOG=1 prints what the grains say
EOF
}

runner=(-class '*CrashPointTests')
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help) usage && exit 0 ;;
        --list) export CRASH_LIST=1 ;;
        --sqlite) export CRASH_SQLITE=1 ;;
        --postgres) export CRASH_POSTGRES=1 ;;
        --azure) export CRASH_AZURE=1 ;;
        --seed) export CRASH_SEED="${2:?--seed needs a number}" && shift ;;
        --only) export CRASH_ONLY="${2:?--only needs SCENARIO/NUMBER/FAULT}" && shift ;;
        *) fail "unknown option '$1' (see --help)" ;;
    esac
    shift
done

need_dotnet
need psql postgresql
"$ROOT/build/azurite.sh" >/dev/null
[ "$(feed)" = partial ] || fail "the simulator is the shim's: set the feed to partial (build/detect-feed.sh --partial)"
logs="$ROOT/artifacts/crash-points"
rm -rf "$logs" && mkdir -p "$logs"
build "$ROOT/tests/Simulation/Simulation.csproj" "$logs/build.log" || fail "the build failed"
export CRASH_REPORT="$logs/report.txt"
# A server's files are nothing that a run is about: keep them in memory where that is possible.
if [ -z "${TMPDIR:-}" ] && [ -n "${CRASH_POSTGRES:-}" ] && [ -z "${CRASH_SQLITE:-}" ] && [ -w /dev/shm ]; then export TMPDIR=/dev/shm; fi
code=0
(cd "$ROOT" && dotnet "$(output_of tests/Simulation)/Simulation.dll" -noLogo -noColor "${runner[@]}") >"$logs/run.log" 2>&1 || code=$?
# Which tests have nothing to run the runner counts as failed, though it says [SKIP].
if [ "$code" = 1 ] && ! grep -q '\[FAIL\]' "$logs/run.log"; then code=0; fi
[ -s "$CRASH_REPORT" ] || { tail -n 30 "$logs/run.log" >&2; fail "nothing was run"; }
say "scenario | write points | runs | failures"
cat "$CRASH_REPORT"
awk -F' [|] ' '/^[^ ].* [|] / { p += $2; r += $3; f += $4 } END { printf "%d write points, %d runs, %d failures\n", p, r, f }' "$CRASH_REPORT"
exit "$code"
