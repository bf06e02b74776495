#!/usr/bin/env bash
# Builds everything once, runs every test project and the checks beside them. The last line is 'N passed, N failed[, N skipped]'.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/test.sh [PROJECT…] [--no-format] [-- ARGUMENTS FOR THE TEST RUNNER]

Builds Orleans.Scheduler.sln (Release), runs every test project under tests/, checks the format, the lock files,
the alert rules and the model of the transaction, gets a real Kubernetes API server for the tests that need one (build/kube.sh), and ends with one line: 'N passed, N failed' and, where some were, ', N skipped'. Exits 1 when anything failed.
Where the configured feed has Microsoft Orleans, Grains.Tests runs a second time on it, and Cluster.Tests: several silos, as processes too.

  PROJECT       only this test project, e.g. House.Tests (nothing beside it is checked then)
  --no-format   leave the format check out
  -- …          e.g. -- -method '*quota*' (see: dotnet tests/…/House.Tests.dll -?)

Logs: artifacts/test/. Environment: CONFIGURATION (Release), TEST_SECONDS (900 for each project).
EOF
}

only=()
runner=()
format=true
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help) usage && exit 0 ;;
        --no-format) format=false ;;
        --) shift && runner=("$@") && break ;;
        -*) fail "unknown option '$1' (see --help)" ;;
        *) only+=("$1") ;;
    esac
    shift
done

logs="$ROOT/artifacts/test"
rm -rf "$logs" && mkdir -p "$logs"
passed=0
failed=0
skipped=0

# check NAME COMMAND…: counts as one test.
check() {
    local name="$1" started=$SECONDS
    shift
    if "$@" >"$logs/$name.log" 2>&1; then
        passed=$((passed + 1))
        say "ok    $name ($((SECONDS - started)) s)"
    else
        failed=$((failed + 1))
        say "FAIL  $name ($((SECONDS - started)) s)"
        grep -v '^ *$' "$logs/$name.log" | head -n 30 | sed 's/^/      /'
    fi
}

finish() {
    local line="$passed passed, $failed failed"
    [ "$skipped" -gt 0 ] && line="$line, $skipped skipped"
    wait # nothing of ours goes on after us
    say "$line"
    [ "$failed" -eq 0 ]
    exit
}

# attribute NAME FILE: a number from the runner's own report.
attribute() { sed -n "s/.*<assembly [^>]*[ ]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

run_project() {
    local project="$1" name started=$SECONDS code=0 p f s e
    name="$(basename "$project" .csproj)"
    local assembly
    assembly="$(output_of "$(dirname "${project#"$ROOT"/}")")/$name.dll"
    name="$name${2:-}"
    local report="$logs/$name.xml" log="$logs/$name.log"
    if [ ! -f "$assembly" ]; then
        failed=$((failed + 1))
        say "FAIL  $name: it was not built"
        return
    fi
    (cd "$ROOT" && timeout --kill-after=20 "${TEST_SECONDS:-900}" dotnet "$assembly" -noLogo -noColor -xml "$report" "${runner[@]}") >"$log" 2>&1 </dev/null || code=$?
    # The report is written at the end: without one the process died or ran out of time, whatever it had printed.
    if [ ! -s "$report" ] || [ -z "$(attribute total "$report")" ]; then
        failed=$((failed + 1))
        say "FAIL  $name: no report, exit code $code$([ $code = 124 ] && echo ' (out of time)'), $((SECONDS - started)) s"
        tail -n 30 "$log" | sed 's/^/      /'
        return
    fi
    p="$(attribute passed "$report")" f="$(attribute failed "$report")" s="$(attribute skipped "$report")" e="$(attribute errors "$report")"
    f=$((f + e))
    [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && [ "$((p + s))" -gt 0 ] && f=1 && say "      $name: all tests passed, yet its exit code is $code"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -gt 0 ]; then
        say "FAIL  $name: $p passed, $f failed, $s skipped, $((SECONDS - started)) s"
        grep -E -A 12 '\[FAIL\]|^ *\[ERROR\]' "$log" | head -n 80 | sed 's/^/      /'
    else
        say "ok    $name: $p passed, $s skipped, $((SECONDS - started)) s"
    fi
    [ "$s" -gt 0 ] && sed -n 's/^ *\(.*\) \[SKIP\].*/      skipped: \1/p' "$log" | head -n 10
    sed -n 's/^ *\(simulated: .*\)/      \1/p' "$log"
    return 0
}

# The real API server is built once on a machine, beside everything else: only the tests that need it wait for it.
begin_kube() { (build/kube.sh >"$logs/kube.log" 2>&1 || say "could not" >"$logs/kube.failed") & }

await_kube() {
    local started=$SECONDS
    wait "$kube"
    [ $((SECONDS - started)) -gt 5 ] && say "      waited $((SECONDS - started)) s for kube-apiserver to be built (build/kube.sh)"
    [ -f "$logs/kube.failed" ] || return 0
    say "LEFT OUT: what needs a real Kubernetes API server in Kubernetes.Tests, because it could not be built:"
    tail -n 5 "$logs/kube.log" | sed 's/^/      /'
}

# What only real Orleans can show, whichever feed this clone builds against.
run_on_orleans() {
    local started=$SECONDS name found
    found="$("$ROOT/build/detect-feed.sh" --print 2>&1 | sed -n 's/^Feed=//p')"
    case "$found" in
        full*) ;;
        *)
            say "LEFT OUT: $* on real Orleans ($found)"
            return 0
            ;;
    esac
    need psql postgresql
    export Feed=full KubernetesFeed=partial
    for name in "$@"; do
        if build "$ROOT/tests/$name/$name.csproj" "$logs/build-orleans.log"; then
            say "ok    build of $name on Orleans ($((SECONDS - started)) s)"
            run_project "$ROOT/tests/$name/$name.csproj" " on Orleans"
        else
            failed=$((failed + 1))
            say "FAIL  build of $name on Orleans ($((SECONDS - started)) s)"
        fi
        started=$SECONDS
    done
    unset Feed KubernetesFeed
}

check_format() {
    cd "$ROOT" && timeout 300 dotnet format whitespace . --folder --verify-no-changes --verbosity minimal --exclude ./artifacts/ --exclude ./data/
}

# A lock file that a restore rewrites was not committed with the change that needs it.
check_locks() {
    local changed
    [ -d "$ROOT/.git" ] || [ -f "$ROOT/.git" ] || return 0
    changed="$(git -C "$ROOT" status --porcelain -- '*packages.lock.json' '*packages.full.lock.json')"
    [ -z "$changed" ] || { say "the restore wrote lock files that are not committed:" "$changed" && return 1; }
}

need_dotnet
if [ "$(feed)" = full ]; then
    say "Feed=full: real Microsoft Orleans packages."
else
    say "Feed=partial: src/Shims stands in for Orleans (build/detect-feed.sh asks the feed for the real packages)."
fi
orleans=()

projects=()
for project in "$ROOT"/tests/*/*.csproj; do
    grep -q '<IsTestProject>true' "$project" || continue
    name="$(basename "$project" .csproj)"
    if [ ${#only[@]} -gt 0 ]; then
        case " ${only[*]} " in *" $name "*) ;; *) continue ;; esac
    fi
    if [ "$(feed)" != full ]; then
        case "$name" in
            Cluster.Tests) orleans+=("$name") && continue ;;
            Grains.Tests) [ ${#only[@]} -eq 0 ] && orleans+=("$name") ;;
        esac
    fi
    projects+=("$project")
done
if [ ${#projects[@]} -eq 0 ] && [ ${#orleans[@]} -gt 0 ]; then
    cd "$ROOT"
    run_on_orleans "${orleans[@]}"
    finish
fi
[ ${#projects[@]} -gt 0 ] || fail "no test project is called '${only[*]}'"

cd "$ROOT"
kube=""
case " ${projects[*]##*/} " in *" Kubernetes.Tests.csproj "*) begin_kube && kube=$! ;; esac

started=$SECONDS
for project in "${projects[@]}"; do
    # Real servers for the tests of those stores; they are started by them, and the system's own are left alone.
    case "${project##*/}" in
        Silo.Tests.csproj | Simulation.csproj) need psql postgresql && "$ROOT/build/azurite.sh" >"$logs/azurite.log" ;;
    esac
done

target="$ROOT/Orleans.Scheduler.sln"
[ ${#only[@]} -eq 1 ] && target="${projects[0]}"
if ! build "$target" "$logs/build.log"; then
    say "FAIL  build ($((SECONDS - started)) s)"
    failed=1
    finish
fi
passed=$((passed + 1))
say "ok    build ($((SECONDS - started)) s)"

for project in "${projects[@]}"; do
    [ "${project##*/}" = Kubernetes.Tests.csproj ] && await_kube
    run_project "$project"
done

[ ${#orleans[@]} -eq 0 ] || run_on_orleans "${orleans[@]}"
if [ ${#only[@]} -eq 0 ]; then
    [ "$format" = true ] && check format check_format
    check lock-files check_locks
    check alert-rules "$ROOT/build/check-alerts.sh"
    check model-check "$ROOT/build/model-check.sh"
fi
finish
