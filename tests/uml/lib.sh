# SPDX-License-Identifier: GPL-2.0-only
# For tests in the debug kernel: a whole cluster in one kernel. TCP=1: traffic to the own NID goes over TCP on lo instead of 0@lo.
NID=127.0.0.1@tcp
FS=test
OSTS=$(echo /dev/ubd[b-z])
say() { echo "# $*"; }
fail() { echo "FAILED: $*"; dmesg | tail -${LOGLINES:-60}; exit 1; }
run() { "$@" || fail "$*"; }
# is COMMAND EXPECTED: the words of a command's output; rc EXPECTED COMMAND: its exit status
is() { local got; got=$(eval "$1" 2>&1 | xargs echo); [ "$got" = "$2" ] || fail "$1: '$got', expected '$2'"; }
rc() { eval "$2" >/dev/null 2>&1; local r=$?; [ $r = "$1" ] || fail "$2: status $r, expected $1"; }
# What a test needs that a machine may lack: without it the test is skipped. First thing in a test.
_require_program() { local p; for p; do command -v "$p" > /dev/null || { echo "this test needs the program $p"; exit 77; }; done; }
_require_file() { local f; for f; do [ -e "$f" ] || { echo "this test needs $f"; exit 77; }; done; }
lnet_up() {
	echo "options lnet networks=tcp(lo) ${TCP:+local_nid_dist_zero=0}" > /etc/modprobe.d/lnet.conf
	run modprobe lnet
}
# format MDT on /dev/ubda and one OST per disk of OSTS
format() {
	run mkfs.lustre --quiet --fsname=$FS --mgs --mdt --index=0 /dev/ubda
	local i=0 d
	for d in $OSTS; do run mkfs.lustre --quiet --fsname=$FS --ost --index=$i --mgsnode=$NID $d; i=$((i + 1)); done
}
start() {
	local i=0 d
	mkdir -p /mnt/mdt; run mount -t lustre /dev/ubda /mnt/mdt
	for d in $OSTS; do mkdir -p /mnt/ost$i; run mount -t lustre $d /mnt/ost$i; i=$((i + 1)); done
}
stop() {
	local d
	for d in /mnt/ost*; do run umount $d; done
	run umount /mnt/mdt
}
client() { mkdir -p ${1:-/mnt/lustre}; run mount -t lustre -o user_xattr $NID:/$FS ${1:-/mnt/lustre}; }
unload() { run lustre_rmmod; }
check_disks() { local d; for d in /dev/ubd[a-z]; do run e2fsck -fn $d; done; }
