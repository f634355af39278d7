# SPDX-License-Identifier: GPL-2.0-only
# An OST that comes back without what it acknowledged: fsync says so.
say "an OST that lost what it acknowledged"
run lfs setstripe -c 1 -i 0 kept; run lfs setstripe -c 1 -i 0 lost; run lfs setstripe -c 1 -i 0 cut
coproc L { $D lost /mnt/a /mnt/b; }
read -ru ${L[0]} l; [ "$l" = synced ] || fail "not synced: $l"
run dd if=/dev/ubdb of=/tmp/snap bs=1M conv=sparse status=none
echo >&${L[1]}
read -ru ${L[0]} l; [ "$l" = written ] || fail "not written: $l"
run umount /mnt/ost0; run dd if=/tmp/snap of=/dev/ubdb bs=1M status=none; rm /tmp/snap; run mount -t lustre -o abort_recov /dev/ubdb /mnt/ost0
for i in $(seq 8); do lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1; done
echo >&${L[1]}
read -ru ${L[0]} l; [ "$l" = told ] || fail "fsync: $l"
run cmp -n $((1 << 20)) kept /mnt/b/kept
