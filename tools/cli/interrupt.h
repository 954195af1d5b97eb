/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt - a verb that has something to bring to an end is asked to stop, by
 * Ctrl-C, a closed terminal or kill. It stops at the next good moment; asked
 * again, it ends at once. An output that nobody reads any more is an error of
 * that output, and ends nothing.
 */
#ifndef TOOLS_CLI_INTERRUPT_H
#define TOOLS_CLI_INTERRUPT_H

void cli_interrupt_catch(void);

/* 0, or the exit code of a program that a signal stopped (128 and the signal).
 */
int cli_interrupt_code(void);

#endif
