# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# fresh - does what the README says, on a bare Debian 12 made for it.
#
# The bare system gets this machine's mirrors and apt's and npm's way of
# reaching them, a clean clone of HEAD and the data beside the repository. All
# mounts live in a namespace of their own and are gone when the last process in
# it is.

fresh_release=bookworm

# The lines of a sources.list, read from what apt itself was told here.
fresh_sources() {
    local here

    # shellcheck disable=SC1091
    here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' |
        awk -v here="$here" -v release=$fresh_release '
            $3 == "main" && ($2 == here || $2 == here "-updates" ||
                $2 == here "-security") {
                sub("^" here, release, $2)
                print "deb", $1, $2, $3
            }' | LC_ALL=C sort -u
}

# How apt reaches its mirrors: proxies, timeouts, what it believes of dates.
fresh_apt_settings() {
    apt-config dump | grep -E '^Acquire::' |
        grep -Ev '^Acquire::(IndexTargets|Changelogs|cdrom)'
}

# Where npm fetches from, when it was told here.
fresh_npm_settings() {
    local registry

    if registry=$(npm config get registry 2>/dev/null); then
        echo "registry=$registry"
    fi
}

# fresh_system FOLDER SOURCES: the bare Debian.
fresh_system() {
    local folder=$1 mirror include='' log
    log=${results_folder:?}/debootstrap.out

    mirror=$(awk -v r=$fresh_release '$3 == r { print $2; exit }' <<<"$2")
    if [ -z "$mirror" ]; then
        echo "fresh: apt knows no mirror of Debian here" >&2
        return 1
    fi
    case $2 in
    *https:*) include=--include=ca-certificates ;;
    esac
    # shellcheck disable=SC2086
    debootstrap --variant=minbase $include $fresh_release "$folder" "$mirror" \
        >"$log" 2>&1 || {
        cat "$log"
        return 1
    }
    echo "$2" >"$folder/etc/apt/sources.list"
    fresh_apt_settings >"$folder/etc/apt/apt.conf.d/90here"
    fresh_npm_settings >"$folder/root/.npmrc"
    cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
    cp -L /etc/hosts "$folder/etc/hosts"
}

# fresh_tree FOLDER: the repository and the data beside it.
fresh_tree() {
    mkdir -p "$1/srv/shared"
    git clone --quiet --no-hardlinks . "$1/srv/entente" || return 1
    git -C "$1/srv/entente" checkout --quiet --detach \
        "$(git rev-parse HEAD)" || return 1
    if [ -d ../shared/data ]; then
        cp -rL ../shared/data "$1/srv/shared/data" || return 1
    fi
}

# fresh_inside FOLDER COMMAND...: in the clone, seeing only its own processes.
fresh_inside() {
    local folder=$1
    shift

    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child sh -c '
        set -e
        folder=$1
        shift
        mount --rbind /dev "$folder/dev"
        mount -t proc proc "$folder/proc"
        exec chroot "$folder" /usr/bin/env -i HOME=/root TERM="${TERM:-dumb}" \
            PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            ${http_proxy:+http_proxy="$http_proxy"} \
            ${https_proxy:+https_proxy="$https_proxy"} \
            sh -c '\''cd /srv/entente && "$@"; exit $?'\'' sh "$@"
    ' sh "$folder" "$@"
}

# fresh_step WORDS COMMAND...: says what it does and how long it took.
fresh_step() {
    local words=$1 started=$SECONDS rc=0 end="done"
    shift

    echo "fresh: $words"
    "$@" || rc=$?
    if [ $rc -ne 0 ]; then
        end=failed
    fi
    echo "fresh: $words: $end after $((SECONDS - started)) s"
    return $rc
}

# The inner check; its own last line is kept, to be counted.
fresh_check() {
    fresh_inside "$1" tools/check | tee "$results_folder/fresh-check.out"
    return "${PIPESTATUS[0]}"
}

# fresh_count STATUS: what the last line of a check that ended so comes to. A
# check that ends badly without having counted a failure has failed once.
fresh_count() {
    local counts

    counts=$(sed -nE \
        '$s/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' \
        "$results_folder/fresh-check.out")
    # shellcheck disable=SC2086
    set -- "$1" ${counts:-0 0 0}
    if [ "$1" -ne 0 ] && [ "$3" -eq 0 ]; then
        set -- "$1" "$2" 1 "$4"
    fi
    results_total "$2" "$3" "$4"
}

# fresh_run FOLDER: all of it, adding to the totals; 1 when it got nowhere.
fresh_run() {
    local folder=$1 sources rc=0

    if [ -e "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
        echo "fresh: $folder is not empty" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "fresh: only root can make a system of its own" >&2
        return 1
    fi
    if [ -n "$(git status --porcelain)" ]; then
        echo "fresh: takes HEAD; what is not committed stays behind"
    fi
    sources=$(fresh_sources)
    mkdir -p "$folder" || return 1
    folder=$(cd "$folder" && pwd)

    fresh_step "a bare Debian" fresh_system "$folder" "$sources" || return 1
    fresh_step "the repository at HEAD" fresh_tree "$folder" || return 1
    if fresh_step "tools/demo --once" \
        fresh_inside "$folder" tools/demo --once; then
        results_total 1 0 0
    else
        results_total 0 1 0
    fi
    fresh_step "tools/check" fresh_check "$folder" || rc=$?
    fresh_count $rc
}
