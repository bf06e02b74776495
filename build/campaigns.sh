#!/usr/bin/env bash
# Real silos and gateways over PostgreSQL, and one failure after another, again and again.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<TEXT
usage: build/campaigns.sh [--campaigns N] [--seed N] [--faults A,B] [--aims] [--no-build]

Starts three silos and two gateways as processes, with TLS, each silo in a network namespace of its own, puts load on them, and has N campaigns of
two failures each, drawn from: kill -9, SIGTERM, SIGSTOP and SIGCONT, cuts from the other silos, from the database and from both, a clock that jumps, kill -9 of the
database and of a gateway. A sink in another process takes the effects. Prints what each came to; 1 when a job was lost or doubled, or a stale effect accepted.

  --campaigns N   how many (20: about 45 minutes)
  --seed N        which failures are drawn (1)
  --faults A,B    these failures in every campaign (tests/Cluster.Tests/Campaigns/Fault.cs)
  --aims          also fail when the next placement comes later than 10 s after a killed silo or 30 s after anything else
  --no-build      run what was built before

Needs Microsoft Orleans' packages (build/detect-feed.sh), Debian's postgresql, and for the cuts root and iproute2.
TEXT
}

campaigns=20
seed=1
aims=0
faults=""
build=true
while [ $# -gt 0 ]; do
    case "$1" in
        --campaigns) campaigns="${2:-}"; shift ;;
        --seed) seed="${2:-}"; shift ;;
        --faults) faults="${2:-}"; shift ;;
        --aims) aims=1 ;;
        --no-build) build=false ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown option '$1' (see --help)" ;;
    esac
    shift
done
for number in "$campaigns" "$seed"; do [[ "$number" =~ ^[0-9]+$ ]] || fail "'$number' is not a number (see --help)"; done

need_dotnet
need psql postgresql
need cc gcc
export Feed=full KubernetesFeed=partial
if [ "$build" = true ]; then
    build "$ROOT/tests/Cluster.Tests/Cluster.Tests.csproj" "$ROOT/artifacts/campaigns/build.log" || fail "the build failed; see artifacts/campaigns/build.log. build/detect-feed.sh says whether the feed has Orleans"
fi
CAMPAIGN_FAULTS="$faults" CAMPAIGNS="$campaigns" CAMPAIGN_SEED="$seed" CAMPAIGN_AIMS="$aims" exec dotnet "$(output_of tests/Cluster.Tests)/Cluster.Tests.dll" \
    -noLogo -noColor -diagnostics -explicit on -class Cluster.Tests.Campaigns.CampaignTests
