/* SPDX-License-Identifier: Apache-2.0 */
/* What config.c and config_neighbour.c share. */
#ifndef BROKER_CONFIG_INTERNAL_H
#define BROKER_CONFIG_INTERNAL_H

#include "broker/config.h"

/* The list `brokers`; after `address` and `authorities`. */
void broker_config_neighbours(
    struct ent_config *file, struct broker_config *config);
void broker_neighbours_print(const struct broker_config *config);

#endif
