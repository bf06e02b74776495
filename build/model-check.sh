#!/usr/bin/env bash
# Looks at every state of the model of the placement transaction (tests/Models), and at what breaks when one of its guards is taken away.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
    cat <<EOF
usage: build/model-check.sh [--long] [VARIANT…]

Verifies tests/Models/transaction.pml with Spin: the whole model must hold in several scopes, and every variant without one of its
guards must break. Prints a table and exits 1 on any surprise. Installs spin and gcc when they are missing.

  --long      larger scopes too: minutes, and up to 12 GB of memory
  VARIANT     only these, by the names of the table

Logs, and the trail of what broke: artifacts/model/VARIANT. To read one there: spin -k transaction.pml.trail -p -g FLAGS ../../../tests/Models/transaction.pml
EOF
}

model="$ROOT/tests/Models/transaction.pml"
out="$ROOT/artifacts/model"
long=false
only=()
for argument in "$@"; do
    case "$argument" in
        -h | --help) usage && exit 0 ;;
        --long) long=true ;;
        -*) fail "unknown option '$argument' (see --help)" ;;
        *) only+=("$argument") ;;
    esac
done

# NAME EXPECTED FLAGS…; tests/Models/README.md says what each stands for.
variants=(
    "zombie            holds  -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=0 -DLEASES=1"
    "zombie-two-gangs  holds  -DPLAYING=2 -DPLANS=2 -DTAKEOVERS=1 -DLATE=0 -DLEASES=0"
    "crash-late        holds  -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=1 -DLEASES=0 -DNO_ZOMBIE"
    "two-gangs-late    holds  -DPLAYING=2 -DPLANS=3 -DTAKEOVERS=0 -DLATE=1 -DLEASES=0"
    "no-intent         breaks -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=0 -DLEASES=0 -DNO_INTENT"
    "no-rack-fence     breaks -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=0 -DLEASES=0 -DNO_RACK_FENCE"
    "lease-unasked     breaks -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=0 -DLATE=0 -DLEASES=1 -DLEASE_WITHOUT_ASKING"
    "no-burn           breaks -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=0 -DLATE=0 -DLEASES=1 -DNO_BURN"
    "no-plan-numbers   breaks -DPLAYING=2 -DPLANS=3 -DTAKEOVERS=0 -DLATE=1 -DLEASES=0 -DNO_PLAN_NUMBERS"
    "undo-unwritten    breaks -DPLAYING=2 -DPLANS=2 -DTAKEOVERS=0 -DLATE=1 -DLEASES=0 -DUNDO_NOT_WRITTEN"
    "strays-stay       breaks -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=0 -DLEASES=0 -DSTRAYS_STAY"
)
[ "$long" = true ] && variants+=(
    "zombie-plans      holds  -DPLAYING=1 -DPLANS=3 -DTAKEOVERS=1 -DLATE=0 -DLEASES=1"
    "zombie-late       holds  -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=1 -DLATE=1 -DLEASES=0"
    "two-takeovers     holds  -DPLAYING=1 -DPLANS=2 -DTAKEOVERS=2 -DLATE=0 -DLEASES=0"
    "late-leases       holds  -DPLAYING=2 -DPLANS=3 -DTAKEOVERS=0 -DLATE=1 -DLEASES=1"
    "two-late          holds  -DPLAYING=2 -DPLANS=3 -DTAKEOVERS=0 -DLATE=2 -DLEASES=0"
    "any-order         holds  -DPLAYING=2 -DPLANS=3 -DTAKEOVERS=0 -DLATE=1 -DLEASES=0 -DANY_ORDER"
)

# verify NAME EXPECTED FLAGS…: compiles the model with these flags and looks at every state; leaves its row of the table behind.
verify() {
    local name="$1" expected="$2" started=$SECONDS code=0 found states depth verdict optimise=-O2
    shift 2
    rm -rf "${out:?}/$name" && mkdir -p "$out/$name" && cd "$out/$name"
    printf '%s\n' "$*" >flags
    [ "$expected" = breaks ] && optimise=-O0
    if ! { spin -a "$@" "$model" && gcc "$optimise" -w -DSAFETY -DNOREDUCE -DNOFAIR -DMEMLIM=12000 -o pan pan.c; } >build.log 2>&1; then
        printf '%s|-|-|did not build|%s\n' "$name" $((SECONDS - started)) >row
        return
    fi
    timeout --kill-after=5 3600 ./pan -m1000000 -w23 >pan.log 2>&1 || code=$?
    states="$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' pan.log)"
    depth="$(sed -n 's/.*depth reached \([0-9]*\).*/\1/p' pan.log)"
    found="$(sed -n 's/.*assertion violated *!(*\([a-zA-Z]*\))*.*/\1/p' pan.log | head -n 1)"
    if [ -n "$found" ]; then
        verdict="breaks: $found"
    elif [ $code -ne 0 ] || grep -qE 'Search not completed|max search depth too small|out of memory' pan.log; then
        verdict="not finished ($code)"
    elif grep -q 'errors: 0' pan.log; then
        verdict=holds
    else
        verdict="another error"
    fi
    printf '%s|%s|%s|%s|%s\n' "$name" "${states:--}" "${depth:--}" "$verdict" $((SECONDS - started)) >row
    rm -f pan pan.[a-z]
}

need spin
need gcc
mkdir -p "$out"
chosen=()
for variant in "${variants[@]}"; do
    read -r name _ <<<"$variant"
    if [ ${#only[@]} -gt 0 ]; then case " ${only[*]} " in *" $name "*) ;; *) continue ;; esac; fi
    chosen+=("$variant")
done
[ ${#chosen[@]} -gt 0 ] || fail "no variant is called '${only[*]}'"

started=$SECONDS
at_once="$(nproc)"
for variant in "${chosen[@]}"; do
    read -r -a words <<<"$variant"
    while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n || true; done
    (verify "${words[@]}") &
done
wait

surprises=0
row='%-17s %10s %6s   %-8s %-24s %4s\n'
# shellcheck disable=SC2059
printf "$row" variant states depth expected result s
for variant in "${chosen[@]}"; do
    read -r name expected _ <<<"$variant"
    IFS='|' read -r _ states depth verdict took <"$out/$name/row"
    # shellcheck disable=SC2059
    printf "$row" "$name" "$states" "$depth" "$expected" "$verdict" "$took"
    case "$verdict" in "$expected" | "$expected: "*) ;; *) surprises=$((surprises + 1)) ;; esac
done
say "${#chosen[@]} variants, $surprises surprises, $((SECONDS - started)) s"
[ "$surprises" -eq 0 ]
