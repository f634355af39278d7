# SPDX-License-Identifier: GPL-2.0-only
# lfs df, osts, check: columns, selections, errors.
say "lfs df, osts, check"
is "lfs df | awk '/OST0001_UUID/ { print NF, \$6 }'" "6 /mnt/lustre[OST:1]"
is "lfs df | awk '/^filesystem_summary:/ { print NF }'" 6
is "lfs osts" "OBDS: 0: test-OST0000_UUID ACTIVE 1: test-OST0001_UUID ACTIVE"
is "lfs check osts" "$osc active. test-OST0001-osc-$inst active."
is "lfs check mgts" "MGC0@lo active. MGC$NID active."
rc 19 "lfs df /proc"
is "lfs df -h -o1 | grep -c OST" 1
is "lfs df --ost=0 -i -N | grep -c '\[OST:0\]'" 1
is "lfs df -m | grep -cE 'MDT|OST'" 1
rc 22 "lfs df --ost=x"
rc 4 "lfs df --nope"
