#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fio writes with checksums in every block: 5 jobs (streams, random blocks, O_DIRECT, AIO), 256 MiB each over two OSTs; read back
# at once, after a new mount of the client, and after a stop, e2fsck and start of the servers. Argument: MiB for each job.
# disks: 200,1000,1000
# limit: 1800
. $TOP/tests/uml/lib.sh
MB=${1:-256}
lnet_up; format; start; client
run lfs setstripe -c 2 -S 256k /mnt/lustre
job() { # NAME OPTION...
	local name=$1; shift
	printf '[%s]\nfilename=/mnt/lustre/%s\n' $name $name; printf '%s\n' "$@"
}
{
	printf '%s\n' '[global]' size=${MB}m ioengine=psync verify=crc32c verify_fatal=1 verify_backlog_batch=0 randseed=7 end_fsync=1 thread=1 group_reporting=1
	job stream rw=write bs=1m
	job random rw=randwrite bs=16k
	job direct rw=write bs=256k direct=1
	job aio rw=randwrite bs=64k direct=1 ioengine=libaio iodepth=16
	job mixed rw=randwrite bsrange=4k-64k
} > /tmp/jobs
f() { fio --eta=never --output=/tmp/fio.out "$@" /tmp/jobs || { tail -40 /tmp/fio.out; fail "fio $*"; }; grep -E 'WRITE:|READ:' /tmp/fio.out; }
say "write, verify"; f
say "verify after a new mount"; run umount /mnt/lustre; client; f --verify_only
run umount /mnt/lustre; stop; check_disks; start; client
say "verify after a restart of the servers"; f --verify_only
run [ $(lfs getstripe -c /mnt/lustre/random) = 2 ]
run umount /mnt/lustre; stop; unload
