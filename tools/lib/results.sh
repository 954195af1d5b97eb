# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# results - runs the parts of a check one after the other and counts.
#
# A part is a function part_NAME. It adds what it counted with results_add and
# prints only what somebody must read; that is shown if something failed or was
# skipped. A part that ends badly, or counted nothing at all, has failed once.

results_lib=${BASH_SOURCE[0]%/*}
results_folder=build/check # where outputs are kept
total_passed=0
total_failed=0
total_skipped=0

# results_add PASSED FAILED SKIPPED: to the part that is running.
results_add() {
    part_passed=$((part_passed + $1))
    part_failed=$((part_failed + $2))
    part_skipped=$((part_skipped + $3))
}

# results_total PASSED FAILED SKIPPED: to the last line.
results_total() {
    total_passed=$((total_passed + $1))
    total_failed=$((total_failed + $2))
    total_skipped=$((total_skipped + $3))
}

# results_count ARGUMENT...: adds what results.py counts.
results_count() {
    local counts

    counts=$(/usr/bin/python3 "$results_lib/results.py" "$@") || return 1
    # shellcheck disable=SC2086
    results_add $counts
}

# results_tap NAME COMMAND...: runs one program that speaks TAP.
results_tap() {
    local output=$results_folder/$1.tap rc=0
    shift

    "$@" >"$output" 2>&1 || rc=$?
    results_count tap "$output" "$rc"
}

# results_one NAME COMMAND...: a command that is one check by itself.
results_one() {
    local output=$results_folder/$1.out
    shift

    if "$@" >"$output" 2>&1; then
        results_add 1 0 0
    else
        results_add 0 1 0
        cat "$output"
    fi
}

# results_part NAME: runs part_NAME and prints its line.
results_part() {
    local name=$1 log=$results_folder/$1.log started=$SECONDS

    part_passed=0
    part_failed=0
    part_skipped=0
    part_note=
    printf '%-10s ' "$name"
    if ! "part_$name" >"$log" 2>&1 && [ $part_failed -eq 0 ]; then
        part_failed=1
    fi
    if [ $((part_passed + part_failed + part_skipped)) -eq 0 ]; then
        part_failed=1
        echo "nothing was run" >>"$log"
    fi
    printf '%4d passed %3d failed %3d skipped %4d s  %s\n' $part_passed \
        $part_failed $part_skipped $((SECONDS - started)) "$part_note"
    if [ $part_failed -gt 0 ]; then
        cat "$log"
    elif [ $part_skipped -gt 0 ]; then
        grep '^skipped:' "$log"
    fi
    results_total $part_passed $part_failed $part_skipped
}

# results_end: the last line; 1 when anything failed or nothing ran.
results_end() {
    echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
    [ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
}
