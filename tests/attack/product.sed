# SPDX-License-Identifier: BSD-2-Clause
# Each component but the supervisor gets the list of what it is to try; pulse gets time enough to try it.
/name="supervisor"/! s|^ *<component name="\([a-z0-9_]*\)".*[^/]>$|&\n        <config name="acts" file="acts.\1" size="0x10000" />|
/name="pulse"/ s|budget="[0-9]*"|budget="20000"|
