#!/usr/bin/env bash
# Kills the real gateway again and again under load and compares what it acknowledged with what is there afterwards.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/chaos.sh [--kills N] [--jobs N] [--seed N] [--limit MINUTES]

Starts the gateway as its own process and sends it jobs of every kind while it is killed with SIGKILL at random moments, also while it
starts and after it stood still (SIGSTOP). Clients keep their own list of acknowledgements, synced to disk. Jobs are cancelled, services
scaled, nodes drained, machines removed and brought back meanwhile. At the end everything acknowledged must be there exactly once, nothing
may overlap, all ledgers must agree, and all of it must be given back. Prints one line with the counts; exits 1 when anything is wrong.

  --kills N   60     --jobs N   12000     --seed N   repeats the choice of jobs and moments
  --limit MINUTES    240: of load and kills; beside other work they take far longer than on two quiet cores
EOF
}

export E2E_KILLS=60 E2E_JOBS=12000 E2E_REST="${E2E_REST:-1800}" E2E_LIMIT=240
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help) usage && exit 0 ;;
        --kills) E2E_KILLS="${2:?--kills needs a number}" && shift ;;
        --jobs) E2E_JOBS="${2:?--jobs needs a number}" && shift ;;
        --limit) E2E_LIMIT="${2:?--limit needs a number}" && shift ;;
        --seed) export E2E_SEED="${2:?--seed needs a number}" && shift ;;
        *) fail "unknown option '$1' (see --help)" ;;
    esac
    shift
done

need_dotnet
logs="$ROOT/artifacts/chaos"
rm -rf "$logs" && mkdir -p "$logs"
build "$ROOT/tests/EndToEnd.Tests/EndToEnd.Tests.csproj" "$logs/build.log" || fail "the build failed"
export E2E_SUMMARY="$logs/summary.txt"
code=0
(cd "$ROOT" && dotnet "$(output_of tests/EndToEnd.Tests)/EndToEnd.Tests.dll" -noLogo -noColor -showLiveOutput -method '*Kill_9_at_random*') >"$logs/run.log" 2>&1 || code=$?
[ -s "$E2E_SUMMARY" ] || { tail -n 40 "$logs/run.log" >&2; fail "it did not come to its end; see artifacts/chaos/run.log"; }
cat "$E2E_SUMMARY"
[ "$code" = 0 ] || grep -E -A 40 '\[FAIL\]' "$logs/run.log" | head -n 60
exit "$code"
