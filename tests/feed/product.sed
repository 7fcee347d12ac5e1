# SPDX-License-Identifier: BSD-2-Clause
# The feeder in place of the sensors: its program, its configuration, and progress that nobody waits for. It may be as busy as
# its budget lets it.
/<component name="sensors"/,/<\/component>/{
    s/program="sensors.elf"/program="feeder.elf"/
    /<budget /d
    /<progress /{
        :more
        /\/>/!{
            N
            b more
        }
        s|<progress [^>]*/>|<config name="feed_conf" file="feed.conf" /><progress share="metrics" counters="made" demand="journal.none" deadline_ms="600000" />|
    }
}
