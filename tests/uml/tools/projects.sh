# SPDX-License-Identifier: GPL-2.0-only
# Project ids; what is not there is refused by name.
say "projects, and what there is not"
run mkdir d/pr; run lfs project -p 7 -s d/pr; run touch d/pr/f
is "lfs project -d d/pr" "7 P d/pr"
is "lfs project d/pr | cut -c1-5" 7
is "lfs project -c -r d/pr" ""
run lfs project -C -r d/pr; is "lfs project d/pr | cut -c1-5" 0
rc 95 "lfs quota -u root ."; rc 19 "lfs quota /proc"; rc 95 "lfs migrate -c 2 d/f"; rc 95 "lctl changelog_register"
rc 4 "lfs project"; rc 4 "lfs rmfid ."; rc 2 "lfs project nope"
