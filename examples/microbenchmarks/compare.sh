#!/bin/sh
# A link, a path and a disk, dilated and undilated, held against each other: see --help and README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example=microbenchmarks runs='undilated dilated'
numbers='factor seconds'
factor=10 seconds=20

usage() {
  cat <<TEXT
usage: compare.sh [options]

Measures a link with iperf3, a path with ping and a disk with fio twice on this machine, and compares:

  undilated  at T = 1
  dilated    at T, where the host gives them a Tth of that

Both must have PASS for a verdict, and what guests see must be the same. Exit codes: 0 so it is, 1 it is not, 2 refused, 3 unknown.
Takes about 14 minutes at T = 10.

  --factor T       time dilation factor (default: $factor)
  --seconds S      guest time of each measurement, at least 10 (default: $seconds)
TEXT
  common_options
}

. "$here/../runs.sh"
options "$@"
[ "$seconds" -ge 10 ] || refuse "--seconds: the first few do not count, so at least 10, not $seconds"

image localhost/microbenchmarks:1 node iperf3 iputils-ping fio
start

measure() { # NAME T
  variant "$2" 1 <"$here/model.yaml" |
    run "$1" --load-timeout 3600 \
      --prepare "link: until ping -c 1 -W 1 server-0 >/dev/null; do sleep 0.5; done" \
      --load "link: iperf3 -J -O 3 -t $seconds -c server-0" \
      --load "path: ping-load disk-0 $seconds" \
      --load "disk: disk-load data $seconds"
}
measure undilated 1
measure dilated "$factor"
[ -z "$only" ] || exit 0

# Round trips, and reads that a limit meters out, are all nearly the same: what differs by less than a twentieth is not told apart.
compare undilated dilated --series throughput:link --series round-trip --series 'disk/**' --latency-tolerance 5
exit "$code"
