# SPDX-License-Identifier: GPL-2.0-only
# Truncate, append, mmap, direct I/O, fallocate and SEEK over components.
say "truncate, append, mmap, direct I/O, fallocate, seek over components"
run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K t
run truncate -s 600000 t; is truncate "$(flags t)" "init init 0"; is size "$(stat -c %s /mnt/b/t)" 600000
run truncate -s 100000 t; is size "$(stat -c %s /mnt/b/t)" 100000
run truncate -s 2000000 /mnt/b/t; is truncate "$(flags t)" "init init init"; is size "$(stat -c %s t)" 2000000
run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K p
for i in $(seq 40); do dd if=/tmp/x bs=64k skip=$((i - 1)) count=1 status=none >> p || fail append; done
run cmp /tmp/x /mnt/b/p; is append "$(flags p)" "init init init"
run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K d
run dd if=/tmp/x of=d bs=128k oflag=direct status=none; run cmp /tmp/x /mnt/b/d
run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K l
run fallocate -l 900K l; is fallocate "$(flags l)" "init init 0"; is size "$(stat -c %s /mnt/b/l)" 921600
run dd if=/tmp/x of=l bs=64k seek=20 count=1 conv=notrunc status=none
run fallocate -p -o 128K -l 512K l
is "zeros at 128K" "$(dd if=/mnt/b/l bs=64k skip=2 count=8 status=none | tr -d '\0' | wc -c)" 0
chown 11:12 f; is owner "$(stat -c %u:%g /mnt/b/f)" 11:12
