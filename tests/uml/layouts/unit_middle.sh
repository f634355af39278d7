# SPDX-License-Identifier: GPL-2.0-only
# A component that begins in the middle of a stripe unit: the other client sees changes of what it has cached.
say "a component begins in the middle of a stripe unit: the other client sees changes of what it has cached"
run lfs setstripe -E 64K -c 1 -S 64K -E -1 -c 1 -S 1M u
run cp /tmp/x u; run cp /tmp/x /tmp/u; run cmp /tmp/u /mnt/b/u
for f in u /tmp/u; do run dd if=/tmp/x of=$f bs=64k seek=2 count=10 conv=notrunc status=none; done; run cmp /tmp/u /mnt/b/u
for f in /mnt/b/u /tmp/u; do run dd if=/tmp/x of=$f bs=64k seek=5 count=9 conv=notrunc status=none; done; run cmp /tmp/u u
for f in /mnt/b/u /tmp/u; do run dd if=/tmp/x of=$f bs=64k count=9 conv=notrunc status=none; done
run dd if=u of=/tmp/v bs=64k iflag=direct status=none; run cmp /tmp/u /tmp/v; run sync /mnt/b/u
rm -f f t p d l e u
