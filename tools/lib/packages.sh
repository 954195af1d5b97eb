# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# packages - installs what tools/packages lists, and only what is missing.
#
# A part is a word of the list's second column. Nothing here asks a question,
# starts a service or prints more than a line, unless it fails.

# Where the list is.
packages_list=${BASH_SOURCE[0]%/*}/../packages

# packages_all PART...: the packages of these parts, each once.
packages_all() {
    awk -v parts="$*" '
        BEGIN { split(parts, list, " "); for (i in list) wanted[list[i]] }
        /^[ \t]*(#|$)/ { next }
        {
            count = split($2, of, ",")
            for (i = 1; i <= count; i++)
                if (of[i] in wanted) { print $1; next }
        }' "$packages_list" | LC_ALL=C sort -u
}

# packages_of PART...: those of them that are Debian's.
packages_of() {
    packages_all "$@" | sed '/^npm:/d'
}

# packages_npm PART...: those that are npm's.
packages_npm() {
    packages_all "$@" | sed -n 's/^npm://p'
}

# packages_elsewhere: of the names on standard input, those whose program did
# not come from elsewhere. Node that is not Debian's brings npm, and suffers
# no other beside it.
packages_elsewhere() {
    local name

    while read -r name; do
        case $name in
        nodejs) command -v node >/dev/null || echo "$name" ;;
        npm) command -v npm >/dev/null || echo "$name" ;;
        *) echo "$name" ;;
        esac
    done
}

# packages_missing PART...: those of them that are not installed.
packages_missing() {
    local known installed

    # Its status only says that some are unknown to it.
    # shellcheck disable=SC2016,SC2046
    known=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' \
        $(packages_of "$@") 2>/dev/null) || true
    installed=$(awk '$1 == "installed" { print $2 }' <<<"$known")
    comm -23 <(packages_of "$@") <(LC_ALL=C sort -u <<<"$installed") |
        packages_elsewhere
}

packages_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# A package may want to start a service at once. This says no for as long as
# process $1 runs, and is harmless if it should ever be left behind.
packages_guard() {
    local rule=/usr/sbin/policy-rc.d

    if [ -e $rule ]; then
        return 0
    fi
    packages_as_root install -m 755 /dev/stdin $rule <<EOF
#!/bin/sh
# No service starts while Entente's packages are being installed.
kill -0 $1 2>/dev/null && exit 101
exit 0
EOF
    packages_guarded=$rule
}

packages_unguard() {
    if [ -n "${packages_guarded:-}" ]; then
        packages_as_root rm -f "$packages_guarded"
        packages_guarded=
    fi
}

packages_apt() {
    packages_as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

packages_fetch() {
    # A source that does not answer is no reason to stop: ours may.
    packages_apt update || echo "apt-get update failed; going on"
    packages_apt install --yes --no-install-recommends "$@"
}

# packages_install PART...: installs what is missing; 1 when it could not.
packages_install() {
    local log missing rc=0

    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null
    then
        echo "packages: this is no Debian; install what tools/packages lists" >&2
        return 1
    fi
    missing=$(packages_missing "$@") || return 1
    if [ -z "$missing" ]; then
        return 0
    fi
    mapfile -t missing <<<"$missing"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "packages: be root or have sudo to install ${missing[*]}" >&2
        return 1
    fi

    echo "packages: installing ${#missing[@]} for $*"
    log=$(mktemp) || return 1
    packages_guard $$
    packages_fetch "${missing[@]}" >"$log" 2>&1 || rc=1
    packages_unguard
    if [ $rc -eq 0 ] && [ -n "$(packages_missing "$@")" ]; then
        rc=1
    fi
    if [ $rc -ne 0 ]; then
        cat "$log" >&2
        echo "packages: could not install ${missing[*]}" >&2
    fi
    rm -f "$log"
    return $rc
}

# packages_npm_install SOURCE FOLDER: what SOURCE/package.json names, into
# FOLDER, unless it is there. 75 when the registry cannot be reached; 1 when it
# can and something else is wrong, which is shown.
packages_npm_install() {
    local source=$1 folder=$2 log

    mkdir -p "$folder" || return 1
    if cmp -s "$source/package.json" "$folder/node_modules/.installed"; then
        return 0
    fi
    log=$(mktemp) || return 1
    rm -rf "$folder/node_modules"
    cp "$source/package.json" "$folder/" || return 1
    if npm install --prefix "$folder" --no-package-lock --ignore-scripts \
        --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        --fetch-timeout=10000 >"$log" 2>&1; then
        cp "$source/package.json" "$folder/node_modules/.installed"
        rm -f "$log"
        return 0
    fi
    if grep -qE "$packages_unreachable" "$log"; then
        rm -f "$log"
        return 75
    fi
    cat "$log" >&2
    rm -f "$log"
    return 1
}

# How npm says that nobody answers.
packages_unreachable='code (ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|E[A-Z]*TIMEDOUT|'
packages_unreachable+='E(NET|HOST)UNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)'
