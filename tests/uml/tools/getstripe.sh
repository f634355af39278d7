# SPDX-License-Identifier: GPL-2.0-only
# lfs getstripe and setstripe: single values and errors.
say "lfs getstripe"
is "lfs getstripe -d d" "stripe_count: 2 stripe_size: 131072 pattern: raid0 stripe_offset: -1"
is "lfs getstripe -c d/f" 2
is "lfs getstripe -S d/f" 131072
is "lfs getstripe -i d/g" 1
is "lfs getstripe -m d/f" 0
is "lfs getstripe d/p" "d/p has no stripe info"
is "lfs getstripe d/g | grep -c '^$'" 1
is "lfs getstripe d/g | awk -F'\t' '/obdidx/ { n = NF } n && NF == 5 { print n, \$2 + 0 }'" "8 1"
rc 17 "lfs setstripe -c 1 d/f"
rc 22 "lfs setstripe -S 100k d/x"
rc 4 "lfs setstripe"
rc 2 "lfs getstripe d/nope"
rc 25 "lfs getstripe /proc"
run lfs setstripe -d d; is "lfs getstripe -c d" 1
