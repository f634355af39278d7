#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""split.py GOLDEN.bin DIR: one file for each record of the golden data, as a corpus for fuzzers."""
import os
import struct
import sys

data = open(sys.argv[1], 'rb').read()
os.makedirs(sys.argv[2], exist_ok=True)
pos = n = 0
while pos < len(data):
    kind, length = struct.unpack_from('<II', data, pos)
    if length <= 16384:
        with open(os.path.join(sys.argv[2], '%d-%04d' % (kind, n)), 'wb') as f:
            f.write(data[pos + 8:pos + 8 + length])
    n += 1
    pos += 8 + length + -length % 8
