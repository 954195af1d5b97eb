/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/window.h"

struct ent_window
ent_window_begin(uint64_t granted)
{
    return (struct ent_window){
        .granted = granted,
        .credit = granted,
        .grant = ENT_WINDOW_GRANT,
    };
}

bool
ent_window_spend(struct ent_window *window, uint64_t bytes)
{
    if (bytes > window->credit) {
        return false;
    }
    window->credit -= bytes;
    return true;
}

void
ent_window_refill(struct ent_window *window, uint64_t bytes)
{
    uint64_t spent = window->granted - window->credit;

    window->credit += bytes < spent ? bytes : spent;
}

bool
ent_window_charge(struct ent_window *window, uint64_t bytes)
{
    if (bytes > window->grant) {
        return false;
    }
    window->grant -= bytes;
    window->owed += bytes;
    return true;
}

uint64_t
ent_window_give_back(struct ent_window *window)
{
    uint64_t owed = window->owed;

    window->grant += owed;
    window->owed = 0;
    return owed;
}

void
ent_window_owe(struct ent_window *window, uint64_t bytes)
{
    window->grant -= bytes;
    window->owed += bytes;
}
