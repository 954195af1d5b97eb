/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench - what `entente-bench` can measure, one file each. All of it is real:
 * real LMDB with its syncs, on the disk of the folder that is given.
 */
#ifndef TOOLS_BENCH_BENCH_H
#define TOOLS_BENCH_BENCH_H

/* Each is a command of its own, with --help; the result is an exit code. */
int bench_lists(int argc, char *argv[]);

#endif
