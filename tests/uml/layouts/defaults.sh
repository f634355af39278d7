# SPDX-License-Identifier: GPL-2.0-only
# Default layouts of directories and of the file system are inherited.
say "defaults"
run mkdir dd; run lfs setstripe -E 1M -c 1 -S 64K -E -1 -c 2 dd
run mkdir dd/sub; touch dd/f dd/sub/f
is "inherited" "$(flags dd/f)" "init 0"; is "inherited" "$(flags dd/sub/f)" "init 0"
is "entries" "$(lfs getstripe --component-count dd/f | head -1)" 2
lfs getstripe -d dd > /tmp/dd; grep -q "lcme_id:             N/A" /tmp/dd && grep -q "^      stripe_count:  2       stripe_size:   65536       pattern:       raid0 " /tmp/dd || fail "getstripe of a directory: $(cat /tmp/dd)"
(echo x >> dd/log) ; is "opened to append" "$(lfs getstripe -c dd/log | head -1)" 1; [ -z "$(flags dd/log)" ] || fail "a file that is opened to append is composite"
run lfs setstripe --copy=dd/f dd/copy; is "a copy" "$(flags dd/copy)" "init 0"
lfs getstripe -y dd/f > /tmp/y; run lfs setstripe -y /tmp/y dd/yaml
lfs getstripe -y dd/yaml | sed '/l_ost_idx\|l_fid/d' > /tmp/y2; sed -i '/l_ost_idx\|l_fid/d' /tmp/y
sed -i '/stripe_offset/d' /tmp/y /tmp/y2; run cmp /tmp/y /tmp/y2
run lfs setstripe -d dd; touch dd/plain; [ -z "$(flags dd/plain)" ] || fail "the default was not removed"
run lfs setstripe -E 1M -c 1 -E -1 -c 2 /mnt/a; run mkdir r; touch r/f; is "of the root" "$(flags r/f)" "init 0"
run lfs setstripe -d /mnt/a
rm -r dd r
