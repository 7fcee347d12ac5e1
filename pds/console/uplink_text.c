/* SPDX-License-Identifier: BSD-2-Clause */
/* The uplink's counters in lines of a name and a value. */
#include "uplink_text.h"
#include <inttypes.h>
#include <string.h>
#include "metrics_view.h"
#include "output.h"

enum form { COUNT, YES_NO, MILLISECONDS };

static const struct {
    const char *metric;
    const char *name;
    enum form form; /* MILLISECONDS: the metric counts microseconds */
} row[] = {
    {"connected", "connected", YES_NO},
    {"attempts", "attempts", COUNT},
    {"connects", "connects", COUNT},
    {"reconnects", "reconnects", COUNT},
    {"published", "published", COUNT},
    {"acknowledged", "acknowledged", COUNT},
    {"unacknowledged", "unacknowledged", COUNT},
    {"resent", "resent", COUNT},
    {"rejected", "rejected", COUNT},
    {"round_trip_us", "round trip", MILLISECONDS},
    {"readings", "readings", COUNT},
    {"bad_readings", "bad readings", COUNT},
    {"bad_stream", "bad stream", COUNT},
};

static void print(const char *name, enum form form, uint64_t value)
{
    switch (form) {
    case YES_NO:
        output_printf("%-14s %s\n", name, value != 0 ? "yes" : "no");
        break;
    case MILLISECONDS:
        output_printf("%-14s %" PRIu64 ".%03u ms\n", name, value / 1000, (unsigned)(value % 1000));
        break;
    case COUNT:
        output_printf("%-14s %" PRIu64 "\n", name, value);
        break;
    }
}

void uplink_text(uint64_t page)
{
    uint32_t count;

    if (!metrics_view_count(page, &count)) {
        output_printf("uplink: its table is corrupt\n");
        return;
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        for (uint32_t k = 0; k < count; k++) {
            struct metric metric = metrics_view_entry(page, k);

            if (strcmp(metric.name, row[i].metric) == 0) {
                print(row[i].name, row[i].form, metric.value);
                break;
            }
        }
    }
}
