# SPDX-License-Identifier: BSD-2-Clause
# Each component gets the list of what it is to try. A fault of the supervisor would reset the machine: it gets the umpire
# as its parent, so that it can try more than once. A fault of pulse, too: it gets the supervisor, and time enough.
/name="supervisor"/ {
    s|priority="[0-9]*"|priority="253"|
    s|on_fault="reset">|parent="umpire">\n        <restart disposition="hold" />|
}
/name="pulse"/ {
    s|priority="[0-9]*"|priority="252"|
    s|budget="[0-9]*"|budget="20000"|
    s|on_fault="reset" />|parent="supervisor">\n        <restart disposition="restart" min_run_ms="0" then="reboot" />\n    </component>|
}
/name="umpire"/! s|^ *<component name="\([a-z0-9_]*\)"[^>]*[^/]>|&\n        <config name="acts" file="acts.\1" size="0x10000" />|
# While it attacks, a component makes no progress: that is not the question here.
s|deadline_ms="[0-9]*"|deadline_ms="3600000"|
# Nor how much time it takes for that: the referee knows no fault that no act announces.
/<budget /d
# Nor how long one waits for the other, now that pulse takes its time.
s|within_us="\([0-9]*\)"|within_us="\10"|
