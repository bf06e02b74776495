#!/usr/bin/env bash
# Changes the decision core in thousands of small ways and counts how many of them its tests notice: see docs/mutation.md.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

stryker_version=5.1.0
least="${MUTATION_SCORE:-85}"
all=(Nodes Ledger Audit Racks Reservations Jobs Quotas Pools)

usage() {
    cat <<EOF
usage: build/mutate.sh [FOLDER[/FILES]…]

Mutates src/Scheduling/FOLDER, or of it only FILES (patterns, with commas between them: 'Pools/Pending*.cs,RackBook.cs'), with
dotnet-stryker $stryker_version, runs the tests that mirror the folder, and prints the score of each:
mutants that a test noticed over all that could be noticed (build/equivalent-mutants.txt lists those that could not, and why).
Exits 1 when a score is below $least %.
Without folders: ${all[*]}.

Each folder is mutated in a copy (artifacts/mutate/FOLDER) that holds only what it needs, so nothing of the clone changes.
Reports: artifacts/mutate/FOLDER/report/mutation-report.html and .json. Takes minutes a folder; needs the feed for the tool.
Environment: MUTATION_SCORE (85), MUTATION_CONCURRENCY (2), MODEL_SCALE (0.1, of the model tests),
MUTATION_TIMEOUT (8000: so many milliseconds longer than usual is endless; a loaded machine needs more).
EOF
}

readonly all_sources='[A-Z]*/ Invariant.cs'

# Compiled is the whole core, for its parts lean on each other; mutated is only the folder.    tests_of FOLDER: the tests that are run.
sources_of() {
    case "$1" in
        Nodes | Ledger | Racks | Audit | Reservations | Pools | Jobs | Quotas) echo $all_sources ;;
        *) return 1 ;;
    esac
}

tests_of() {
    local models="Models/Dice.cs Models/Story.cs Models/Model.cs Models/ModelCheck.cs"
    case "$1" in
        Nodes) echo Nodes "$models" Models/Node*.cs ;;
        Ledger) echo Ledger "$models" Models/GpuLedger*.cs ;;
        Audit) echo Audit Racks/*.cs Pools/Specs.cs "$models" Models/Rack*.cs ;;
        Racks) echo Racks Audit Pools/Specs.cs "$models" Models/Rack*.cs ;;
        Reservations) echo Reservations Preemption/Crowd.cs Placement/TextPool.cs Placement/RandomPool.cs ;;
        Pools) echo Pools "$models" Models/Pool*.cs ;;
        Jobs) echo Jobs Pools/Specs.cs "$models" Models/Job*.cs ;;
        Quotas) echo Quotas "$models" Models/Quota*.cs ;;
    esac
}

# What takes long and notices nothing that its model does not.
left_out_of() {
    case "$1" in
        Racks | Audit) echo Racks/RandomRackTests.cs ;;
        Quotas) echo Quotas/RandomQuotaTests.cs Quotas/QuotaTwinRun.cs ;;
    esac
}

copy_all() {
    local from="$1" to="$2" what
    shift 2
    for what in "$@"; do
        [ -e "$from/$what" ] || continue
        mkdir -p "$to/$(dirname "$what")"
        if [ -d "$from/$what" ]; then
            mkdir -p "$to/$what"
            (cd "$from/$what" && find . -name '*.cs' -not -path './bin/*' -not -path './obj/*' -exec cp --parents {} "$to/$what" \;)
        else
            cp "$from/$what" "$to/$what"
        fi
    done
}

make_copy() {
    local folder="$1" copy="$2" file
    rm -rf "$copy"
    mkdir -p "$copy/build" "$copy/src/Scheduling" "$copy/src/Shims/Orleans.Abstractions" "$copy/tests/Scheduling.Tests"
    cp "$ROOT"/{Directory.Packages.props,Directory.Build.props,Directory.Build.targets,nuget.config,global.json} "$copy/"
    cp "$ROOT"/build/Feed.{props,targets} "$copy/build/"
    cp -r "$ROOT"/src/Shims/Orleans.Abstractions/*.cs* "$copy/src/Shims/Orleans.Abstractions/"
    cp "$ROOT/src/Scheduling/Scheduling.csproj" "$copy/src/Scheduling/"
    # A copy of a part: what a rule says of the whole is no error in it.
    sed -i 's:<TreatWarningsAsErrors>true:<TreatWarningsAsErrors>false:; s:<EnforceCodeStyleInBuild>true:<EnforceCodeStyleInBuild>false:; s:<RestorePackagesWithLockFile>true:<RestorePackagesWithLockFile>false:' "$copy/Directory.Build.props"
    sed -i '/Analyzers/d; /AdditionalFiles/d' "$copy/Directory.Build.targets"
    sed '/Include="..\/Benchmarks/d' "$ROOT/tests/Scheduling.Tests/Scheduling.Tests.csproj" >"$copy/tests/Scheduling.Tests/Scheduling.Tests.csproj"
    # shellcheck disable=SC2046
    copy_all "$ROOT/src/Scheduling" "$copy/src/Scheduling" $(cd "$ROOT/src/Scheduling" && sources_of "$folder")
    # shellcheck disable=SC2046
    copy_all "$ROOT/tests/Scheduling.Tests" "$copy/tests/Scheduling.Tests" $(cd "$ROOT/tests/Scheduling.Tests" && tests_of "$folder")
    # Of tests that are repeated with several seeds the first is enough to notice a mutant.
    find "$copy/tests" -name '*.cs' -exec sed -i -E '/^ *\[InlineData\([0-9]+\)\]$/ { :again; n; /^ *\[InlineData\([0-9]+\)\]$/ { s/.*//; b again } }' {} +
    for file in $(left_out_of "$folder"); do rm -f "$copy/tests/Scheduling.Tests/$file"; done
    sed "s/\"additional-timeout\": [0-9]*/\"additional-timeout\": ${MUTATION_TIMEOUT:-8000}/" "$ROOT/build/stryker.json" >"$copy/tests/Scheduling.Tests/stryker-config.json"
}

# score REPORT: "score killed timeouts survived uncovered equivalent".
score() {
    python3 - "$1" "$ROOT/build/equivalent-mutants.txt" <<'EOF'
import collections, fnmatch, json, os, sys

rules = [[part.strip() for part in line.split(" | ")] for line in open(sys.argv[2]) if line.strip() and not line.startswith("#")]

def text(source, location):
    lines = source.split("\n")
    start, end = location["start"], location["end"]
    picked = lines[start["line"] - 1:end["line"]]
    picked[-1] = picked[-1][:end["column"] - 1]
    picked[0] = picked[0][start["column"] - 1:]
    return "\n".join(picked)

def equivalent(path, source, mutant):
    before, after = text(source, mutant["location"]), mutant.get("replacement") or ""
    return any(fnmatch.fnmatch(os.path.basename(path), file) and old in before and before.replace(old, new) == after for file, old, new, why in rules)

counts = collections.Counter()
for path, file in json.load(open(sys.argv[1]))["files"].items():
    for mutant in file["mutants"]:
        missed = mutant["status"] in ("Survived", "NoCoverage")
        counts["Equivalent" if missed and equivalent(path, file["source"], mutant) else mutant["status"]] += 1
found, missed = counts["Killed"] + counts["Timeout"], counts["Survived"] + counts["NoCoverage"]
print("%.1f %d %d %d %d %d" % (100 * found / max(1, found + missed), counts["Killed"], counts["Timeout"], counts["Survived"], counts["NoCoverage"], counts["Equivalent"]))
EOF
}

folders=()
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage && exit 0 ;;
        -*) fail "unknown option '$argument' (see --help)" ;;
        *) sources_of "${argument%%/*}" >/dev/null || fail "there is no way to mutate '$argument' yet: ${all[*]}" ;;
    esac
    folders+=("$argument")
done
[ ${#folders[@]} -gt 0 ] || folders=("${all[@]}")

need_dotnet
need python3
tool="$ROOT/artifacts/stryker/dotnet-stryker"
if [ ! -x "$tool" ]; then
    (cd "$ROOT" && dotnet tool install dotnet-stryker --version "$stryker_version" --tool-path "$ROOT/artifacts/stryker" >/dev/null) \
        || fail "the feed does not give dotnet-stryker $stryker_version"
fi

export MODEL_SCALE="${MODEL_SCALE:-0.1}"
failed=0
printf '%-12s %7s %7s %8s %9s %10s %11s %8s\n' folder score killed timeouts survived uncovered equivalent seconds
for argument in "${folders[@]}"; do
    started=$SECONDS
    folder="${argument%%/*}"
    files="${argument#"$folder"}"
    IFS=, read -ra patterns <<<"${files#/}"
    mutate=()
    for pattern in "${patterns[@]:-**/*.cs}"; do mutate+=(--mutate "**/Scheduling/$folder/$pattern"); done
    copy="$ROOT/artifacts/mutate/${argument//[^A-Za-z0-9.]/_}"
    make_copy "$folder" "$copy"
    (cd "$copy/tests/Scheduling.Tests" && nice -n "${MUTATION_NICE:-15}" "$tool" "${mutate[@]}" --concurrency "${MUTATION_CONCURRENCY:-2}" --output "$copy/report") >"$copy/stryker.log" 2>&1 \
        || { say "$argument: dotnet-stryker failed; see $copy/stryker.log"; failed=1; continue; }
    report="$(find "$copy/report" -name mutation-report.json | head -n 1)"
    [ -n "$report" ] || { say "$argument: dotnet-stryker left no report; see $copy/stryker.log"; failed=1; continue; }
    read -r percent killed timeouts survived uncovered equivalent <<<"$(score "$report")"
    printf '%-12s %6s%% %7s %8s %9s %10s %11s %8s\n' "$argument" "$percent" "$killed" "$timeouts" "$survived" "$uncovered" "$equivalent" "$((SECONDS - started))"
    if python3 -c "import sys; sys.exit(0 if $percent < $least else 1)"; then failed=1; fi
done
[ "$failed" -eq 0 ] || fail "a folder has no score, or one below $least %"
