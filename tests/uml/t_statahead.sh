#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A process that stats one file after the other finds them asked for ahead: how many requests that takes; never old attributes when another
# client changes the directory; ends of the process, the mount and the MDT in the middle.
# disks: 200,200,200
# limit: 600
. $TOP/tests/uml/lib.sh
X=$TOP/build/tools/statahead
lnet_up; format; start; client /mnt/a; client /mnt/b
# instance of a mount
inst() { lfs getname $1 | sed 's/^[^-]*-//; s/ .*//'; }
B=$(inst /mnt/b)
# sa KEY: a line of statahead_stats; rpcs SERVICE: enqueues that it has had, "since" the last clear
sa() { lctl get_param -n llite.*$B.statahead_stats | sed -n "s/^$1: //p"; }
rpcs() { lctl get_param -n $1.stats | awk '/^ldlm.*enqueue/ {n += $2} END {print n + 0}'; }
cold() { echo 2 > /proc/sys/vm/drop_caches; lctl set_param -n ldlm.namespaces.*$B*.lru_size=clear; }
clear() { hits=$(sa hit_total) misses=$(sa miss_total) mdt=$(rpcs mds.MDS.mdt) ost=$(rpcs ost.OSS.ost); }
counts() {
	hits=$(($(sa hit_total) - hits)) misses=$(($(sa miss_total) - misses)) mdt=$(($(rpcs mds.MDS.mdt) - mdt)) ost=$(($(rpcs ost.OSS.ost) - ost))
	say "$1: $mdt enqueues at the MDT, $ost at the OSTs, $hits hits, $misses misses"
}
between() { [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] || fail "$1: $2, expected $3 to $4"; }
N=300

say "readdir order: one request for each name and object, not one after the other"
mkdir /mnt/a/d; for ((i = 0; i < N; i++)); do echo $i > /mnt/a/d/f$i; done; mkdir /mnt/a/d/sub
sync
ls -ln /mnt/a/d > /tmp/want
cold; clear; ls -ln /mnt/b/d > /tmp/got; counts "ls -l"
run diff /tmp/want /tmp/got
between hits $hits $((N - 15)) $((N + 1))
between "enqueues at the MDT" $mdt $N $((N + 12))
between "enqueues at the OSTs" $ost $N $((N + 4))
is "sa list_total" 1
clear; ls -ln /mnt/b/d > /tmp/got; counts "again"
run diff /tmp/want /tmp/got
between "enqueues when all is cached" $((mdt + ost)) 0 1 # the open of the directory

say "who asks for no size gets no answer of an OST"
cold; clear; stat -c %a /mnt/b/d/f* | sort -u > /tmp/got; counts "stat -c %a"
is "cat /tmp/got" 644
between "enqueues at the MDT, f1 f10 f100 f101" $mdt $N $((N + 60))
between "enqueues at the OSTs" $ost 0 0

say "numbers that count up"
cold; clear; fname=$(sa fname_total); run $X count /mnt/b/d f%d 0 $N 1; counts count
between hits $hits $((N - 15)) $N
between "enqueues at the MDT" $mdt $N $((N + 70))
between "runs of numbers" $(($(sa fname_total) - fname)) 1 1

say "no order: nothing is asked that nobody wants"
cold; clear
for i in $(shuf -i 0-$((N - 1)) -n 100 --random-source=$X); do echo /mnt/b/d/f$i; done | xargs stat -c %s > /tmp/got
counts "random order"
between "enqueues at the MDT" $mdt 100 150

say "with too many readers those that are at it go on"
run lctl set_param -n llite.*$B.statahead_running_max=2 # the root of the mount and d
mkdir /mnt/a/e; touch /mnt/a/e/f
for try in 1 2 3; do
	cold; sleep 1.2; lists=$(sa list_total); $X stop /mnt/b/d 100 "stat /mnt/b/e/f > /dev/null" > /tmp/got
	[ $(($(sa list_total) - lists)) = 1 ] && break # a slow machine may take more than the second
	[ $try != 3 ] || fail "the reader was ended by another one"
done
run lctl set_param -n llite.*$B.statahead_running_max=16
run rm -r /mnt/a/e

say "switched off"
run lctl set_param -n llite.*$B.statahead_max=0
cold; clear; ls -ln /mnt/b/d > /tmp/got; counts "statahead_max=0"
run diff /tmp/want /tmp/got
between hits $hits 0 0
run lctl set_param -n llite.*$B.statahead_max=128
rc 34 "lctl set_param -n llite.*$B.statahead_max=100000"

say "another client changes what was asked for ahead"
cat > /tmp/change <<'END'
for ((i = 0; i < 150; i += 6)); do
	cd /mnt/a/d
	rm f$i; echo longer > f$((i + 1)); rm f$((i + 2)); mkdir f$((i + 2)); mv f$((i + 3)) f$((i + 4)); chmod 600 f$((i + 5)); mv f$((i + 5)) g$i
done
END
cold; run $X stop /mnt/b/d 40 "bash /tmp/change" > /tmp/got
[ $(wc -l < /tmp/got) -gt 200 ] || fail "too few names"
cut -d' ' -f1 /tmp/got | (cd /mnt/a/d; xargs stat -c "%n %i %f %s" 2>/dev/null) | sort > /tmp/want
grep -v missing /tmp/got | sort > /tmp/there
run diff /tmp/want /tmp/there
(cd /mnt/a && find d -printf '%p %i %y %m %s\n' | sort) > /tmp/want; (cd /mnt/b && find d -printf '%p %i %y %m %s\n' | sort) > /tmp/got
run diff /tmp/want /tmp/got

say "a race with another client"
mkdir /mnt/a/r
run $X race /mnt/a/r /mnt/b/r 200 10
(cd /mnt/a && find r -printf '%p %i %y %m %s\n' | sort) > /tmp/want; (cd /mnt/b && find r -printf '%p %i %y %m %s\n' | sort) > /tmp/got
run diff /tmp/want /tmp/got

say "the process is killed, the mount goes, the MDT is away"
for k in KILL INT KILL; do
	cold; ls -ln /mnt/b/d > /dev/null & p=$!
	usleep 20000 2>/dev/null || sleep 0.02
	kill -$k $p; wait $p 2>/dev/null
done
for ((i = 0; i < 3; i++)); do
	cold; ls -ln /mnt/b/d | head -20 > /dev/null & p=$!
	sleep 0.0$((i * 3 + 1)); kill -KILL $p; wait $p 2>/dev/null
	run umount /mnt/b; client /mnt/b; B=$(inst /mnt/b)
done
cold; (for i in 1 2 3 4 5 6; do ls -ln /mnt/b/d; echo 2 > /proc/sys/vm/drop_caches; done) > /tmp/six 2>&1 & p=$!
sleep 0.3; run umount /mnt/mdt; sleep 1; run mount -t lustre /dev/ubda /mnt/mdt
run wait $p
for i in 1 2 3 4 5 6; do ls -ln /mnt/a/d; done > /tmp/want
run diff /tmp/want /tmp/six
run rm -rf /mnt/a/d/sub /mnt/a/r
run umount /mnt/a
# with the MDT away the umount does not wait for what is on its way
cold; ls -ln /mnt/b/d > /dev/null & p=$!
sleep 0.1; run umount -f /mnt/mdt; kill -KILL $p; wait $p 2>/dev/null
t=$SECONDS; run umount -f /mnt/b; [ $((SECONDS - t)) -lt 20 ] || fail "umount took $((SECONDS - t)) s"
run mount -t lustre /dev/ubda /mnt/mdt
stop; check_disks; unload
