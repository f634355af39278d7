# SPDX-License-Identifier: GPL-2.0-only
# The MDT restarts between layout intents.
say "the MDT restarts between intents"
run lfs setstripe -E 64K -c 1 -E 1M -c 2 -S 64K -E -1 -c -1 -S 64K m
data /tmp/m 30; run dd if=/tmp/m of=m bs=64k count=4 conv=notrunc,fsync status=none
run umount /mnt/mdt; run mount -t lustre /dev/ubda /mnt/mdt
for i in $(seq 60); do lctl get_param mdc.*.ping > /dev/null 2>&1; stat m > /dev/null 2>&1 && break; sleep 1; done
run dd if=/tmp/m of=m bs=64k conv=notrunc status=none
run cmp /tmp/m /mnt/b/m; is components "$(flags m)" "init init init"; rm m
