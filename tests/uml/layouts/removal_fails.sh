# SPDX-License-Identifier: GPL-2.0-only
# A removal of a component that fails takes no objects away.
say "a removal that fails takes no objects away"
run lfs setstripe -E 1M -c 1 -E 2M -c 2 -E 4M -c 1 f; run dd if=/tmp/x of=f bs=1M seek=2 count=1 conv=notrunc status=none; run cp f /tmp/f
echo 1 > /sys/module/mds/parameters/fail_layout_set
lfs setstripe --component-del -I 3 f 2> /dev/null && fail "it did not fail"
is "all there" "$(flags f)" "init init init"
sync; sleep 6; sync; sleep 3 # until the MDT would have had the objects destroyed
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
run cmp f /tmp/f
rm f
