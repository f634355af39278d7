#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What an OST makes of its disk: an MDT that waits for it is served at once; targets carry the mark of their make; after a crash that lost
# acknowledged writes fsync says so, after a stop it does not; with a LAST_ID that was set back no new file gets an old object.
# disks: 200,300,300
# limit: 240
. $TOP/tests/uml/lib.sh
# word FILE OFFSET: 32 bits of a file
word() { od -An -tx4 -j $2 -N 4 $1 | tr -d ' '; }
objid() { lfs getstripe $1 | awk 'n { print $2; exit } /obdidx/ { n = 1 }'; }
# le64 NUMBER
le64() { python3 -c 'import struct,sys; sys.stdout.buffer.write(struct.pack("<Q", int(sys.argv[1])))' $1; }
# put DEVICE FILE PATH: replace a file on an unmounted target
put() { debugfs -w -R "rm $3" $1 2>/dev/null; debugfs -w -R "write $2 $3" $1 2>/dev/null; }
lnet_up; format; start; client
cd /mnt/lustre
say "first create on a new OST"
t=$(date +%s%N)
run lfs setstripe -c 1 -i 1 first; run sh -c 'echo x > first'
[ $((($(date +%s%N) - t) / 1000000)) -lt 2000 ] || fail "it took $((($(date +%s%N) - t) / 1000000)) ms"
dmesg | grep "cannot connect.*rc = -110" && fail "a connect was lost"
say "lost writes"
run lfs setstripe -c 1 -i 0 a
cat > /tmp/t.py <<'PY'
import ctypes, os, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.sync_file_range.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
def sh(cmd): subprocess.check_call(cmd, shell=True)
def reconnect():
    for i in range(20):
        subprocess.call("lctl get_param osc.*.ping > /dev/null 2>&1", shell=True)
        out = subprocess.check_output("lctl get_param -n osc.*OST0000*.state", shell=True, text=True)
        if "FULL" in out: return
        time.sleep(0.5)
def fsync(fd):
    try: os.fsync(fd); return 0
    except OSError as e: return e.errno
# the OST answers, and keeps it in its journal for some seconds
def acknowledged(fd, data):
    os.pwrite(fd, data, 0)
    assert libc.sync_file_range(fd, 0, 0, 7) == 0
fd = os.open("a", os.O_RDWR | os.O_CREAT)
os.write(fd, b"x" * 1000000)
assert fsync(fd) == 0
sh("dd if=/dev/ubdb of=/tmp/snap bs=1M iflag=direct conv=sparse status=none")
acknowledged(fd, b"y" * 1000000)
sh("umount /mnt/ost0 && dd if=/tmp/snap of=/dev/ubdb bs=1M oflag=direct status=none && mount -t lustre /dev/ubdb /mnt/ost0")
reconnect()
rc = fsync(fd)
print("# fsync after a crash:", rc)
assert rc == 5, rc
acknowledged(fd, b"z" * 1000000)
sh("umount /mnt/ost0 && mount -t lustre /dev/ubdb /mnt/ost0")
reconnect()
rc = fsync(fd)
print("# fsync after a stop:", rc)
assert rc == 0, rc
assert os.pread(fd, 1000000, 0) == b"z" * 1000000
PY
run python3 /tmp/t.py; rm /tmp/snap
say "LAST_ID set back"
run lfs setstripe -c 1 -i 0 old
run dd if=/dev/urandom of=old bs=64k count=1 conv=fsync status=none; cp old /tmp/old
X=$(objid old)
cd /; run umount /mnt/lustre; stop
debugfs -R "dump CONFIGS/mountdata /tmp/m" /dev/ubdb 2>/dev/null; debugfs -R "dump last_rcvd /tmp/l" /dev/ubdb 2>/dev/null
[ $(word /tmp/m 12) = 80000000 ] && [ $(word /tmp/l 72) = 80000000 ] || fail "no mark: $(word /tmp/m 12) $(word /tmp/l 72)"
le64 $((X - 3)) > /tmp/id; debugfs -R "dump lov_objid /tmp/objid" /dev/ubda 2>/dev/null
{ cat /tmp/id; tail -c +9 /tmp/objid; } > /tmp/objid2
put /dev/ubdb /tmp/id O/0/LAST_ID; put /dev/ubda /tmp/objid2 lov_objid
start; client; cd /mnt/lustre
for i in 1 2 3 4; do
	lfs setstripe -c 1 -i 0 new$i && sh -c "[ ! -s new$i ] && echo new > new$i" || { [ -s new$i ] && fail "old contents under new$i"; }
done 2>/dev/null
sync; lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
run cmp old /tmp/old
cd /; run umount /mnt/lustre; stop
say "a target of another make"
cp /tmp/l /tmp/l2; printf '\x1c\x02\0\0' | dd of=/tmp/l2 bs=1 seek=72 conv=notrunc status=none
put /dev/ubdb /tmp/l2 last_rcvd
mount -t lustre /dev/ubda /mnt/mdt; mount -t lustre /dev/ubdb /mnt/ost0 && fail "last_rcvd with unknown features was taken over"
run umount /mnt/mdt
check_disks; unload
