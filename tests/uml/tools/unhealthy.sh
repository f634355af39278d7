# SPDX-License-Identifier: GPL-2.0-only
# A target with a file system error is told by health_check.
say "a target with a file system error"
run mount -t lustre /dev/ubda /mnt/mdt
run mount -t lustre_tgt /dev/ubdb /mnt/ost0
is "findmnt -n -o FSTYPE /mnt/ost0" lustre_tgt
is "lctl get_param -n health_check" healthy
dmesg -n 1
echo 1 > /sys/fs/ldiskfs/ubdb/trigger_fs_error
is "lctl get_param -n health_check" "device test-OST0000 reported unhealthy NOT HEALTHY"
run umount /mnt/ost0
dmesg -n 8
is "lctl get_param -n health_check" healthy
run umount /mnt/mdt
