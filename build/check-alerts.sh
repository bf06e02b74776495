#!/usr/bin/env bash
# Checks the alert rules of deploy/observability: their form, and with made-up series that each fires when it should and only then.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case "${1:-}" in
    -h | --help) say "usage: build/check-alerts.sh   (installs promtool, Debian package 'prometheus', when it is missing)" && exit 0 ;;
    "") ;;
    *) fail "unknown option '$1' (see --help)" ;;
esac

need promtool prometheus
cd "$ROOT/deploy/observability/prometheus"
promtool check rules alerts.yaml
promtool test rules alerts.test.yaml
