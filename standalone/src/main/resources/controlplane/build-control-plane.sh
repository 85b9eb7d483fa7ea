#!/bin/bash
# build-control-plane.sh OUT WORK
#
# Builds kube-apiserver, kube-controller-manager and kubectl 1.20.2 from Debian bookworm's source package
# (the newest Debian source with a complete upstream tree) with Debian's Go 1.19, and takes etcd from its .deb,
# into OUT. Only apt is used; the machine's own apt configuration stays as it is. About 10 minutes on
# 2 cores and 3 GB under WORK, which may be left there: a second run goes on where the first was stopped.
#
# Lines that begin with "## " are progress for people; everything else is log.
# Exit codes: 3 tools are missing and cannot be installed without root; 4 no Debian mirror is known; 5 too little disk.
# DEBIAN_MIRROR overrides the mirror found in the machine's apt configuration.
set -euo pipefail
OUT=$1 WORK=$2
SUITE=bookworm
GIT_VERSION=v1.20.2
PROGRAMS='kube-apiserver kube-controller-manager kubectl'
NEEDED_MEBIBYTES=3072

say() { echo "## $*"; }

mkdir -p "$OUT" "$WORK"/{apt/lists/partial,apt/cache/archives/partial,packages,go,gocache,tmp}
OUT=$(realpath "$OUT") WORK=$(realpath "$WORK")
# Go's linker puts hundreds of megabytes here; /tmp may be a small tmpfs.
export TMPDIR="$WORK/tmp"

free=$(($(stat --file-system --format '%a * %S' "$WORK") / 1048576))
used=$(du --summarize --block-size=1M "$WORK" | cut -f 1)
if [ $((free + used)) -lt $NEEDED_MEBIBYTES ]; then
  say "too little disk: the build needs $NEEDED_MEBIBYTES MiB under $WORK, free are $free MiB"
  exit 5
fi

# Tool and the Debian package that has it.
missing=()
for tool in dpkg-source:dpkg-dev make:make rsync:rsync xz:xz-utils patch:patch; do
  command -v "${tool%%:*}" > /dev/null || missing+=("${tool#*:}")
done
if [ ${#missing[@]} != 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    say "the build needs tools that are not installed; run: sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 3
  fi
  say "installing ${missing[*]}"
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi

mirror=${DEBIAN_MIRROR:-}
if [ -z "$mirror" ]; then
  targets=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' || true)
  mirror=$(awk -v suite="$SUITE" '$2 == suite {print $1; exit}' <<< "$targets")
  [ -n "$mirror" ] || mirror=$(awk '$2 !~ /-(security|updates|backports)/ {print $1; exit}' <<< "$targets")
fi
if [ -z "$mirror" ]; then
  say "apt has no Debian mirror configured; set DEBIAN_MIRROR to the address of one"
  exit 4
fi

for type in deb deb-src; do
  echo "$type [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main"
done > "$WORK/apt/sources.list"
apt=(apt-get -q -o Dir::Etc::sourcelist="$WORK/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State::lists="$WORK/apt/lists" -o Dir::Cache="$WORK/apt/cache" -o APT::Sandbox::User=root)

say "[1/6] fetching the source package and Go 1.19 from Debian $SUITE"
"${apt[@]}" update
cd "$WORK/packages"
"${apt[@]}" source --download-only kubernetes
"${apt[@]}" download golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev etcd-server

say "[2/6] unpacking"
cd "$WORK"
for package in packages/{golang-1.19-,golang-github-modern-go-reflect2-dev_,etcd-server_}*.deb; do dpkg -x "$package" go; done
# dpkg-source checks hashes only against a signature it cannot verify here; apt has verified the files already.
if [ ! -e k8s/.unpacked ]; then
  rm -rf k8s
  dpkg-source -x --no-check packages/kubernetes_1.20.*.dsc k8s
  # The vendored reflect2 1.0.1 panics under Go >= 1.18 at every typed create; Debian has 1.0.2.
  reflect=k8s/vendor/github.com/modern-go/reflect2
  rm -f $reflect/*.go $reflect/*.s
  cp go/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} $reflect/
  mkdir -p k8s/.go/src/k8s.io
  ln -sfn ../../.. k8s/.go/src/k8s.io/kubernetes
  touch k8s/.unpacked
fi

export GOROOT="$WORK/go/usr/lib/go-1.19" GOPATH="$WORK/k8s/.go" GOCACHE="$WORK/gocache" CGO_ENABLED=0 GOFLAGS=
export PATH="$GOROOT/bin:$PATH"

say "[3/6] generating the OpenAPI definitions"
cd "$WORK/k8s"
# Kubernetes 1.20 does not keep this one generated file in its tree.
[ -e .openapi-generated ] || { make gen_openapi && touch .openapi-generated; }

cd .go/src/k8s.io/kubernetes
ldflags='-s -w'
for package in k8s.io/kubernetes/vendor/k8s.io/component-base/version k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version; do
  ldflags+=" -X $package.gitVersion=$GIT_VERSION -X $package.gitMajor=1 -X $package.gitMinor=20"
  ldflags+=" -X $package.gitTreeState=archive -X $package.buildDate=2021-01-13T13:20:47Z"
done
step=4
for program in $PROGRAMS; do
  say "[$step/6] building $program"
  GO111MODULE=off go build -trimpath -ldflags "$ldflags" -o "$OUT/$program" "k8s.io/kubernetes/cmd/$program"
  step=$((step + 1))
done
install -m755 "$WORK/go/usr/bin/etcd" "$OUT/etcd"
"$OUT/kube-apiserver" --version
"$OUT/etcd" --version | head -n 1
say "control plane built in $SECONDS s"
