# SPDX-License-Identifier: GPL-2.0-only
# An OST that is away holds up nobody who does not need it.
say "an OST that is away"
run lctl set_param -n osc.*OST0001*.max_rpcs_in_flight 1
on_ost 1 dead; on_ost 1 deadread; on_ost 0 alive
run lfs setstripe -c 2 -i 0 -S 64k half; [ "$(lfs getstripe -i half)" = 0 ] || fail "half is elsewhere"
run dd if=/dev/zero of=deadread bs=64k count=40 conv=fsync status=none
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
# for their locks
run dd if=/dev/zero of=dead bs=64k count=1 conv=fsync status=none
run dd if=/dev/zero of=half bs=64k count=2 conv=fsync status=none
run umount /mnt/ost1
head -c 128k /dev/urandom > /tmp/x; run dd if=/tmp/x of=half bs=64k conv=notrunc status=none
t=$SECONDS
timeout 60 dd if=/mnt/b/half bs=64k count=1 status=none | cmp -n 65536 - /tmp/x || fail "read of what is on another OST"
[ $((SECONDS - t)) -lt 10 ] || fail "a dead OST holds up a lock of another one: $((SECONDS - t)) s"
echo 1 > /proc/sys/vm/dirty_background_bytes
(exec timeout 100 dd if=/dev/zero of=dead bs=64k count=160 conv=notrunc status=none) & P1=$!
(exec timeout 100 cat deadread > /dev/null) & P2=$!
sleep 3
t=$SECONDS
run timeout 60 dd if=/dev/zero of=alive bs=1M count=50 status=none
[ $((SECONDS - t)) -lt 30 ] || fail "a dead OST holds up writes to another one"
run $D chmod /mnt/a /mnt/b
dmesg | grep -i evict | grep MDT && fail "evicted by the MDT"
run mount -t lustre /dev/ubdc /mnt/ost1
wait $P1; wait $P2
