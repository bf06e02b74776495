#!/usr/bin/env bash
# The quick check before a commit: format, build, and the house rules.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/check.sh [--fix] [--accept-ids]

Checks the format, builds everything (Release) and runs tests/House.Tests.

  --fix          format the code instead of only checking it
  --accept-ids   write new [Id] numbers into tests/House.Tests/member-ids.txt (never takes one away)
EOF
}

verify=(--verify-no-changes)
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage && exit 0 ;;
        --fix) verify=() ;;
        --accept-ids) export HOUSE_ACCEPT_IDS=1 ;;
        *) fail "unknown option '$argument' (see --help)" ;;
    esac
done

need_dotnet
cd "$ROOT"
dotnet format whitespace . --folder "${verify[@]}" --exclude ./artifacts/ --exclude ./data/ || fail "the format differs; build/check.sh --fix mends it"
build "$ROOT/Orleans.Scheduler.sln" "$ROOT/artifacts/check/build.log" || fail "the build failed"
dotnet "$(output_of tests/House.Tests)/House.Tests.dll" -noLogo -noColor
