#!/bin/sh
# Network and disk, dilated and undilated, held against each other: see --help and README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example=microbenchmarks runs='baseline dilated'
numbers='factor copies seconds'
factor=10 copies=5 seconds=20

usage() {
  cat <<TEXT
usage: compare.sh [options]

Runs iperf3, ping and fio in guests twice on this machine, and compares:

  baseline  one copy, undilated
  dilated   COPIES copies at once at T

Exit codes: 0 they are the same, 1 they are not, 2 refused, 3 unknown. Takes about 15 minutes.

  --factor T       time dilation factor (default: $factor)
  --copies N       copies in the dilated run (default: $copies); the baseline's one is loaded N times as long
  --seconds S      guest time of the load on each (default: $seconds)
TEXT
  common_options
}

. "$here/../runs.sh"
options "$@"

image localhost/micro:1 node iperf3 fio iputils-ping
start

micro() { # NAME COPIES SECONDS
  sed "s/^    replicas: .*/    replicas: $2/" | run "$1" --load-timeout 3600 \
    --load "stream: micro-load $3" --load "echo: micro-load $3" --load "disk: micro-load $3"
}
variant 1 1 <"$here/model.yaml" | micro baseline 1 $((seconds * copies))
variant "$factor" 1 <"$here/model.yaml" | micro dilated "$copies" "$seconds"
[ -z "$only" ] || exit 0
# What the tools saw; whether each machine was as fast as it should be, the runs' own verdicts say.
compare baseline dilated --latency-tolerance 3 --series stream --series echo --series 'disk/**'
exit "$code"
