# SPDX-License-Identifier: GPL-2.0-only
# A dead OST: who is asked about it, and what still works.
say "a dead OST"
run sync
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
run umount /mnt/ost1
for i in $(seq 50); do lfs check osts 2>&1 | grep -q "error: check 'test-OST0001" && break; sleep 0.2; done
is "lfs check osts 2>/dev/null" "$osc active."
is "lfs df | grep -c '^test-OST0001_UUID *: '" 1
rc 107 "lfs df"
rc 0 "lfs df -o0"
# which files are on it
is "timeout 10 lfs getstripe -i d/g" 1
is "timeout 10 lfs find d --ost 1 --name g" d/g
run mount -t lustre /dev/ubdc /mnt/ost1
for i in $(seq 100); do lfs check osts 2>&1 | grep -q error: || break; sleep 0.2; done
is "lfs df | grep -c '^test-OST000[01]_UUID .*[OST:[01]]'" 2
rc 0 "lfs df"
