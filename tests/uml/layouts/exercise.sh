# SPDX-License-Identifier: GPL-2.0-only
# The exerciser on a progressive layout, with one and two clients.
run mkdir x; run lfs setstripe -E 64K -c 1 -S 64K -E 256K -c 2 -S 64K -E -1 -c -1 -S 64K x
run $X -n ${2:-1500} -s 3 /mnt/a/x; run $X -n ${2:-1500} -s 4 /mnt/a/x /mnt/b/x; rm -rf x
