# SPDX-License-Identifier: GPL-2.0-only
# An OST is away, or full, while a component gets objects: nothing hangs, and no data go elsewhere.
say "an OST is away while a component gets objects"
run lfs setstripe -E 64K -c 1 -i 0 -E -1 -o 1 w; echo x > w
run lfs setstripe -E 64K -c 1 -i 0 -E -1 -c 1 v; echo x > v
# chown(1) asks for the size: the lock for it is here
run stat -c %s here1
run umount /mnt/ost1
# the MDT notices with the next change it tells the OST
chown 1:1 here1
for i in $(seq 40); do lctl get_param -n osp.$FS-OST0001*.state | grep -q 'current_state: FULL' || break; sleep 1; done
data /tmp/w 8
run timeout 60 dd if=/tmp/w of=v bs=64k conv=notrunc status=none; run cmp /tmp/w /mnt/b/v
(timeout 100 dd if=/tmp/w of=w bs=64k conv=notrunc status=none) & P=$!
t=$SECONDS; timeout -s KILL 6 dd if=/tmp/w of=/mnt/b/w bs=64k conv=notrunc status=none && fail "written without an OST"
[ $((SECONDS - t)) -lt 40 ] || fail "a task that waits for objects cannot be killed"
run mount -t lustre /dev/ubdc /mnt/ost1
# the OST has forgotten its clients: an error is right once
wait $P || run timeout 100 dd if=/tmp/w of=w bs=64k conv=notrunc status=none
run cmp /tmp/w /mnt/b/w
say "no space for a component"
run lfs setstripe -c 1 -i 2 fill; dd if=/dev/zero of=fill bs=1M status=none 2> /dev/null
sync; for i in $(seq 20); do lfs setstripe -c 1 -o 2 full 2> /tmp/err; rm -f full; grep -q "No space" /tmp/err && break; sleep 1; done
if grep -q "No space" /tmp/err; then
	run lfs setstripe -E 64K -c 1 -i 0 -E -1 -o 2 n
	dd if=/tmp/w of=n bs=64k conv=notrunc status=none 2> /tmp/err && fail "written to a full OST"
	grep -q "No space" /tmp/err || fail "$(cat /tmp/err)"
	is "still without" "$(flags n)" "init 0"; run cmp -n 65536 /tmp/w /mnt/b/n
fi
rm -f w v n fill
