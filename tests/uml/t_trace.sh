#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tracepoints: each part has some, the parameter debug records them, lctl dk shows them between the messages.
# disks: 200,300
# limit: 600
. $TOP/tests/uml/lib.sh
# (looking inside mounts it)
_require_file /sys/kernel/debug/tracing/events/
seen() { grep -q "$1" /tmp/dk || fail "no $1 in lctl dk"; }
run modprobe lnet
run lustre_rmmod
lnet_up
# set before the modules with the tracepoints are loaded
run lctl set_param debug="+rpctrace +trace"
format; start; client
[ "$(lctl get_param -n debug)" = "neterror warning error emerg config console rpctrace trace" ] || fail "debug is '$(lctl get_param -n debug)'"
lctl set_param debug=bogus 2>/dev/null && fail "an unknown word was taken"
# it waits for an object, so some have been made by now
run touch /mnt/lustre/first
run lctl dk /tmp/dk 2>/dev/null
seen osp_create_begin; seen "osp_create_end: $FS-OST0000-osc-MDT0000 .* rc=0"
run lctl clear
run sh -c 'echo hello > /mnt/lustre/f'; sync
run lctl dk /tmp/dk 2>/dev/null
for e in ptlrpc_req_new ptlrpc_req_sent ptlrpc_svc_queued ptlrpc_svc_start ptlrpc_svc_end ptlrpc_req_replied ptlrpc_req_done; do seen $e; done
# one XID joins the steps of a request on both sides
xid=$(sed -n 's/.*ptlrpc_svc_start: .*ost_write x\([0-9]*\) .*/\1/p' /tmp/dk | head -1)
[ "$(grep -c " x$xid " /tmp/dk)" -ge 5 ] || fail "the write x$xid cannot be followed"
say "all words"
run lctl set_param debug=-1
run sh -c 'echo hello > /mnt/lustre/g'; sync
run lctl dk /tmp/dk 2>/dev/null
for s in lnet ldlm osd oss mdt lustre; do seen "${s}_"; done
client /mnt/b; echo x > /mnt/lustre/t; run cat /mnt/b/t > /dev/null; run umount /mnt/b
run lctl dk /tmp/dk 2>/dev/null
for e in ldlm_{enqueue,grant,block,ast,ast_done,cancel,destroy} lnet_msg_{send,sent,recv} oss_brw_{begin,end}; do seen $e; done
run lctl set_param debug=0
run sh -c 'echo hello > /mnt/lustre/h'; sync
run lctl clear; run touch /mnt/lustre/i; run lctl dk /tmp/dk 2>/dev/null
grep -q ptlrpc_ /tmp/dk && fail "records although debug is 0"
say "connections"
run lctl set_param debug=ha
run umount /mnt/lustre; run lctl dk /tmp/dk 2>/dev/null
seen "ptlrpc_import_state: $FS-MDT0000_UUID .*CLOSED"
say "targets"
run lctl set_param debug=vfstrace
stop; run lctl dk /tmp/dk 2>/dev/null
seen "tgt_umount: /dev/ubda $FS-MDT0000 rc=0"
unload
[ ! -e /sys/kernel/debug/tracing/instances/lustre ] || fail "the ring stays without the modules"
