# SPDX-License-Identifier: GPL-2.0-only
# Components get objects when a write reaches them; the other client sees what is in them.
say "components get objects when they are reached"
run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K f
is "a new file" "$(flags f)" "init 0 0"
is "generation" "$(lfs getstripe -g f | head -1)" 3
run dd if=/tmp/x of=f bs=64k count=2 conv=notrunc status=none
is "written in the first" "$(flags f)" "init 0 0"
run dd if=/tmp/x of=f bs=64k count=10 conv=notrunc status=none
is "written in the second" "$(flags f)" "init init 0"
run cmp -n 655360 /tmp/x /mnt/b/f
run dd if=/tmp/x of=/mnt/b/f bs=64k conv=notrunc status=none
is "written by the other client" "$(flags f)" "init init init"
is "stripes of the last" "$(lfs getstripe -c f)" 3
run cmp /tmp/x f
is "generation" "$(lfs getstripe -g f | head -1)" 5
is size "$(stat -c %s f)" 2621440
