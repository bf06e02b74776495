#!/usr/bin/env bash
# Gets a real Kubernetes API server and etcd for the tests: built once on a machine, kept in the user's cache.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/kube.sh [--where | --rebuild]

Sees to it that there are a kube-apiserver and an etcd, and prints the folder that holds them. No root is needed and nothing is installed:
Debian's packages of etcd and Go and its source package of Kubernetes ($KUBERNETES) are fetched through apt, which verifies their
signatures, into a folder of this user; the API server is built there. It takes some minutes of CPU, once; several calls at once wait for each other.

  --where     only print the folder; exits 1, with the reason, when there is nothing in it yet
  --rebuild   build again, whatever is there

Folder: \${KUBE_CACHE:-\${XDG_CACHE_HOME:-~/.cache}/orleans-scheduler}. Log of the build: build.log in it.
EOF
}

KUBERNETES=1.20.2
RECIPE=2 # goes up when this script begins to make something else of the same source
GO=1.19
SUITE=bookworm
REFLECT=github.com/modern-go/reflect2

cache="${KUBE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/orleans-scheduler}"
home="$cache/kubernetes-$KUBERNETES-$RECIPE"
work="$cache/building"
log="$cache/build.log"

is_there() { [ -x "$home/kube-apiserver" ] && [ -x "$home/etcd" ]; }

# mirror LISTS: the Debian mirror of this machine's apt, as far as those lists know one.
mirror() {
    apt-get -o Dir::State::lists="$1" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null \
        | awk -v suite="$SUITE" '$2 == suite && $3 == "main" { print $1; exit }'
}

# apt ARGUMENTS…: apt-get with lists, sources and archives of its own.
apt_get() {
    apt-get -q -o Dir::Etc::sourcelist="$work/apt/debian.sources" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/apt/lists" \
        -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root "$@"
}

fetch() {
    local uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    uri="$(mirror /var/lib/apt/lists)"
    if [ -z "$uri" ]; then
        # apt names only what it has lists of, and a machine on which nobody has asked for any has none. These are this user's own.
        mkdir -p "$work/apt/machine/partial"
        apt-get -q -o Dir::State::lists="$work/apt/machine" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root update
        uri="$(mirror "$work/apt/machine")"
    fi
    [ -n "$uri" ] || { say "apt knows no Debian '$SUITE' here (apt-get indextargets)" && return 1; }
    [ -r "$keyring" ] || { say "$keyring is missing: install debian-archive-keyring" && return 1; }
    mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
    printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$uri" "$SUITE" "$keyring" >"$work/apt/debian.sources"
    cd "$work"
    apt_get update
    apt_get download etcd-server "golang-$GO-go" "golang-$GO-src" golang-github-modern-go-reflect2-dev
    apt_get source --download-only kubernetes
    for package in ./*.deb; do dpkg -x "$package" root; done
    dpkg-source -x kubernetes_*.dsc kubernetes
    grep -q "really$KUBERNETES-\|^Version: $KUBERNETES-" kubernetes_*.dsc || { say "the source package is not $KUBERNETES any more: $(grep ^Version: kubernetes_*.dsc)" && return 1; }
}

# Debian builds it as upstream did then: in a GOPATH, from its vendor folder, and with the API's description made first.
compile() {
    local go="$work/root/usr/lib/go-$GO/bin/go" version=k8s.io/kubernetes/vendor/k8s.io/component-base/version folders
    export GOROOT="$work/root/usr/lib/go-$GO" GOPATH="$work/go" GOCACHE="$work/gocache" GO111MODULE=off GOFLAGS="" CGO_ENABLED=0
    export PATH="$GOROOT/bin:$PATH"
    # The one that it brings knows Go's maps as they were before 1.18: custom resources would crash the server. Debian's is newer.
    rm -rf "$work/kubernetes/vendor/$REFLECT"
    cp -r "$work/root/usr/share/gocode/src/$REFLECT" "$work/kubernetes/vendor/$REFLECT"
    mkdir -p "$GOPATH/src/k8s.io"
    ln -sfn "$work/kubernetes" "$GOPATH/src/k8s.io/kubernetes"
    cd "$GOPATH/src/k8s.io/kubernetes"
    "$go" build -o "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
    folders="$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd staging/src/k8s.io | grep -v -e /code-generator/ -e /sample-apiserver/ -e zz_generated -e testdata \
        | xargs -n 1 dirname | sed 's:^staging/src/:vendor/:; s:^:k8s.io/kubernetes/:' | LC_ALL=C sort -u | paste -sd,)"
    "$work/openapi-gen" --logtostderr -i "$folders" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
        -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations"
    cmp "$work/violations" api/api-rules/violation_exceptions.list
    "$go" build -ldflags "-s -w -X $version.gitVersion=v$KUBERNETES -X $version.gitMajor=1 -X $version.gitMinor=20 -X $version.gitTreeState=clean" \
        -o "$work/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver
}

make_it() {
    rm -rf "$work" && mkdir -p "$work"
    fetch
    compile
    "$work/kube-apiserver" --version
    rm -rf "$home.new" && mkdir -p "$home.new"
    mv "$work/kube-apiserver" "$work/root/usr/bin/etcd" "$home.new/"
    grep '^Version:' "$work"/kubernetes_*.dsc >"$home.new/VERSION"
    rm -rf "$home" && mv "$home.new" "$home"
    rm -rf "$work"
}

rebuild=false
case "${1:-}" in
    --make) make_it; exit 0 ;; # by the script itself, below
    "") ;;
    -h | --help) usage && exit 0 ;;
    --rebuild) rebuild=true ;;
    --where)
        is_there || fail "there is no kube-apiserver in $home: run build/kube.sh"
        say "$home"
        exit 0
        ;;
    *) fail "unknown argument '$1' (see --help)" ;;
esac

if [ "$rebuild" = false ] && is_there; then
    say "$home"
    exit 0
fi

need dpkg-source dpkg-dev
need xz xz-utils
need flock util-linux
mkdir -p "$cache"
exec 9>"$cache/lock"
flock --nonblock 9 || { say "Waiting for another build of kube-apiserver in $cache." >&2 && flock 9; }
if [ "$rebuild" = true ] || ! is_there; then
    started=$SECONDS
    say "Building kube-apiserver $KUBERNETES from Debian's source package, once; log: $log" >&2
    # A process of its own: inside a condition a shell goes on after failures.
    if ! nice -n 5 bash "$ROOT/build/kube.sh" --make >"$log" 2>&1 9>&-; then
        tail -n 15 "$log" >&2
        fail "could not build kube-apiserver; the whole log is $log"
    fi
    say "Built in $((SECONDS - started)) s." >&2
fi
say "$home"
