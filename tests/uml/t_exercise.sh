#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The model-checking exerciser: one client, then two client mounts of the same files in turn (every write must be seen at once by the other).
# disks: 200,400,400
# limit: 600
. $TOP/tests/uml/lib.sh
X=$TOP/build/tools/exercise
N=${1:-3000}
lnet_up; format; start; client /mnt/a
run lfs setstripe -c 2 -S 64k /mnt/a
run $X -n $N -s 1 /mnt/a
client /mnt/b
run $X -n $N -s 2 /mnt/a /mnt/b
run umount /mnt/b; run umount /mnt/a
stop; check_disks; unload
