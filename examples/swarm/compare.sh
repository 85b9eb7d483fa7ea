#!/bin/sh
# A BitTorrent swarm at two time dilation factors, held against each other: see --help and README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
example=swarm runs='lesser greater'
numbers='lesser greater peers seconds rounds'
lesser=5 greater=10 peers=20 seconds=40 rounds=3

usage() {
  cat <<TEXT
usage: compare.sh [options]

Runs a swarm of BitTorrent peers twice on this machine, and compares when each of them had the whole file:

  lesser   at a time dilation that the host can just bear
  greater  at twice that

Both must have PASS for a verdict, and the curves must be the same. Exit codes: 0 so it is, 1 it is not, 2 refused, 3 unknown.
Takes about 45 minutes.

  --lesser T       time dilation factor of the first run (default: $lesser)
  --greater T      of the second (default: $greater)
  --peers N        peers (default: $peers)
  --seconds S      guest time of a round (default: $seconds)
  --rounds N       rounds, each with a file of its own, at most 6 (default: $rounds)
TEXT
  common_options
}

. "$here/../runs.sh"
options "$@"
[ "$rounds" -le 6 ] || refuse "--rounds: at most 6, the seed has no more files, not $rounds"
[ "$peers" -gt 1 ] || refuse "--peers: a swarm has 2 or more, not $peers"

image localhost/swarm:1 node aria2 opentracker mktorrent
start

swarm() { # NAME T
  variant "$2" 1 <"$here/model.yaml" | awk -v peers="$peers" '/^    replicas: 20$/ { sub(/20/, peers) } { print }' |
    run "$1" --boot-timeout 120 --load-timeout 3600 \
      --prepare "peer: until wget -q -O /dev/null http://seed-0/file-$((rounds - 1)).torrent; do sleep 0.5; done" \
      --load "peer: swarm-load $seconds $rounds"
}
swarm lesser "$lesser"
swarm greater "$greater"
[ -z "$only" ] || exit 0

# Which peer gets which piece from whom is chance, so that two runs at one T differ as well: of three rounds of twenty peers each, in one pair
# of twenty by a distance of 0.25 (Kolmogorov and Smirnov's, 5 %), were all 60 independent. Those of one round are not: its end is the end of all,
# within a tenth, and the whole of it is a few per cent sooner or later by chance. So curves are held to be the same where a stretch of 5 % makes
# them so.
compare lesser greater --series completion --series load/peer --distance-limit 0.25 --latency-tolerance 5
exit "$code"
