# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# build - makes a build folder once and uses it again ever after.

# build_configure FOLDER OPTION...: with the compiler CC, if it is a new one.
build_configure() {
    local folder=$1
    shift

    if [ -e "$folder/build.ninja" ]; then
        meson setup --reconfigure "$folder" "$@"
    else
        meson setup "$folder" "$@"
    fi
}

# build_programs: what the demo runs, into build/, whoever configured it.
build_programs() {
    if [ ! -e build/build.ninja ]; then
        meson setup build -Dtests=false || return 1
    fi
    ninja --quiet -C build tools/entente node/entente-node broker/entente-broker
}
