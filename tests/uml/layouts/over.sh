# SPDX-License-Identifier: GPL-2.0-only
# Overstriping, and lists of OSTs.
say "overstriping, lists of OSTs"
run lfs setstripe -C 8 -S 64K o; is count "$(lfs getstripe -c o)" 8; is pattern "$(lfs getstripe -L o)" raid0,overstriped
data /tmp/o 60; run cp /tmp/o o; run cmp /tmp/o /mnt/b/o
run lfs setstripe -C 3 o2; is "no OST twice" "$(lfs getstripe -L o2)" raid0
run lfs setstripe -C -2 o3; is "two on each" "$(lfs getstripe -c o3)" 6
run lfs setstripe -o 2,0,2 -S 64K o4; is list "$(lfs getstripe o4 | awk 'n && NF { printf "%s ", $1 } /obdidx/ { n = 1 }')" "2 0 2 "
run cp /tmp/o o4; run cmp /tmp/o /mnt/b/o4
run lfs setstripe -E 1M -c 1 -E -1 -o 1,2 o5; run cp /tmp/o o5; run cmp /tmp/o /mnt/b/o5
is "list of a component" "$(lfs getstripe o5 | awk '/l_ost_idx/ { printf "%s", $5 }')" "$(lfs getstripe o5 | awk '/l_ost_idx/ { print $5; exit }')1,2,"
refused Invalid lfs setstripe -o 9 o6
rm -f o o[2-6]
