# SPDX-License-Identifier: BSD-2-Clause
# Each component but the supervisor gets the list of what it is to try. The fault of pulse would reset the machine: it
# gets the supervisor as its parent, so that it can try more than once, and time enough to do so.
/name="pulse"/ {
    s|priority="[0-9]*"|priority="253"|
    s|budget="[0-9]*"|budget="20000"|
    s|on_fault="reset" />|parent="supervisor">\n        <restart disposition="restart" min_run_ms="0" then="reboot" />\n    </component>|
}
/name="supervisor"/! s|^ *<component name="\([a-z0-9_]*\)"[^>]*[^/]>|&\n        <config name="acts" file="acts.\1" size="0x10000" />|
# While it attacks, a component makes no progress: that is not the question here.
s|deadline_ms="[0-9]*"|deadline_ms="3600000"|
# Nor how much time it takes for that: the referee knows no fault that no act announces.
/<budget /d
# Nor how long one waits for the other, now that pulse takes its time.
s|within_us="\([0-9]*\)"|within_us="\10"|
