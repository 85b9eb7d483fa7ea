# For the scripts of the examples, which source it: options, images, variants of a model, runs and comparisons.
#
# A script sets, beforehand: $here (its directory), $example (its name), $runs (names of its runs), $numbers (its options that take whole
# numbers, with defaults in variables of the same names), and a function usage.

diecast=${DIECAST:-$here/../../diecast}
results=$PWD/$example-results instance=$example only='' build=''

common_options() { # the part of the usage that all of them share
  cat <<TEXT
  --results DIR    where results go (default: ./$example-results)
  --instance NAME  instance of diecast to use (default: $example)
  --only RUN       one run alone, without comparing: $runs
  --build          builds the images, and nothing else
  --help           this text

A run that has results already is not repeated. DIECAST names the launcher, where it is not ../../diecast of the script.
TEXT
}

refuse() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

options() { # ARGUMENT...: sets the variables that they name
  while [ $# -gt 0 ]; do
    case "$1" in
      --help) usage; exit 0 ;;
      --build) build=yes; shift; continue ;;
      --*) name=${1#--} ;;
      *) name=none ;;
    esac
    case " $numbers results instance only " in *" $name "*) ;; *) refuse "$1: there is no such option; --help lists them" ;; esac
    [ $# -ge 2 ] || refuse "$1: needs a value"
    case " $numbers " in
      *" $name "*) case "$2" in '' | 0* | *[!0-9]*) refuse "$1: must be a whole number above 0, not \"$2\"" ;; esac ;;
    esac
    if [ "$name" = only ]; then
      case " $runs " in *" $2 "*) ;; *) refuse "--only: one of $runs, not \"$2\"" ;; esac
    fi
    eval "$name=\$2"
    shift 2
  done
  [ -x "$diecast" ] || refuse "there is no launcher $diecast: set DIECAST to it"
}

image() { # REFERENCE OVERLAY PACKAGE...: builds it, where it is missing or --build asks
  reference=$1 overlay=$2
  shift 2
  if [ -z "$build" ] && "$diecast" image list | grep -qxF "$reference"; then return; fi
  echo "== image $reference"
  packages=''
  for package; do packages="$packages --package $package"; done
  # Unquoted: a list of words.
  "$diecast" image build "$reference" $packages --overlay "$here/$overlay"
}

start() { # after the images: makes the directory of results, and ends where they were all that was wanted
  [ -z "$build" ] || exit 0
  mkdir -p "$results" || refuse "--results: $results cannot be made"
  results=$(cd "$results" && pwd)
  # An interrupted run takes its guests down itself; this is for one that could not.
  trap 'trap - INT TERM; "$diecast" down --instance "$instance"; exit 130' INT TERM
}

variant() { # T DIVISOR: the model on standard input with this T, and all speeds divided
  awk -v factor="$1" -v divisor="$2" '
    /^    factor:/ { sub(/"[^"]*"/, "\"" factor "\"") }
    /^      relativeSpeed:/ { split($2, part, "/"); sub(/[0-9]+\/[0-9]+$/, part[1] "/" part[2] * divisor) }
    { print }'
}

run() { # NAME OPTION...: runs the model on standard input with these options of diecast run, unless there are results
  name=$1 directory=$results/$1
  shift
  # One that is repeated has its repetitions below it: baseline/1.
  [ -z "$only" ] || [ "$only" = "${name%%/*}" ] || return 0
  if [ -e "$directory/run.json" ]; then
    echo "== run $name: there are results in $directory already"
    return
  fi
  echo "== run $name; its progress is in $results/$name.log"
  mkdir -p "$directory"
  cat >"$directory/.model.yaml"
  code=0
  "$diecast" run "$directory/.model.yaml" --instance "$instance" --results "$directory" --report "$results/$name.html" "$@" \
    2>"$results/$name.log" || code=$?
  # A verdict other than PASS is for the comparison to weigh.
  if [ ! -e "$directory/run.json" ]; then
    tail -n 5 "$results/$name.log" >&2
    echo "$(basename "$0"): the run $name broke (exit code $code)" >&2
    exit 1
  fi
}

compare() { # A B OPTION...: holds run B against run A; what came out is in $code, as diecast compare exits
  a=$1 b=$2
  shift 2
  echo
  echo "== $b against $a; the curves are in $results/$b-against-$a.html"
  code=0
  "$diecast" compare "$results/$a" "$results/$b" --html "$results/$b-against-$a.html" "$@" || code=$?
}
