#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Imperative recovery: the MGS tells clients and MDT that a target has started again, and they are connected within moments, also those
# that do nothing and would notice by their next ping only.
# disks: 60,200,300
# limit: 300
. $TOP/tests/uml/lib.sh
lnet_up
MAX=3 # seconds
# took TARGET WHAT: from the start of the target to the last of its clients, as the kernel saw it: programs are slow on a loaded machine
took() {
	local s=$(dmesg | tr -d '[]' | awk -v t=$1 '$0 ~ t " started on" { s = $1; r = -1 } $0 ~ t "_UUID: connection restored" { r = $1 } END { print r < 0 ? -1 : r - s }')
	say "$2: $s s"; awk "BEGIN { exit !($s >= 0 && $s < $MAX) }" || fail "$2 took $s s"
}
instance() { lctl get_param -n $1 | awk '$1 == "instance:" { print $2; exit }'; }
# told IMPORT TARGET: the import is connected to what runs now
told() { [ "$(instance $1.import)" = "$(lctl get_param -n $2.instance)" ] && lctl get_param -n $1.state | grep -q FULL; }
# until_told WHO IMPORT TARGET
until_told() { local t=$SECONDS; until told "$2" $3; do [ $((SECONDS - t)) -lt 20 ] || fail "$1 was not told"; sleep 0.1; done; }
run mkfs.lustre --quiet --mgs /dev/ubda
run mkfs.lustre --quiet --fsname=$FS --mdt --index=0 --mgsnode=$NID /dev/ubdb
run mkfs.lustre --quiet --fsname=$FS --ost --index=0 --mgsnode=$NID /dev/ubdc
mkdir -p /mnt/mgs /mnt/mdt /mnt/ost0
mount_mgs() { run mount -t lustre /dev/ubda /mnt/mgs; }
mount_mdt() { run mount -t lustre /dev/ubdb /mnt/mdt; }
mount_ost() { run mount -t lustre /dev/ubdc /mnt/ost0; }
mount_mgs; mount_mdt; mount_ost; client
MDT=mdt.$FS-MDT0000 OST=obdfilter.$FS-OST0000 OSP=osp.$FS-OST0000-osc-MDT0000
live() { lctl get_param -n mgs.MGS.live.$FS | awk -v k="$1:" '$1 == k { print $2 }'; }
cd /mnt/lustre; run dd if=/dev/zero of=f bs=64k count=4 conv=fsync status=none
OSC=osc.$FS-OST0000-osc-[!M]* MDC=mdc.$FS-MDT0000-mdc-*
say "what the parameters show"
[ "$(live state)" = startup ] || fail "state $(live state)"
lctl set_param -n mgs.MGS.ir_timeout=0
[ "$(live state) $(live nonir_clients)" = "full 0" ] || fail "state $(live state)"
[ "$(live nidtbl_version)" = 3 ] || fail "version $(live nidtbl_version)"
for ((i = 0; i < 40; i++)); do lctl get_param -n mgc.*.ir_state | grep -q "client: $FS-client, nidtbl_version: 3 " && break; sleep 0.1; done
lctl get_param -n mgc.*.ir_state | grep -q "^imperative_recovery: ENABLED" || fail "ir_state: $(lctl get_param mgc.*.ir_state)"
[ "$(lctl get_param -n mgc.*.ir_state | grep -c "client: $FS-\(client\|MDT0000\), nidtbl_version: 3 ")" = 2 ] || fail "ir_state: $(lctl get_param mgc.*.ir_state)"
say "an idle client and the MDT are told of an OST"
run umount /mnt/ost0; mount_ost
until_told OSC "$OSC" $OST; until_told OSP $OSP $OST; took $FS-OST0000 "OSC and OSP"
say "an idle client is told of the MDT"
run umount /mnt/mdt; mount_mdt
until_told MDC "$MDC" $MDT; took $FS-MDT0000 MDC
say "a busy client goes on"
(while [ ! -e /tmp/stop ]; do dd if=/dev/zero of=g bs=4k count=1 conv=fsync status=none && mkdir d && rmdir d || { touch /tmp/failed; break; }; echo >> /tmp/ops; done) &
work=$!
sleep 1
for t in ost mdt; do
	m=/mnt/$t; [ $t = mdt ] || m=/mnt/ost0
	run umount $m; sleep 2; mount_$t; begin=$SECONDS; n=$(wc -l < /tmp/ops)
	until [ $(wc -l < /tmp/ops) -gt $((n + 1)) ]; do [ $((SECONDS - begin)) -lt 60 ] || fail "nothing goes on"; sleep 0.1; done
	took $FS-${t^^}0000 "$t under load"
done
touch /tmp/stop; wait $work; [ ! -e /tmp/failed ] || fail "an operation failed"
say "after a restart of the MGS clients are told again"
v=$(live nidtbl_version)
run umount /mnt/mgs; mount_mgs
lctl get_param mgc.*.ping > /dev/null 2>&1
for ((i = 0; i < 200; i++)); do lctl get_param -n mgc.*.state | grep current | grep -q -v FULL || break; sleep 0.1; done
sleep 1
run umount /mnt/ost0; mount_ost
until_told OSC "$OSC" $OST; took $FS-OST0000 "OSC and OSP"
[ $(live nidtbl_version) -gt $v ] || fail "the version went from $v to $(live nidtbl_version)"
say "whoever does not want it is not told"
mkdir /mnt/other; run mount -t lustre -o noir $NID:/$FS /mnt/other; grep -q " /mnt/other .*noir" /proc/mounts || fail "$(cat /proc/mounts)"
ls /mnt/other > /dev/null; cat /mnt/other/f > /dev/null; sync; sleep 1
old=$(lctl get_param -n $OST.instance)
run umount /mnt/ost0; mount_ost; t=$SECONDS
until [ "$(lctl get_param -n osc.$FS-OST0000-osc-[!M]*.import | awk '$1 == "instance:"' | sort | uniq | wc -l)" = 2 ]; do [ $((SECONDS - t)) -lt 20 ] || fail "both, or none was told: $(lctl get_param osc.*.import | grep instance)"; sleep 0.1; done
lctl get_param osc.*.ping > /dev/null 2>&1
until told "$OSC" $OST; do [ $((SECONDS - t)) -lt 60 ] || fail "no recovery"; sleep 0.2; done
dmesg | grep -q "T0000_UUID: evicted by" && fail evicted
head -c 262144 /dev/zero | cmp - f || fail "data"
cd /; run umount /mnt/other; run umount /mnt/lustre; run umount /mnt/ost0; run umount /mnt/mdt; run umount /mnt/mgs; check_disks; unload
