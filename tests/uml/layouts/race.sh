# SPDX-License-Identifier: GPL-2.0-only
# Two clients write into components without objects at the same time.
say "two clients write into components without objects at the same time"
run mkdir race; run lfs setstripe -E 128K -c 1 -S 64K -E 512K -c 2 -S 64K -E 2M -c 3 -S 64K -E -1 -c -1 -S 64K race
data /tmp/r 64
for f in 1 2 3 4 5 6; do
	touch race/$f
	(dd if=/tmp/r of=/mnt/a/race/$f bs=64k seek=0 count=32 conv=notrunc status=none) & p1=$!
	(dd if=/tmp/r of=/mnt/b/race/$f bs=64k skip=32 seek=32 count=32 conv=notrunc status=none) & p2=$!
	(dd if=/dev/null of=/mnt/b/race/$f bs=64k conv=notrunc status=none; cat /mnt/b/race/$f > /dev/null) & p3=$!
	run wait $p1; run wait $p2; run wait $p3
	run cmp /tmp/r /mnt/a/race/$f; run cmp /tmp/r /mnt/b/race/$f
done
rm -r race
