#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""extract.py OUT.bin CAPTURE.pcap...

Takes LNet payloads out of packet captures of real peers (TCP port 988) and keeps a few of each kind as golden data for
wire_golden_test. OUT.bin is a sequence of records, all little-endian: kind u32 (1 request, 2 reply of the request
before it, 3 ping info, 4 directory page), length u32, data, zeros up to a multiple of 8.
"""
import struct
import sys
from collections import Counter, defaultdict

MAGIC = 0x0bd00bd3
SAMPLES = 2		# of each kind and shape
LIMIT = 66000		# longest message kept
LDLM_ENQUEUE, MDS_REINT, OST_GET_INFO, OST_SET_INFO, MDS_GET_INFO, MDS_SET_INFO, LDLM_SET_INFO, MDS_READPAGE, LLOG_NEXT_BLOCK = \
    101, 36, 7, 17, 53, 46, 107, 37, 502


def segments(path):
    """Yield (stream key, syn, sequence number, bytes) of the TCP packets of a pcap file (Ethernet)."""
    data = open(path, 'rb').read()
    pos = 24
    while pos + 16 <= len(data):
        caplen = struct.unpack_from('<I', data, pos + 8)[0]
        p = data[pos + 16:pos + 16 + caplen]
        pos += 16 + caplen
        if len(p) < 54 or p[12:14] != b'\x08\x00' or p[23] != 6:
            continue
        ihl = (p[14] & 15) * 4
        total = struct.unpack_from('>H', p, 16)[0]
        tcp = 14 + ihl
        sport, dport, seq = struct.unpack_from('>HHI', p, tcp)
        if 988 not in (sport, dport):
            continue
        off = tcp + (p[tcp + 12] >> 4) * 4
        end = 14 + total if total else len(p)
        yield (p[26:30], sport, p[30:34], dport), bool(p[tcp + 13] & 2), seq, p[off:end]


def runs(path):
    """Yield (stream key, from its start?, contiguous bytes)."""
    state = {}
    for key, syn, seq, body in segments(path):
        if syn:
            if key in state and state[key][1]:
                yield key, state[key][2], bytes(state[key][1])
            state[key] = [(seq + 1) & 0xffffffff, bytearray(), True, {}]
            continue
        if not body:
            continue
        st = state.setdefault(key, [seq, bytearray(), False, {}])
        st[3][seq] = max(st[3].get(seq, b''), body, key=len)
        moved = True
        while moved:
            moved = False
            for s in list(st[3]):
                skip = (st[0] - s) & 0xffffffff
                if skip < 1 << 31:
                    b = st[3].pop(s)
                    if skip < len(b):
                        st[1] += b[skip:]
                        st[0] = (st[0] + len(b) - skip) & 0xffffffff
                        moved = True
    for key, st in state.items():
        if st[1]:
            yield key, st[2], bytes(st[1])


def header_ok(b, pos):
    if pos + 24 > len(b):
        return False
    t, csum = struct.unpack_from('<II', b, pos)
    if csum or t not in (0xc0, 0xc1):
        return False
    if t == 0xc0:
        return True
    if pos + 96 > len(b):
        return False
    dpid, spid, typ, plen = struct.unpack_from('<IIII', b, pos + 24 + 16)
    return dpid == spid == 12345 and typ <= 3 and plen <= 1 << 20


def frames(b, start):
    """Yield (LNet type, header bytes, payload)."""
    pos = 0
    if start:
        if b[:4] == struct.pack('<I', 0xacce7100):
            pos = 16
        if b[pos:pos + 4] == struct.pack('<I', 0x45726963):
            pos += 56
    while pos < len(b):
        if not header_ok(b, pos):
            pos += 1
            while pos < len(b) and not (header_ok(b, pos) and b[pos] == 0xc1):
                pos += 1
            continue
        if b[pos] == 0xc0:
            pos += 24
            continue
        typ, plen = struct.unpack_from('<II', b, pos + 24 + 24)
        end = pos + 96 + plen
        if end <= len(b):
            yield typ, b[pos + 24:pos + 96], b[pos + 96:end]
        pos = end


class Message:
    def __init__(self, b):
        self.bytes = b
        n = struct.unpack_from('<I', b)[0]
        self.lens = struct.unpack_from('<%dI' % n, b, 32)
        pos = (32 + 4 * n + 7) & ~7
        self.bufs = []
        for length in self.lens:
            self.bufs.append(b[pos:pos + length])
            pos += (length + 7) & ~7
        self.bytes = b[:pos]
        body = self.bufs[0]
        self.type, _, self.opc, self.status = struct.unpack_from('<IIIi', body, 8)
        self.mbits = struct.unpack_from('<Q', body, 120)[0]

    def sub(self):
        """What besides the opcode decides about the format."""
        if self.opc == MDS_REINT and len(self.bufs) > 1:
            return struct.unpack_from('<I', self.bufs[1])[0]
        if self.opc == LDLM_ENQUEUE and len(self.bufs) > 2 and len(self.bufs[2]) == 8:
            return struct.unpack_from('<Q', self.bufs[2])[0]
        if self.opc in (OST_GET_INFO, OST_SET_INFO, MDS_GET_INFO, MDS_SET_INFO, LDLM_SET_INFO) and len(self.bufs) > 1:
            return self.bufs[1][:16].split(b'\0')[0]
        return 0

    def shape(self):
        return tuple(0 if not x else 1 + x.bit_length() for x in self.lens)


def main():
    out, counts, kinds, total = bytearray(), Counter(), set(), 0

    def put(kind, data):
        out.extend(struct.pack('<II', kind, len(data)) + data + bytes(-len(data) % 8))

    for path in sys.argv[2:]:
        requests, replies, readpages = {}, defaultdict(list), set()
        order = []
        others = []
        for _, start, b in runs(path):
            for typ, hdr, payload in frames(b, start):
                mb = struct.unpack_from('<Q', hdr, 48)[0]
                if typ == 3 and payload[:4] == b'gnip':
                    others.append((3, payload, 0))
                if typ != 1:
                    continue
                portal = struct.unpack_from('<I', hdr, 64)[0]
                if portal == 0 and payload[:4] == b'gnip':
                    others.append((3, payload, 0))
                if portal == 14 and payload and len(payload) % 4096 == 0:
                    others.append((4, payload, mb))
                if len(payload) < 224 or struct.unpack_from('<I', payload, 8)[0] != MAGIC:
                    continue
                m = Message(payload)
                if m.type == 4711:
                    requests.setdefault(mb, m)
                    if m.mbits:
                        requests.setdefault(m.mbits, m)
                    order.append((mb, m))
                    if m.opc == MDS_READPAGE:
                        readpages.update((mb, m.mbits))
                else:
                    replies[mb].append(m)
        for kind, data, mb in others:
            if kind == 4:
                if mb not in readpages:
                    continue
                data = data[:8192]
            key = (kind, len(data), struct.unpack_from('<I', data, 16)[0] if kind == 4 else 0)
            if counts[key] < SAMPLES:
                counts[key] += 1
                put(kind, data)
        for xid, m in order:
            if len(m.bytes) > LIMIT:
                continue
            answers = replies.get(xid) or replies.get(m.mbits) or [None]
            for r in answers:
                block = r.bufs[2] if r and r.opc == LLOG_NEXT_BLOCK and len(r.bufs) > 2 else 0
                key = (m.opc, m.sub(), block, m.shape(), r and r.opc == m.opc and (r.shape(), r.type, r.status < 0))
                if counts[key] >= (1 if len(m.bytes) > 4096 else SAMPLES):
                    continue
                counts[key] += 1
                kinds.add((m.opc, m.sub()))
                put(1, m.bytes)
                if r and r.opc == m.opc and len(r.bytes) <= LIMIT:
                    put(2, r.bytes)
    open(sys.argv[1], 'wb').write(out)
    print('%s: %d bytes, %d kinds of requests' % (sys.argv[1], len(out), len(kinds)))


main()
