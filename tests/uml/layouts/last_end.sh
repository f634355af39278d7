# SPDX-License-Identifier: GPL-2.0-only
# The end of the last component is the end of the file.
say "the end of the last component is the end of the file"
run lfs setstripe -E 1M -c 1 e
dd if=/tmp/x of=e bs=64k count=17 status=none 2> /dev/null && fail "written behind the last component"
is "up to the end" "$(stat -c %s e)" 1048576
