# SPDX-License-Identifier: GPL-2.0-only
# An OST that is busy for longer than an error would be tried again.
say "an OST that is busy, for longer than an error would be tried again"
on_ost 0 busy
echo 1 > /sys/module/lustre/parameters/brw_delay_max
echo 12 > /sys/module/oss/parameters/fail_busy_writes
run timeout 60 dd if=/dev/urandom of=busy bs=64k count=1 conv=fsync status=none
[ $(cat /sys/module/oss/parameters/fail_busy_writes) = 0 ] || fail "not busy"
run cmp busy /mnt/b/busy
echo 1000 > /sys/module/oss/parameters/fail_busy_writes
dd if=/dev/zero of=busy bs=64k count=1 conv=fsync oflag=direct status=none & P1=$!
dd if=/dev/zero of=busy bs=1k count=1 conv=fsync,notrunc status=none & P2=$!
sleep 2; t=$SECONDS; kill -9 $P1 $P2; wait $P1 $P2
[ $((SECONDS - t)) -le 2 ] || fail "killed after $((SECONDS - t)) s"
echo 0 > /sys/module/oss/parameters/fail_busy_writes
sync
