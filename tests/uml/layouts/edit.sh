# SPDX-License-Identifier: GPL-2.0-only
# Components are added, removed and flagged by users.
say "components added, removed, flagged"
run lfs setstripe -E 1M -c 1 -E 2M -c 2 f; data f 20
run lfs setstripe --component-add -E 4M -c 1 -E -1 -c 1 f
is added "$(flags f)" "init init 0 0"; is ids "$(lfs getstripe f | awk '/lcme_id:/ { printf "%s ", $2 }')" "1 2 3 4 "
run dd if=/tmp/x of=f bs=1M seek=5 count=1 conv=notrunc status=none; is written "$(flags f)" "init init init init"
refused Invalid lfs setstripe --component-del -I 2 f
run lfs setstripe --component-del -I 4 f; is removed "$(flags f)" "init init init"
run lfs setstripe --component-set -I 1 --flags=prefer f; is flagged "$(flags /mnt/b/f)" "init,prefer init init"
run lfs setstripe --component-set -I 1 --flags=^prefwr f; is unflagged "$(flags f)" "init,prefrd init init"
refused Invalid lfs setstripe --component-set -I 9 --flags=prefer f
refused Invalid lfs setstripe --component-set -I 1 --flags=stale f
refused "component 1" lfs setstripe --component-add -E 1M f
rm f
