# SPDX-License-Identifier: GPL-2.0-only
# For the self-tests of single layers: sourced by */run, which gets top, uml, mod (the built modules) and out (its work folder).
here=$(cd "$(dirname "$0")" && pwd)
name=${here##*/}
top=${here%/tests/uml/*}
uml=$("$top/scripts/uml-dir")
mod=$top/build/um/mod
out=${1:-${TMPDIR:-/tmp}/$name}

# The test's own module, against the modules of the build that all tests in the debug kernel use.
selftest_build() {
	mkdir -p "$top/build/um" && flock "$top/build/um/.lock" "$top/scripts/mod-build" -k um -o "$mod" # tests run side by side
	rm -rf "${out:?}/$name" # a source of an earlier run that is gone would be built, too
	mkdir -p "$out/$name"
	cp "$here/Kbuild" "$here/"*.[ch] "$out/$name/"
	make -s -C "$uml" M="$out/$name" ARCH=um MOD="$mod" \
		KBUILD_EXTRA_SYMBOLS="$mod/Module.symvers $("$top/tests/uml/build-rdma")/Module.symvers" W=1 modules
}

# The machine: $out/init.sh is its first process.
machine=("$uml/linux" mem=512M rootfstype=hostfs rootflags=/ rw "init=$out/init.sh" con0=fd:0,fd:1 con=null)
