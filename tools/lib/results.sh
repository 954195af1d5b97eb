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
parts_begun=0
parts_chosen=0 # how many there will be; 0: not known
parts_failed=  # their names

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

# results_doing: the last line that whatever runs now has written.
results_doing() {
    local newest

    newest=$(find "$results_folder" -type f -printf '%T@ %p\n' |
        sort -n | tail -n 1 | cut -d' ' -f2-)
    tail -c 300 "$newest" 2>/dev/null | tail -n 1 | tr -cd '[:print:]'
}

# results_watch NAME: tells somebody at a terminal, each second, what is being
# done and for how long. Runs beside the part, until it is ended.
results_watch() {
    local name=$1 started=$SECONDS place=

    if [ "$parts_chosen" -gt 0 ]; then
        place=" ($parts_begun of $parts_chosen)"
    fi
    while sleep 1; do
        printf '\r%-10s %4d s%s  %.48s\033[K' "$name" \
            $((SECONDS - started)) "$place" "$(results_doing)"
    done
}

# results_run NAME: part_NAME, watched where somebody can see it.
results_run() {
    local name=$1 log=$results_folder/$1.log watch='' rc=0

    if [ -t 1 ]; then
        results_watch "$name" &
        watch=$!
    fi
    "part_$name" >"$log" 2>&1 || rc=$?
    if [ -n "$watch" ]; then
        kill "$watch" 2>/dev/null
        wait "$watch" 2>/dev/null
        printf '\r\033[K%-10s ' "$name"
    fi
    return $rc
}

# results_part NAME: runs part_NAME and prints its line.
results_part() {
    local name=$1 log=$results_folder/$1.log started=$SECONDS

    part_passed=0
    part_failed=0
    part_skipped=0
    part_note=
    parts_begun=$((parts_begun + 1))
    printf '%-10s ' "$name"
    if ! results_run "$name" && [ $part_failed -eq 0 ]; then
        part_failed=1
    fi
    if [ $((part_passed + part_failed + part_skipped)) -eq 0 ]; then
        part_failed=1
        echo "nothing was run" >>"$log"
    fi
    printf '%4d passed %3d failed %3d skipped %4d s  %s\n' $part_passed \
        $part_failed $part_skipped $((SECONDS - started)) "$part_note"
    if [ $part_failed -gt 0 ]; then
        parts_failed+=" $name"
        cat "$log"
    elif [ $part_skipped -gt 0 ]; then
        grep '^skipped:' "$log"
    fi
    results_total $part_passed $part_failed $part_skipped
}

# results_end: the last line; 1 when anything failed or nothing ran.
results_end() {
    if [ -n "$parts_failed" ]; then
        echo "failed:$parts_failed; all they said is in $results_folder/"
    fi
    echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
    [ $total_failed -eq 0 ] && [ $total_passed -gt 0 ]
}
