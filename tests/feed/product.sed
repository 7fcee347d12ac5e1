# SPDX-License-Identifier: BSD-2-Clause
# The feeder in place of the sensors: its program, its configuration, and progress that nobody waits for.
/<component name="sensors"/,/<\/component>/{
    s/program="sensors.elf"/program="feeder.elf"/
    /<progress /{
        :more
        /\/>/!{
            N
            b more
        }
        s|<progress [^>]*/>|<config name="feed_conf" file="feed.conf" /><progress share="metrics" counters="made" demand="journal.none" deadline_ms="600000" />|
    }
}
