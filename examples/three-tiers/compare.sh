#!/bin/sh
# Three tiers, dilated and undilated, held against each other: see --help and README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example=three-tiers runs='baseline dilated control'
numbers='factor copies seconds users'
factor=5 copies=4 seconds=90 users=5

usage() {
  cat <<TEXT
usage: compare.sh [options]

Runs a shop of three tiers (nginx, PHP, MariaDB) and its users on this machine, and compares:

  baseline  one copy, undilated, each tier with its full share of the host; COPIES times, each anew
  dilated   COPIES copies at once at T, each with 1/T of that share
  control   COPIES copies at once, each with 1/T of that share, undilated

The dilated run must be the same as the baseline, and the control must not. Exit codes: 0 so it is, 1 it is not, 2 refused, 3 unknown.
Takes about 35 minutes at T = 5.

  --factor T       time dilation factor (default: $factor)
  --copies N       copies of the shop (default: $copies)
  --seconds S      guest time of the load on each copy (default: $seconds)
  --users N        users of each copy (default: $users)
TEXT
  common_options
}

. "$here/../runs.sh"
options "$@"

image localhost/shop-web:1 web nginx-light
image localhost/shop-app:1 app php8.2-fpm php8.2-mysql
image localhost/shop-db:1 db mariadb-server-core
image localhost/shop-client:1 client wrk
start

shop() { # NAME COPIES PATIENCE [DRAW]: a run of the model on standard input
  sed "s/^    replicas: .*/    replicas: $2/" |
    run "$1" --boot-timeout "$3" --load-timeout 3600 --compensation-rounds 10 --prepare "client: shop-load 5 $users" \
      --load "client: shop-load $seconds $users ${4:-}"
}
# Each boot has its own luck, and so has each of the copies that are dilated: as many of both, with the same users.
for copy in $(seq 0 $((copies - 1))); do
  variant 1 1 <"$here/model.yaml" | shop "baseline/$copy" 1 60 "$copy"
done
variant "$factor" 1 <"$here/model.yaml" | shop dilated "$copies" 60
variant 1 "$factor" <"$here/model.yaml" | shop control "$copies" $((60 * factor))
[ -z "$only" ] || exit 0

# What users and tiers saw; whether each machine was as fast as it should be, the runs' own verdicts say.
# The client is no tier: it is as large as it must be not to be in the way.
tiers='--series shop --series load/web --series load/app --series load/db'
# Unquoted: a list of words.
compare baseline dilated $tiers
dilated=$code
compare baseline control $tiers
echo
if [ "$dilated" -eq 0 ] && [ "$code" -eq 1 ]; then
  echo "At T = $factor, $copies copies on one host are as one that has the host to itself; without dilation they are not."
  exit 0
fi
echo "Not shown: the comparison of dilated ended with $dilated (0 is the same), that of control with $code (1 is different)."
[ "$dilated" -eq 0 ] || exit "$dilated"
exit 1
