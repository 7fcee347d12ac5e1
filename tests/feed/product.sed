# SPDX-License-Identifier: BSD-2-Clause
# The feeder in place of the sensors: its program, its configuration, and no sensor's counters to watch.
/<component name="sensors"/,/<\/component>/{
    s/program="sensors.elf"/program="feeder.elf"/
    /<progress /{
        :more
        /\/>/!{
            N
            b more
        }
        s|<progress [^>]*/>|<config name="feed_conf" file="feed.conf" />|
    }
}
