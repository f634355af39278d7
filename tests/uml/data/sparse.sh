# SPDX-License-Identifier: GPL-2.0-only
# tar -S of a file that is not written back yet loses nothing.
say "tar of a file that is not written back yet"
run dd if=/dev/urandom of=/tmp/x bs=64k count=10 status=none
run cp /tmp/x t; tar -S -cf - t | tar -xO | cmp - /tmp/x || fail "tar -S on the writer"
run cp /tmp/x u; tar -C /mnt/b -S -cf - u | tar -xO | cmp - /tmp/x || fail "tar -S on the other mount"
