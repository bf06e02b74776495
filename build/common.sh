# shellcheck shell=bash
# What the scripts beside this file share. Sourced, never run.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CONFIGURATION="${CONFIGURATION:-Release}"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No build servers outlive a script: a test run must not leave processes behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# need COMMAND [APT-PACKAGE]: installs what is missing and says so in one line.
need() {
    local command="$1" package="${2:-$1}"
    command -v "$command" >/dev/null 2>&1 && return 0
    [ "$(id -u)" = 0 ] || fail "'$command' is missing: install the Debian package '$package' (this script only installs when run as root)"
    command -v apt-get >/dev/null 2>&1 || fail "'$command' is missing, and there is no apt-get to install it with"
    say "Installing '$package': '$command' is missing."
    local wait=(-o DPkg::Lock::Timeout=300) # another script may be installing
    { apt-get "${wait[@]}" install -y -qq "$package" || { apt-get update -qq && apt-get "${wait[@]}" install -y -qq "$package"; }; } </dev/null >/dev/null 2>&1 \
        || fail "'$command' is missing, and apt-get could not install '$package'"
}

# need_dotnet: an SDK that global.json accepts, on PATH or in one of the usual places.
need_dotnet() {
    local place
    if ! command -v dotnet >/dev/null 2>&1; then
        for place in "${DOTNET_ROOT:-}" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /opt/dotnet "$HOME/.dotnet"; do
            if [ -n "$place" ] && [ -x "$place/dotnet" ]; then
                export DOTNET_ROOT="$place" PATH="$place:$PATH"
                break
            fi
        done
    fi
    command -v dotnet >/dev/null 2>&1 || need dotnet dotnet-sdk-10.0
    (cd "$ROOT" && dotnet --version >/dev/null 2>&1) \
        || fail "the .NET SDK 10.0.100 or later (10.0.x) is needed; found: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' -)"
    # The SDK itself wants ICU; our programs run invariant and do not.
    if ! ldconfig -p 2>/dev/null | grep -q libicuuc; then export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1; fi
}

# The feed that this clone builds against: full or partial.
feed() {
    local choice=""
    if [ -f "$ROOT/build/Feed.local.props" ]; then
        choice="$(sed -n 's:.*<Feed[^>]*>\([a-z]*\)</Feed>.*:\1:p' "$ROOT/build/Feed.local.props" | head -n 1)"
    fi
    printf '%s' "${Feed:-${choice:-partial}}"
}

# The same for KubernetesClient, which has a switch of its own.
kubernetes_feed() {
    local choice=""
    if [ -f "$ROOT/build/Feed.local.props" ]; then
        choice="$(sed -n 's:.*<KubernetesFeed[^>]*>\([a-z]*\)</KubernetesFeed>.*:\1:p' "$ROOT/build/Feed.local.props" | head -n 1)"
    fi
    printf '%s' "${KubernetesFeed:-${choice:-partial}}"
}

# output_of PROJECT-FOLDER: where its assembly lands.
output_of() {
    local bin=bin
    case "$(feed)-$(kubernetes_feed)" in
        full-full) bin=bin/both ;;
        full-*) bin=bin/full ;;
        *-full) bin=bin/kubernetes ;;
    esac
    printf '%s' "$ROOT/$1/$bin/$CONFIGURATION/net10.0"
}

# build PROJECT-OR-SOLUTION LOG [ARGS…]: restores and builds once. Quiet unless it fails.
build() {
    local what="$1" log="$2"
    shift 2
    mkdir -p "$(dirname "$log")"
    if ! (cd "$ROOT" && dotnet build "$what" --configuration "$CONFIGURATION" --verbosity quiet --tl:off -clp:NoSummary "$@") >"$log" 2>&1; then
        { grep -E ': (error|fatal) ' "$log" || tail -n 30 "$log"; } | sed "s: \\[$ROOT/: [:" | sort -u | head -n 40 >&2
        return 1
    fi
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port
    for _ in $(seq 1 50); do
        port=$((20000 + RANDOM % 12000))
        if port_is_free "$port"; then
            printf '%s' "$port"
            return 0
        fi
    done
    fail "found no free port"
}
