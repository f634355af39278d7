# SPDX-License-Identifier: GPL-2.0-only
# For tests in the debug kernel: a whole cluster in one kernel. WIRE=tcp or o2ib: traffic to the own NID goes over TCP on lo, or over RDMA on
# an interface with soft-RoCE, instead of 0@lo.
NID=127.0.0.1@tcp
[ "$WIRE" != o2ib ] || NID=10.9.0.1@o2ib
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
	local net="tcp(lo)"
	[ "$WIRE" != o2ib ] || { rdma_up; net="o2ib(rdma0)"; }
	echo "options lnet networks=$net ${WIRE:+local_nid_dist_zero=0}" > /etc/modprobe.d/lnet.conf
	run modprobe lnet
}
# an interface with a software RDMA device
rdma_up() {
	run ip link add rdma0 type dummy; run ip addr add 10.9.0.1/24 dev rdma0; run ip link set rdma0 up
	run modprobe rdma_rxe; run modprobe rdma_cm
	run rdma link add rxe0 type rxe netdev rdma0
}
# START_OPTS: mount options of the targets
# format MDT on /dev/ubda and one OST per disk of OSTS
format() {
	run mkfs.lustre --quiet --fsname=$FS --mgs --mdt --index=0 /dev/ubda
	local i=0 d
	for d in $OSTS; do run mkfs.lustre --quiet --fsname=$FS --ost --index=$i --mgsnode=$NID $d; i=$((i + 1)); done
}
start() {
	local i=0 d
	mkdir -p /mnt/mdt; run mount -t lustre ${START_OPTS:+-o $START_OPTS} /dev/ubda /mnt/mdt
	for d in $OSTS; do mkdir -p /mnt/ost$i; run mount -t lustre ${START_OPTS:+-o $START_OPTS} $d /mnt/ost$i; i=$((i + 1)); done
}
stop() {
	local d
	for d in /mnt/ost*; do run umount $d; done
	run umount /mnt/mdt
}
client() { mkdir -p ${1:-/mnt/lustre}; run mount -t lustre -o user_xattr $NID:/$FS ${1:-/mnt/lustre}; }
unload() {
	run lustre_rmmod
	# what the kernel itself holds is left of protection domains, queue pairs, connections and memory regions; it keeps completion queues
	[ "$WIRE" != o2ib ] || rdma res | grep "pd 1 cq [0-9]* qp 1 cm_id 0 mr 0" || fail "RDMA resources are left: $(rdma res)"
}
# part FOLDER NAME: one behaviour, a file of its own; those of a folder share one boot and one file system, as each boot costs 10 s
part() { echo "## $1/$2"; . $TOP/tests/uml/$1/$2.sh; }
check_disks() { local d; for d in /dev/ubd[a-z]; do run e2fsck -fn $d; done; }
