#!/usr/bin/env bash
# Makes an authority and certificates of it, for a trial of Silo:Tls on one machine: build/cluster.sh --tls, and the tests.
set -euo pipefail
# shellcheck source=build/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [ $# -lt 2 ] || [ "$1" = --help ]; then
    say "usage: build/cluster-certificates.sh FOLDER NAME…    writes authority.crt, and NAME.crt and NAME.key for NAME.scheduler, valid for 30 days"
    exit $([ "${1:-}" = --help ] && echo 0 || echo 64)
fi
need openssl
folder="$1"
shift
mkdir -p "$folder"
[ -f "$folder/authority.key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=scheduler trial authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" -keyout "$folder/authority.key" -out "$folder/authority.crt" 2>/dev/null
for name in "$@"; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$folder/$name.key" -out "$folder/$name.csr" 2>/dev/null
    openssl x509 -req -in "$folder/$name.csr" -CA "$folder/authority.crt" -CAkey "$folder/authority.key" -CAcreateserial -days 30 -out "$folder/$name.crt" \
        -extfile <(printf 'subjectAltName=DNS:%s.scheduler\nextendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n' "$name") 2>/dev/null
    rm -f "$folder/$name.csr"
done
say "$folder: authority.crt and the certificates of $*"
