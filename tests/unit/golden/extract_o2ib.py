#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""extract_o2ib.py OUT.bin CAPTURE.pcap...

Takes the messages of o2iblnd out of packet captures of real peers over RoCEv2 (UDP port 4791): golden data for
kib_test. OUT.bin is a sequence of records, all little-endian: kind u16 (0 CONNREQ, 1 CONNACK, 2 reject, 3 message of a
connection), sender u16 (0 the side that dialled, 1 the other), connection u32, length u32, 0 u32, data, zeros up to a
multiple of 8. The captures hold every packet, in order.
"""
import struct
import sys


def packets(path):
    data, pos = open(path, 'rb').read(), 24
    while pos + 16 <= len(data):
        caplen = struct.unpack_from('<I', data, pos + 8)[0]
        p, pos = data[pos + 16:pos + 16 + caplen], pos + 16 + caplen
        if p[12:14] == b'\x08\x00' and p[23] == 17 and struct.unpack_from('>H', p, 36)[0] == 4791:
            yield p[26:30], p[30:34], p[42:14 + struct.unpack_from('>H', p, 16)[0] - 4]


def messages(path, conns):
    ids, qps, parts, psns = {}, {}, {}, {}
    for src, dst, b in packets(path):
        op, qp, psn = b[0], int.from_bytes(b[5:8], 'big'), int.from_bytes(b[9:12], 'big')
        if op == 0x64:                                  # connection manager: 12 BTH, 8 DETH, 24 MAD
            mad, attr = b[20:], struct.unpack_from('>H', b, 36)[0]
            local, remote = mad[24:28], mad[28:32]
            if attr == 0x10:
                conns[0] += 1
                ids[src, local] = conns[0], int.from_bytes(mad[56:59], 'big')
                yield 0, 0, conns[0], mad[200:256]
            elif attr == 0x13 and (dst, remote) in ids:
                n, active = ids[dst, remote]
                passive = int.from_bytes(mad[36:39], 'big')
                qps[dst, active], qps[src, passive] = (1, n), (0, n)
                yield 1, 1, n, mad[60:60 + 196]
            elif attr == 0x12 and (dst, remote) in ids:
                yield 2, 1, ids[dst, remote][0], mad[108:108 + 148]
        elif op in (0, 1, 2, 4) and (dst, qp) in qps:
            if psns.get((dst, qp)) == psn:              # sent again
                continue
            psns[dst, qp] = psn
            body = b[12:len(b) - (b[1] >> 4 & 3)]
            parts[dst, qp] = body if op in (0, 4) else parts[dst, qp] + body
            if op in (2, 4):
                side, n = qps[dst, qp]
                yield 3, side, n, parts.pop((dst, qp))


def main():
    conns = [0]
    with open(sys.argv[1], 'wb') as out:
        for path in sys.argv[2:]:
            for kind, side, n, data in messages(path, conns):
                out.write(struct.pack('<HHIII', kind, side, n, len(data), 0) + data + bytes(-len(data) % 8))


main()
