# SPDX-License-Identifier: GPL-2.0-only
"""A client made of raw messages: what a peer may send that no client of ours would. LNet over TCP and RPCs only (chapters 1 and 2); used by
tests that run in the debug kernel. Messages are little-endian; nothing is resent."""
import socket, struct, threading, queue, time

CONTROL, IN, OUT = 1, 2, 3
PORT = 988
MDS, OST, DLM, OBD = 0x20003, 0x30003, 0x40003, 0x10003
ANY_HANDLE = (1 << 64) - 1

def r8(n):
    return (n + 7) & ~7

def nid(ip):
    return 0x20000 << 32 | struct.unpack('>I', socket.inet_aton(ip))[0]

def fid(seq, oid, ver=0):
    return struct.pack('<QII', seq, oid, ver)

ROOT = fid(0x200000007, 1)

class Reply:
    """type (4713 REPLY, 4712 ERR), status, transno, op_flags, handle, bufs (without the body)."""
    def __init__(self, data):
        n = struct.unpack_from('<I', data)[0]
        lens = struct.unpack_from('<%dI' % n, data, 32)
        pos, self.bufs = r8(32 + 4 * n), []
        for l in lens:
            self.bufs.append(data[pos:pos + l])
            pos += r8(l)
        body = self.bufs.pop(0)
        self.handle, self.type = struct.unpack_from('<QI', body)
        self.op_flags, = struct.unpack_from('<I', body, 60)
        self.status, = struct.unpack_from('<i', body, 20)
        self.transno, = struct.unpack_from('<Q', body, 48)
        self.last_committed, = struct.unpack_from('<Q', body, 40)

class Peer:
    """A node with the NID me@tcp, connected to one other node."""
    def __init__(self, me, node='127.0.0.1'):
        self.me, self.node = me, node
        self.inc = int(time.time() * 1e6)
        self.xid = self.inc << 8
        self.lock = threading.Lock()
        self.waiting = {}
        self.callbacks = queue.Queue()
        self.bulk = queue.Queue()
        self.gets = queue.Queue()       # where the REPLY goes, match bits
        self.socks = {}
        for mine in (CONTROL, IN, OUT):
            s = self.dial()
            s.sendall(struct.pack('<IIQ', 0xacce7100, 1, nid(node)) +
                      struct.pack('<IIQQIIQQII', 0x45726963, 3, nid(me), nid(node), 12345, 0, self.inc, 0, mine, 0))
            self.read(s, 56)
            s.settimeout(None)
            self.socks[mine] = s
            threading.Thread(target=self.receive, args=(s,), daemon=True).start()

    def dial(self):
        for port in range(1023, 600, -1):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((self.me, port))
                s.settimeout(10)
                s.connect((self.node, PORT))
            except OSError as e:
                if e.errno not in (98, 99):     # EADDRINUSE, EADDRNOTAVAIL
                    raise
                s.close()
                continue
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return s
        raise OSError('no privileged port is free')

    @staticmethod
    def read(s, n):
        b = bytearray()
        while len(b) < n:
            d = s.recv(n - len(b))
            if not d:
                raise EOFError
            b += d
        return bytes(b)

    def send(self, s, data):
        with self.lock:
            s.sendall(data)

    def receive(self, s):
        try:
            while True:
                typ, _, c0, c1 = struct.unpack('<IIQQ', self.read(s, 24))
                if typ == 0xc0:
                    if c0:      # keepalive
                        self.send(s, struct.pack('<IIQQ', 0xc0, 0, 0, 0))
                    continue
                h = self.read(s, 72)
                length = struct.unpack_from('<I', h, 28)[0]
                data = self.read(s, length)
                if c0:
                    self.send(self.socks[CONTROL], struct.pack('<IIQQ', 0xc0, 0, 0, c0))
                kind, = struct.unpack_from('<I', h, 24)
                if kind == 2:   # GET
                    self.gets.put((h[32:48], struct.unpack_from('<Q', h, 48)[0]))
                if kind != 1:   # not a PUT
                    continue
                mbits, = struct.unpack_from('<Q', h, 48)
                if h[32:48] != b'\xff' * 16:    # an ACK is wanted
                    ack = struct.pack('<QQIIII', nid(self.node), nid(self.me), 12345, 12345, 0, 0)
                    ack += (h[32:48] + h[48:56] + struct.pack('<I', length)).ljust(40, b'\0')
                    self.send(self.socks[CONTROL], struct.pack('<IIQQ', 0xc1, 0, 0, 0) + ack)
                portal, = struct.unpack_from('<I', h, 64)
                if portal in (4, 10, 25, 18, 16):
                    q = self.waiting.get(mbits)
                    if q:
                        q.put(data)
                elif portal in (8, 14):
                    self.bulk.put((mbits, data))
                else:
                    self.callbacks.put((portal, mbits, data))
        except (EOFError, OSError):
            pass

    def put(self, portal, mbits, data):
        hdr = struct.pack('<QQIIII', nid(self.node), nid(self.me), 12345, 12345, 1, len(data))
        hdr += struct.pack('<QQQQII', ANY_HANDLE, ANY_HANDLE, mbits, 0, portal, 0)
        self.send(self.socks[CONTROL], struct.pack('<IIQQ', 0xc1, 0, 0, 0) + hdr + data)

    def reply(self, where, data):
        """The answer to a GET."""
        hdr = struct.pack('<QQIIII', nid(self.node), nid(self.me), 12345, 12345, 3, len(data)) + where.ljust(40, b'\0')
        self.send(self.socks[CONTROL], struct.pack('<IIQQ', 0xc1, 0, 0, 0) + hdr + data)

    def close(self):
        for s in self.socks.values():
            s.close()

class Target:
    """A connection to a target; rpc() sends a request, or start() and wait()."""
    def __init__(self, peer, uuid, client, flags, ocd=b'', portal=12, opc=38, op_flags=0x20, flags2=0, sp=0):
        self.peer, self.portal, self.sp = peer, portal, sp
        self.handle, self.conn_cnt = 0, 0
        self.sent = {}  # what may be sent again, by xid
        data = struct.pack('<QIIIIQ', flags, 0x02110000, 0, 0, 1 << 20, 0x7f) + ocd
        data = data.ljust(72, b'\0') + struct.pack('<Q', flags2)
        self.connect_req = [opc, OBD, [uuid.encode().ljust(39, b'\0'), client.encode().ljust(39, b'\0'), struct.pack('<Q', id(self)),
                                       data.ljust(192, b'\0'), b'']]
        self.connect(op_flags)

    def connect(self, op_flags=0):
        """Connect, or connect again: the reply, also in connect_reply."""
        self.conn_cnt += 1
        self.connect_reply = self.rpc(*self.connect_req, op_flags=op_flags)
        if not self.connect_reply.status:
            self.handle = self.connect_reply.handle
        return self.connect_reply

    def again(self, xid, flags, transno=0, **kw):
        """Send a request again, as a resend or a replay."""
        opc, version, bufs, portal = self.sent[xid]
        return self.start(opc, version, bufs, portal, flags, xid=xid, transno=transno, **kw)

    def start(self, opc, version, bufs, portal=None, flags=0, op_flags=0, xid=0, transno=0):
        p = self.peer
        if not xid:
            p.xid += 1
            xid = p.xid
            self.sent[xid] = (opc, version, bufs, portal)
        self.last = xid
        body = struct.pack('<QIIIIQ', self.handle, 4711, version, opc, 0, 0).ljust(48, b'\0') + struct.pack('<Q', transno)
        body += struct.pack('<IIII', flags, op_flags, self.conn_cnt, 50)
        bufs = [body.ljust(184, b'\0')] + bufs
        hdr = struct.pack('<IIIIIIII', len(bufs), self.sp << 24, 0x0BD00BD3, 0, 0, 2, 0, 0) + struct.pack('<%dI' % len(bufs), *map(len, bufs))
        p.waiting[xid] = queue.Queue()
        p.put(self.portal if portal is None else portal, xid, b''.join(b.ljust(r8(len(b)), b'\0') for b in [hdr] + bufs))
        return xid

    def wait(self, xid, timeout=60):
        data = self.peer.waiting[xid].get(timeout=timeout)
        del self.peer.waiting[xid]
        return Reply(data)

    def silent(self, xid, secs=1):
        """Is there no answer for some time?"""
        try:
            data = self.peer.waiting[xid].get(timeout=secs)
        except queue.Empty:
            return True
        self.peer.waiting[xid].put(data)
        return False

    def rpc(self, opc, version, bufs, timeout=60, **kw):
        return self.wait(self.start(opc, version, bufs, **kw), timeout)
