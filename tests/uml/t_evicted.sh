#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An OST forgets its clients: fsync and close tell about data that was not written, once for each open file; afterwards all is well.
# Short I/O of all sizes around its bound. A write to a set-uid file, also an appending one.
# disks: 200,300,300
# limit: 240
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client
cd /mnt/lustre; run lfs setstripe -c 1 -i 0 .
# the MDT may not have seen that OST yet
for i in $(seq 30); do rm -f a; echo > a; [ "$(lfs getstripe -i a)" = 0 ] && break; sleep 1; done
run [ "$(lfs getstripe -i a)" = 0 ]; rm a; sync
cat > /tmp/t.py <<'PY'
import os, subprocess
def evict():
    subprocess.check_call("umount /mnt/ost0 && mount -t lustre /dev/ubdb /mnt/ost0", shell=True)
    for i in range(8): subprocess.call("lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1", shell=True)
def fsync(fd):
    try: os.fsync(fd); return 0
    except OSError as e: return e.errno
def close(fd):
    try: os.close(fd); return 0
    except OSError as e: return e.errno
def want(what, got, good):
    print("#", what, got)
    assert got == good, (what, got, good)
a = os.open("a", os.O_RDWR | os.O_CREAT)
b = os.open("a", os.O_RDWR)
os.write(a, b"x" * 100000)
evict()
want("fsync of two opens, twice", [fsync(a), fsync(a), fsync(b), fsync(b)], [5, 0, 5, 0])
os.write(a, b"y" * 1000)
want("fsync after new data", fsync(a), 0)
os.write(a, b"x" * 100000)
evict()
want("close", close(a), 5)
want("close after fsync", [fsync(b), close(b)], [5, 0])
c = os.open("c", os.O_RDWR | os.O_CREAT)
os.write(c, b"z" * 5000)
want("fsync, evicted, fsync", fsync(c), 0)
evict()
want("nothing was lost", [fsync(c), close(c), open("c").read() == "z" * 5000], [0, 0, True])
PY
run python3 /tmp/t.py
# under load: pages in flight, locks in use; nothing may hang
for i in 1 2 3; do (while [ ! -e /tmp/stop ]; do dd if=/dev/zero of=l$i bs=64k count=64 conv=fsync; dd if=l$i of=/dev/null bs=1M; done > /dev/null 2>&1) & done
for i in 1 2 3; do sleep 2; run umount /mnt/ost0; run mount -t lustre /dev/ubdb /mnt/ost0; sleep 4; done
touch /tmp/stop; wait
run dd if=/dev/urandom of=/tmp/x bs=1M count=3 status=none; run dd if=/tmp/x of=l1 bs=1M conv=fsync status=none
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear; run cmp /tmp/x l1
for s in 1 100 4095 4096 5000 16384 16385; do
	head -c $s /dev/urandom > /tmp/x; run cp /tmp/x s$s; sync
	lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
	run cmp /tmp/x s$s
	run dd if=/tmp/x of=s$s conv=notrunc seek=1 bs=100 status=none; tail -c +101 s$s | cmp - /tmp/x || fail "short write of $s"
done
run dd if=/dev/urandom of=/tmp/x bs=4k count=3 status=none
run dd if=/tmp/x of=d oflag=direct bs=4k status=none; run cmp d /tmp/x
dd if=d iflag=direct bs=4k status=none | cmp - /tmp/x || fail "direct read"
echo abc > s; for how in append none; do
	run chmod 4777 s; setpriv --reuid 1000 --clear-groups dd if=/dev/zero of=s bs=1 count=1 conv=notrunc $([ $how = append ] && echo oflag=append) status=none
	[ $(stat -c %a s) = 777 ] || fail "set-uid bit is still there ($how): $(stat -c %a s)"
done
cd /; run umount /mnt/lustre; stop; check_disks; unload
