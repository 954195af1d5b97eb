# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # its readers use these
# tap - tests in bash: each is a function named as a sentence, run in a subshell
# with an empty folder as $folder, and passed when it returns 0.

tools=${BASH_SOURCE[0]%/*}/../../tools

# expect WHAT GOT WANT
expect() {
    if [ "$2" != "$3" ]; then
        echo "$1 is '$2', not '$3'"
        exit 1
    fi
}

# tap_run TEST...: all of them; 1 when any failed.
tap_run() {
    local test number=0 rc=0 folder output

    folder=$(mktemp -d)
    echo "1..$#"
    for test in "$@"; do
        number=$((number + 1))
        rm -rf "${folder:?}"/*
        if output=$("$test" 2>&1); then
            echo "ok $number - $test"
        else
            echo "not ok $number - $test"
            while read -r line; do
                echo "# $line"
            done <<<"$output"
            rc=1
        fi
    done
    rm -rf "$folder"
    return $rc
}
