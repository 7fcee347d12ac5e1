/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shell's commands print.
 */
#ifndef SHOW_H
#define SHOW_H

void show_status(const char *argument);
void show_sensors(const char *argument);
void show_stats(const char *argument);
void show_store(const char *argument);
void show_uplink(const char *argument);
void show_postmortem(const char *argument);
void show_time(const char *argument);

#endif
