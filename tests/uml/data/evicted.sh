# SPDX-License-Identifier: GPL-2.0-only
# Evicted by an OST in the middle of a write that waits for grant.
say "evicted by an OST in the middle of a write that waits for grant"
on_ost 0 evicted
echo 1 > /sys/module/lustre/parameters/brw_delay_max
echo 10000 > /sys/module/oss/parameters/fail_busy_writes
coproc L { $D evicted /mnt/a /mnt/b; }
for i in $(seq 30); do sleep 1; [ $(cat /sys/module/oss/parameters/fail_busy_writes) = 10000 ] || break; done
[ $(cat /sys/module/oss/parameters/fail_busy_writes) != 10000 ] || fail "does not write"
sleep 2
for u in $(lctl get_param -n llite.*.uuid); do run lctl set_param -n obdfilter.$FS-OST0000.evict_client=$u; done
echo 0 > /sys/module/oss/parameters/fail_busy_writes
read -ru ${L[0]} l; say "$l bytes"; [ "$l" -ge -1 ] || fail "$l"
for i in $(seq 4); do lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1; done
echo >&${L[1]}
read -ru ${L[0]} l; [ "$l" = told ] || fail "$l"
dmesg | grep 'write of .* failed: -116' && fail "pages were sent that no lock covered any more"
rm evicted
