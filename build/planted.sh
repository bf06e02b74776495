#!/usr/bin/env bash
# Plants every bug of tests/Simulation/Planted in turn and prints which invariant caught it, after how many steps.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOM
usage: build/planted.sh [FILE]

Takes away each guard of src/Scheduling/Guards in turn and runs seeds, from the first on, until the simulation notices; at most
1,000,000 steps each, and then from the seed on that the ordinary test run has for it. Writes the table to FILE (artifacts/planted.md) and prints it. Exits 1 when a bug was not found.
EOM
}

[ "${1:-}" = -h ] || [ "${1:-}" = --help ] && usage && exit 0
table="${1:-$ROOT/artifacts/planted.md}"
mkdir -p "$(dirname "$table")" "$ROOT/artifacts"
need_dotnet
build "$ROOT/tests/Simulation/Simulation.csproj" "$ROOT/artifacts/planted.build.log" || fail "the build failed: see artifacts/planted.build.log"
code=0
PLANTED_TABLE="$(cd "$(dirname "$table")" && pwd)/$(basename "$table")" dotnet "$(output_of tests/Simulation)/Simulation.dll" \
    -noLogo -noColor -explicit only -method '*The_table_of_planted_bugs' >"$ROOT/artifacts/planted.log" 2>&1 || code=$?
[ -f "$table" ] && cat "$table"
exit "$code"
