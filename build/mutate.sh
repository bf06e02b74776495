#!/usr/bin/env bash
# Changes the decision core in thousands of small ways and counts how many of them its tests notice: see docs/mutation.md.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

stryker_version=5.1.0
least="${MUTATION_SCORE:-85}"
all=(Model Nodes Ledger Audit Racks Reservations Jobs Quotas Pools Order Preemption Placement Fairness Prediction Scaling Replay WhatIf)
here="$ROOT/${MUTATION_DIR:-artifacts/mutate}"

usage() {
    cat <<EOF
usage: build/mutate.sh [FOLDER[/FILES]…]

Lets dotnet-stryker $stryker_version make all mutants of src/Scheduling, tries those of FOLDER (or of it only FILES: 'Pools/Pending*.cs'), each with
the tests that mirror the folder and reach it, and prints the score of each folder: mutants that a test noticed over all that could be noticed
(build/equivalent-mutants.txt lists those that could not, and why). Exits 1 when a score is below $least %.
Without folders: ${all[*]}.

Works in artifacts/mutate, so nothing of the clone changes; what survived is in artifacts/mutate/FOLDER/survivors.txt. Needs the feed for the tool.
Environment: MUTATION_SCORE (85), MODEL_SCALE and SCHEDULING_PLACEMENT_OPS (0.1: the length of random tests), MUTATION_KEEP (1: with the mutants made last time),
MUTATION_AGAIN (1: of these, only those that survived; after tests were added), MUTATION_RESUME (1: goes on with a run that was stopped), MUTATION_LONGEST (1000: CPU milliseconds
of tests that are tried), MUTATION_EVERY (1; 4: only every fourth mutant of each file), MUTATION_DIR (artifacts/mutate; another for a second run beside it).
EOF
}

# tests_of FOLDER: the tests that are run, files or folders of tests/Scheduling.Tests.
tests_of() {
    case "$1" in
        Nodes | Ledger) echo "$1" "Models/*${1%s}*.cs" ;;
        Audit | Racks) echo Audit Racks 'Models/Rack*.cs' ;;
        Reservations) echo Reservations ;;
        Pools) echo Pools 'Models/Pool*.cs' WhatIf/WhatIfChangeTests.cs ;;
        Jobs) echo Jobs 'Models/Job*.cs' ;;
        Quotas) echo Quotas 'Models/Quota*.cs' ;;
        Model) echo Model Racks Placement/ToleranceTests.cs ;;
        Placement) echo Placement Scaling Pools/ExplainTests.cs Pools/SpreadTests.cs Pools/RackSightTests.cs Pools/PoolMachineTests.cs Preemption/VictimFinderTests.cs 'Models/Pool*.cs' ;;
        Preemption) echo Preemption Pools/ClaimTests.cs Pools/ReclaimTests.cs Pools/BypassTests.cs 'Models/Pool*.cs' ;;
        Prediction) echo Prediction Pools/PoolTurnTests.cs Order/OrderRecordTests.cs ;;
        Order) echo Order Pools/PoolTurnTests.cs Pools/QueueTests.cs ;;
        Fairness | Scaling | Replay | WhatIf) echo "$1" ;;
        *) return 1 ;;
    esac
}

# What takes long and notices nothing that others do not.
left_out='RandomRackTests|RandomQuotaTests|OpenbReplayTests|RecordedDayTests|RecordedRunTests'

# classes_of FOLDER: a line for each class, by the names of their files.
classes_of() {
    local what file
    for what in $(cd "$ROOT/tests/Scheduling.Tests" && tests_of "$1"); do
        for file in "$ROOT/tests/Scheduling.Tests"/$what; do
            [ -e "$file" ] && find "$file" -name '*Tests.cs' -printf '%P %p\n'
        done
    done | sed "s:.* $ROOT/tests/::; s:\.cs\$::; s:/:.:g" | grep -vE "\.($left_out)\$"
}

# A core of its own with nothing but one test, which reaches next to nothing: dotnet-stryker makes all mutants, tries a handful and writes down what they
# all are. The test keeps the mutated core, for dotnet-stryker puts the real one back in the end.
make_mutants() {
    local core="$here/core" kept pid report attempt
    rm -rf "$core"
    mkdir -p "$core/build" "$core/src/Shims/Orleans.Abstractions" "$core/tests/Scheduling.Tests"
    cp "$ROOT"/{Directory.Packages.props,Directory.Build.props,Directory.Build.targets,nuget.config,global.json} "$core/"
    cp "$ROOT"/build/Feed.{props,targets} "$core/build/"
    cp -r "$ROOT"/src/Shims/Orleans.Abstractions/*.cs* "$core/src/Shims/Orleans.Abstractions/"
    (cd "$ROOT/src" && find Scheduling -name '*.cs*' -not -path '*/bin/*' -not -path '*/obj/*' -exec cp --parents {} "$core/src" \;)
    # A copy of a part: what a rule says of the whole is no error in it.
    sed -i 's:<TreatWarningsAsErrors>true:<TreatWarningsAsErrors>false:; s:<EnforceCodeStyleInBuild>true:<EnforceCodeStyleInBuild>false:; s:<RestorePackagesWithLockFile>true:<RestorePackagesWithLockFile>false:' "$core/Directory.Build.props"
    sed -i '/Analyzers/d; /AdditionalFiles/d' "$core/Directory.Build.targets"
    sed '/Include="..\/Benchmarks/d' "$ROOT/tests/Scheduling.Tests/Scheduling.Tests.csproj" >"$core/tests/Scheduling.Tests/Scheduling.Tests.csproj"
    cat >"$core/tests/Scheduling.Tests/OneTest.cs" <<'EOF'
using Scheduling.Model;

public sealed class OneTest
{
    [Xunit.Fact]
    public void A_node_is_tighter_than_a_rack()
    {
        var core = typeof(TopologyLevels).Assembly;
        if (core.GetTypes().Any(t => t.Name == "MutantControl"))
            File.Copy(core.Location, Path.Combine(AppContext.BaseDirectory, "mutated.dll"), overwrite: true);
        Xunit.Assert.True(TopologyLevel.Node.IsTighterThan(TopologyLevel.Rack));
    }
}
EOF
    cp "$ROOT/build/stryker.json" "$core/tests/Scheduling.Tests/stryker-config.json"
    kept="$core/tests/Scheduling.Tests/bin/Release/net10.0/mutated.dll"
    # On a loaded machine its look at the project may take too long for it: then it gives up at once, and is asked again.
    for attempt in 1 2 3 4; do
        (cd "$core/tests/Scheduling.Tests" && exec "$tool" --mutate '**/Scheduling/**/*.cs' --concurrency 1 --output "$core/report") >"$core/stryker.log" 2>&1 &
        pid=$!
        while kill -0 "$pid" 2>/dev/null && ! grep -qs 'coverage capture failed' "$core/stryker.log"; do sleep 1; done
        # Without coverage it would try each of them, for hours.
        if kill "$pid" 2>/dev/null; then fail "dotnet-stryker does not see what the one test reaches; see artifacts/mutate/core/stryker.log"; fi
        [ -e "$kept" ] && break
        [ "$attempt" -lt 4 ] || fail "dotnet-stryker made no mutants; see artifacts/mutate/core/stryker.log"
    done
    cp "$kept" "$here/mutated.dll"
    report="$(find "$core/report" -name mutation-report.json | head -n 1)"
    [ -n "$report" ] || fail "dotnet-stryker wrote no report; see artifacts/mutate/core/stryker.log"
    cp "$report" "$here/mutants.json"
}

# The tests as they are, the mutated core in place of the real one, and what runs them.
make_run() {
    local runner="$here/runner"
    rm -rf "$runner" "$here/run"
    mkdir -p "$runner"
    cp "$ROOT/build/MutantRunner.cs.txt" "$runner/MutantRunner.cs"
    echo '<Project />' | tee "$runner/Directory.Build.props" "$runner/Directory.Build.targets" >"$runner/Directory.Packages.props"
    cat >"$runner/MutantRunner.csproj" <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <LangVersion>14</LangVersion>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <UseAppHost>false</UseAppHost>
  </PropertyGroup>
</Project>
EOF
    dotnet build "$runner/MutantRunner.csproj" -c Release -v quiet --tl:off -clp:NoSummary >"$here/build.log" 2>&1 || fail "the runner does not build; see artifacts/mutate/build.log"
    dotnet build "$ROOT/tests/Scheduling.Tests/Scheduling.Tests.csproj" -c Release -v quiet --tl:off -clp:NoSummary >"$here/build.log" 2>&1 \
        || fail "the tests do not build; see artifacts/mutate/build.log"
    # With their times: a run that goes on must see whether these are other tests.
    cp -rp "$(output_of tests/Scheduling.Tests)" "$here/run"
    cp "$runner/bin/Release/net10.0/MutantRunner.dll" "$here/mutated.dll" "$here/run/"
    mv "$here/run/mutated.dll" "$here/run/Orleans.Scheduler.Scheduling.dll"
}

folders=()
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage && exit 0 ;;
        -*) fail "unknown option '$argument' (see --help)" ;;
        *) tests_of "${argument%%/*}" >/dev/null || fail "it is not known which tests mirror '$argument': ${all[*]}" ;;
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

export MODEL_SCALE="${MODEL_SCALE:-0.1}" SCHEDULING_PLACEMENT_OPS="${SCHEDULING_PLACEMENT_OPS:-0.1}"
mkdir -p "$here"
[ -n "${MUTATION_KEEP:-}${MUTATION_AGAIN:-}${MUTATION_RESUME:-}" ] && [ -e "$here/mutants.json" ] || make_mutants
make_run
failed=0
printf '%-14s %7s %7s %8s %9s %10s %11s %8s\n' folder score killed timeouts survived uncovered equivalent seconds
for argument in "${folders[@]}"; do
    started=$SECONDS
    folder="${argument%%/*}"
    work="$here/${argument//[^A-Za-z0-9.]/_}"
    [ -n "${MUTATION_AGAIN:-}${MUTATION_RESUME:-}" ] || rm -rf "$work"
    mkdir -p "$work"
    classes_of "$folder" >"$work/tests.txt"
    pattern="$argument"
    [ "$pattern" != "$folder" ] || pattern="$folder/*"
    score="$(python3 "$ROOT/build/mutants.py" "$work" "$here/mutants.json" "$ROOT/build/equivalent-mutants.txt" "$pattern")" || { failed=1; continue; }
    read -r percent killed timeouts survived uncovered equivalent <<<"$score"
    printf '%-14s %6s%% %7s %8s %9s %10s %11s %8s\n' "$argument" "$percent" "$killed" "$timeouts" "$survived" "$uncovered" "$equivalent" "$((SECONDS - started))"
    if python3 -c "import sys; sys.exit(0 if $percent < $least else 1)"; then failed=1; fi
done
[ "$failed" -eq 0 ] || fail "a folder has no score, or one below $least %"
