#!/bin/sh
# Runs the tests again and again, every second time beside a process that burns a core. A test that fails now and then
# depends on time, and so does one that fails only beside the burner.
# usage: repeat.sh [COUNT [FILTER]]
set -u
count=${1:-20}
filter=${2:-.}
log=$(mktemp)
burner=
tidy() {
  if [ -n "$burner" ]; then kill "$burner"; fi
  rm -f "$log"
}
trap tidy EXIT
trap 'exit 130' INT TERM

swift build -c release --build-tests || exit 2
failures=0
for run in $(seq "$count"); do
  beside=
  if [ $((run % 2)) = 0 ]; then
    # The time limit ends it where this script is killed.
    timeout 3600 sh -c 'while :; do :; done' &
    burner=$!
    beside=" beside a burner"
  fi
  start=$(date +%s)
  result=passed
  if ! swift test -c release --disable-testable-imports --skip-build --filter "$filter" >"$log" 2>&1; then
    result=FAILED
    failures=$((failures + 1))
  fi
  echo "run $run of $count$beside: $result after $(($(date +%s) - start)) s"
  if [ $result = FAILED ]; then grep -a '✘\|error:' "$log" || tail -n 20 "$log"; fi
  if [ -n "$burner" ]; then
    kill "$burner"
    wait "$burner" 2>/dev/null
    burner=
  fi
done
echo "$failures of $count runs failed"
[ $failures = 0 ]
