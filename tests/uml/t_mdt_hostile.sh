#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The MDT and requests that no client of ours sends (tests/tools/mdt_hostile.py).
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
_require_program python3
ip addr add 127.0.0.2/32 dev lo 2>/dev/null
lnet_up; format; start
hostile() { run env PYTHONPATH=$TOP/tests/tools PYTHONDONTWRITEBYTECODE=1 python3 $TOP/tests/tools/mdt_hostile.py "$@"; }
hostile "$@"
run umount /mnt/ost1; rmdir /mnt/ost1; sleep 12
hostile away
stop; check_disks; unload
