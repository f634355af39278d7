#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# llstat, llobdstat, lljobstat on the counters of a node that answers from files: rates, order, exit codes.
top=../..
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
mkdir "$d/tmp"
fail() { echo "FAILED: $*"; exit 1; }
for t in llstat llobdstat lljobstat; do ln -s "$(realpath $top/utils/llstat)" "$d/$t"; done
# one answer after the other: $d/1, $d/2 ...; then as a node without the parameter; time stands still
cat > "$d/lctl" <<'END'
#!/bin/sh
echo "$*" >> "$D/asked"
n=$(wc -l < "$D/asked")
cat "$D/$n" 2>/dev/null || { echo "error: get_param: param_path '$3': No such file or directory" >&2; exit 2; }
END
printf '#!/bin/sh\n' > "$d/sleep"
chmod +x "$d/lctl" "$d/sleep"
# rc EXPECTED COMMAND...: its output is in $d/out
rc() {
	local want=$1; shift
	: > "$d/asked"
	D=$d TMPDIR=$d/tmp PATH=$d:$PATH "$@" > "$d/out" 2> "$d/err"
	[ $? = "$want" ] || fail "$*: status, expected $want: $(cat "$d/out" "$d/err")"
}
has() { grep -Eq -- "$1" "$d/out" || fail "no line '$1' in: $(cat "$d/out")"; }
op() { echo "  $1: { samples: $3, unit: $2, min: 1, max: 9, sum: $4, sumsq: 99 }"; }
job() { echo "- job_id: $1"; echo "  snapshot_time: 1.0 secs.nsecs"; }

rc 0 "$d/lljobstat" -h; has 'usage: lljobstat \[-c COUNT\]'
rc 4 "$d/lljobstat" -x; rc 4 "$d/lljobstat" mdt; rc 4 "$d/llstat"; rc 4 "$d/llstat" -c 1 x; rc 4 "$d/llobdstat" a b
rc 22 "$d/lljobstat" -c 0; rc 22 "$d/lljobstat" -c many; rc 22 "$d/lljobstat" -i 0; rc 22 "$d/llstat" -n x y
rc 2 "$d/lljobstat" -n 1; grep -q "no parameter obdfilter" "$d/err" || fail "$(cat "$d/err")"
rc 2 "$d/llobdstat" -n 1

# two targets; dd was there, cp is new, idle does nothing, again began to count anew
{ echo job_stats:; job dd.0; op read_bytes bytes 5 0; op read usecs 5 50; op write_bytes bytes 10 1048576
  op write usecs 10 100; op punch usecs 1 1; job idle; op open usecs 7 7
  echo job_stats:; job again; op open usecs 90 90; } > "$d/1"
{ echo job_stats:; job dd.0; op read_bytes bytes 5 0; op read usecs 5 50; op write_bytes bytes 30 $((41 << 20))
  op write usecs 30 300; op punch usecs 2 2; job idle; op open usecs 7 7
  echo job_stats:; job '"a:\x20b/c"'; op mkdir usecs 90 90; op read_bytes bytes 1 $((2 << 20)); job dd.0; op open usecs 1 1
  job again; op open usecs 4 4; } > "$d/2"
rc 0 "$d/lljobstat" -i 2 -n 1
grep -qx 'get_param -n obdfilter\.\*\.job_stats mdt\.\*\.job_stats' "$d/asked" || fail "$(cat "$d/asked")"
has '^a:\\x20b/c +45\.0 ops/s +1\.0 MB/s read +0\.0 MB/s written  mkdir 100%$'
has '^dd\.0 +11\.0 ops/s +0\.0 MB/s read +20\.0 MB/s written  write 91%$'
has '^again +2\.0 ops/s .*  open 100%$'
[ "$(sed 's/ .*//' "$d/out" | tail -n +2 | xargs)" = 'a:x20b/c dd.0 again' ] || fail "order: $(cat "$d/out")"
rc 0 "$d/lljobstat" -c 1 -i 2 -n 1; [ "$(wc -l < "$d/out")" = 2 ] || fail "-c 1: $(cat "$d/out")"

# the targets are gone between two tables
rm "$d/2"; rc 2 "$d/lljobstat" -n 1

echo "write_bytes 10 samples [bytes] 1 9 1048576 9" > "$d/1"
{ echo "snapshot_time 1.0 secs.nsecs"; echo "write_bytes 30 samples [bytes] 1 9 $((41 << 20)) 9"
  echo "open 4 samples [usecs] 1 9 40 9"; } > "$d/2"
rc 0 "$d/llobdstat" -i 2 -n 1 fs-OST0000; has '^write_bytes +20\.0 MB/s +10\.0 ops/s$'
rc 0 "$d/llstat" -i 2 -n 1 ost.OSS.ost.stats; has '^open +4 +2\.0 /s 10 us \[usecs\]$'
[ -z "$(ls "$d/tmp")" ] || fail "temporary files are left"
echo "llstat: all as expected"
