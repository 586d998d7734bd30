#!/usr/bin/env bash
# The release binary on CPUs without AVX and without AVX-512 (emulated by qemu-user), and the whole verification under each
# instruction set of this machine.
set -euo pipefail
tool=${1:-.build/release/cbambench}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "portable: $*" >&2
  exit 1
}

# emulated CPU: prints what the emulator cannot do only if the command fails
emulated() {
  local cpu=$1
  shift
  qemu-x86_64 -cpu "$cpu" "$tool" "$@" 2> "$folder/errors" || {
    cat "$folder/errors" >&2
    fail "'$*' fails on $cpu"
  }
}

check_cpu() {
  local cpu=$1 best=$2
  emulated "$cpu" verify smoke > "$folder/verify"
  grep -q " $best " "$folder/verify" || fail "verify on $cpu did not use $best"
  emulated "$cpu" run smoke --rounds 5 --format csv > "$folder/run.csv"
  local rows ok
  rows=$(($(wc -l < "$folder/run.csv") - 1))
  ok=$(grep -c ",hot,ok," "$folder/run.csv")
  [ "$rows" -ge 21 ] && [ "$rows" = "$ok" ] || fail "$ok of $rows rows of smoke are ok on $cpu"
  grep -q ",tiled/direct,$best,1,\|,tiled/rows,$best,1,\|,tiled/pointwise,$best,1," "$folder/run.csv" \
    || fail "smoke on $cpu did not run $best"
  emulated "$cpu" run relu@1x4x8x8 --isa avx512 --rounds 5 --format csv > "$folder/skipped.csv"
  grep -q ",skipped,this machine cannot execute avx512," "$folder/skipped.csv" \
    || fail "avx512 is no skipped row on $cpu"
  echo "portable: $cpu: $best, $rows rows ok, avx512 skipped"
}

if [ "$(uname -m)" = x86_64 ]; then
  check_cpu Nehalem baseline
  check_cpu Haswell avx2
fi
for isa in baseline avx2 avx512; do
  if "$tool" run relu@1x1x1x1 --isa $isa --kernels tiled --rounds 1 --format csv 2> /dev/null | grep -q ",ok,"; then
    "$tool" verify --isa $isa > "$folder/verify" || fail "verify --isa $isa"
    echo "portable: this machine: $isa verified"
  else
    echo "portable: this machine cannot execute $isa"
  fi
done
