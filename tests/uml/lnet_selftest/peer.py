#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A strict TCP peer, 127.0.0.2@tcp, for the node 127.0.0.1@tcp: handshakes, framing, ZC cookies, errors (chapter 1, 3 to 7, 10)."""
import fcntl, socket, struct, subprocess, sys, threading, time

NODE, ME, PORT = '127.0.0.1', '127.0.0.2', 988
CONTROL, IN, OUT, NONE = 1, 2, 3, 0xffffffff
BITS = 1 << 63
inc = 0x1122334455667788
ko = sys.argv[1]

def nid(ip):
    return 0x20000 << 32 | struct.unpack('>I', socket.inet_aton(ip))[0]

def connreq(ip=NODE, magic=0xacce7100, version=1):
    return struct.pack('<IIQ', magic, version, nid(ip))

def hello(ctype, version=3, incarnation=None, src=ME, magic=0x45726963):
    return struct.pack('<IIQQIIQQII', magic, version, nid(src), nid(NODE), 12345, 0, incarnation or inc, 0, ctype, 0)

def read(s, n):
    b = b''
    while len(b) < n:
        d = s.recv(n - len(b))
        if not d:
            raise EOFError(f'closed after {len(b)} of {n} bytes')
        b += d
    return b

def closed(s, t=5):
    s.settimeout(t)
    try:
        return s.recv(1) == b''
    except ConnectionError:
        return True

port = 1023
def dial(data, secure=True, src=ME):
    global port
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((src, port if secure else 0))
    port -= secure
    s.settimeout(5)
    s.connect((NODE, PORT))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.sendall(data)
    return s

def read_hello(s):
    h = struct.unpack('<IIQQIIQQII', read(s, 56))
    assert h[0] == 0x45726963 and h[1] == 3 and h[2] == nid(NODE) and h[4] == 12345 and h[9] == 0, h
    return h

def conn(ctype, **kw):
    s = dial(connreq() + hello(ctype, **kw))
    h = read_hello(s)
    assert h[3] == nid(ME), h
    return s, h[8], h[6]

def all3():
    cs = []
    for mine, theirs in ((CONTROL, CONTROL), (IN, OUT), (OUT, IN)):
        s, t, i = conn(mine)
        assert t == theirs, (mine, t)
        cs.append(s)
    return cs

def ksock(cookie0=0, cookie1=0, typ=0xc1):
    return struct.pack('<IIQQ', typ, 0, cookie0, cookie1)

def lhdr(typ, length, union, dst=NODE, src=ME):
    return struct.pack('<QQIIII', nid(dst), nid(src), 12345, 12345, typ, length) + union.ljust(40, b'\0')

def ping(**kw):
    return ksock() + lhdr(2, 0, struct.pack('<QQQIII', 0xaa, 0xbb, BITS, 0, 0, 272), **kw)

def put(length, portal=9, cookie=0, **kw):
    return ksock(cookie) + lhdr(1, length, struct.pack('<QQQQII', 2**64 - 1, 2**64 - 1, 5, 0, portal, 0), **kw)

def read_msg(s):
    k = struct.unpack('<IIQQ', read(s, 24))
    if k[0] == 0xc0:
        return k, None, None, None
    assert k[0] == 0xc1 and k[1] == 0, k
    b = read(s, 72)
    h = struct.unpack('<QQIIII', b[:32])
    return k, h, b[32:], read(s, h[5])

def check_info(d):
    magic, feat, pid, n = struct.unpack('<IIII', d[:16])
    assert (magic, feat, pid, n) == (0x70696e67, 0x1e, 12345, 2), (hex(magic), feat, pid, n)
    assert len(d) == 48
    assert struct.unpack('<QII', d[16:32])[0] == 0x0009000000000000
    assert struct.unpack('<QII', d[32:48]) == (nid(NODE), 0x15aac0de, 0)

def do_ping(s):
    s.sendall(ping())
    k, h, u, d = read_msg(s)
    assert h[:2] == (nid(ME), nid(NODE)) and h[4] == 3 and u[:16] == struct.pack('<QQ', 0xaa, 0xbb) and u[16:] == bytes(24)
    check_info(d)

def test(f):
    print('# peer:', f.__name__, flush=True)
    f()

def t_handshake():
    c, i, o = all3()
    do_ping(c)
    # answers to small messages come by their CONTROL or BULK_OUT, whatever connection the question used
    o.sendall(ping())
    check_info(read_msg(c)[3])
    for s in (c, i, o):
        s.close()
    time.sleep(.3)

def t_framing():
    c, i, o = all3()
    for b in ksock(0, 1, 0xc0) + ping():
        c.sendall(bytes([b]))
        time.sleep(.0005)
    check_info(read_msg(c)[3])
    c.sendall(ksock(0, 1, 0xc0) * 3 + ping() + put(0) + ksock(0, 1, 0xc0) + put(4000) + bytes(4000) + ping())
    check_info(read_msg(c)[3])
    check_info(read_msg(c)[3])
    # another node's message: dropped, connection stays
    c.sendall(put(100, dst='10.1.1.1')[:24] + lhdr(1, 100, bytes(40)).replace(struct.pack('<Q', nid(NODE)), struct.pack('<Q', 0x50000 << 32 | 7)) + bytes(100))
    # a message in the name of another node, and answers that nobody waits for: dropped as well
    c.sendall(put(0, src='127.0.0.5') + put(100, src='127.0.0.5') + bytes(100))
    c.sendall(ksock() + lhdr(3, 8, struct.pack('<QQ', 1, 2)) + bytes(8) + ksock() + lhdr(0, 0, struct.pack('<QQQI', 1, 2, 3, 4)))
    do_ping(c)
    for s in (c, i, o):
        s.close()
    time.sleep(.3)

def info(*ips, seq=1):
    d = struct.pack('<IIIIQII', 0x70696e67, 0x1e, 12345, 1 + len(ips), 9 << 48, seq, 0)
    return d + b''.join(struct.pack('<QII', nid(ip), 0x15aac0de, 0) for ip in ips)

def t_claimed(c):
    """ME has said that 127.0.0.3 is its NID: it may not speak for it, and when that one speaks it is asked itself, and gets a record of its own."""
    other = '127.0.0.3'
    c.sendall(ping(src=other))
    do_ping(c)
    s = dial(connreq() + hello(CONTROL, src=other), src=other)
    read_hello(s)
    s.sendall(ping(src=other))
    seen = set()
    while seen != {1, 2, 3}:
        k, h, u, d = read_msg(s)
        assert h[:2] == (nid(other), nid(NODE)), h
        seen.add(h[4])
        if h[4] == 2:
            d = info(other)
            s.sendall(ksock() + lhdr(3, len(d), u[:16], src=other) + d)
        elif h[4] == 1:
            check_info(d)
            s.sendall(ksock() + lhdr(0, 0, u[:16] + struct.pack('<QI', BITS, len(d)), src=other))
    s.close()

def t_push():
    """It acknowledges a push, and pushes what it is; 'lnetctl peer show' shows both NIDs; the ACK of its push is needed."""
    c, i, o = all3()
    d = info(ME, '127.0.0.3')
    wmd = struct.pack('<QQ', 0x77, 0x88)
    c.sendall(ksock() + lhdr(1, len(d), struct.pack('<16sQQII', wmd, BITS, 0, 0, 0)) + d)
    seen = set()
    while seen != {'ack', 'push'}:
        k, h, u, d = read_msg(c)
        if h[4] == 0:
            assert u[:16] == wmd and struct.unpack('<QI', u[16:28]) == (BITS, len(info(ME, '127.0.0.3'))), u
            seen.add('ack')
        else:
            assert h[4] == 1 and struct.unpack('<QQII', u[16:40]) == (BITS, 0, 0, 0), (h, u)
            check_info(d)
            c.sendall(ksock() + lhdr(0, 0, u[:16] + struct.pack('<QI', BITS, len(d))))
            seen.add('push')
    t_claimed(c)
    # cut short, no ping information, names of others only: acknowledged, not believed, and asked for
    for d in (info(ME)[:40], b'x' * 48, info(ME) + bytes(4000)):
        c.sendall(ksock() + lhdr(1, len(d), struct.pack('<16sQQII', wmd, BITS, 0, 0, 0)) + d)
        got = set()
        while 0 not in got:
            got.add(read_msg(c)[1][4])
    for s in (c, i, o):
        s.close()
    time.sleep(.3)

def t_zc():
    c, i, o = all3()
    for n, cookie in ((20000, 2), (1 << 20, 3)):
        o.sendall(put(n, cookie=cookie) + bytes(n))
        k = read_msg(o)[0]		# their BULK_IN is my BULK_OUT
        assert k[0] == 0xc0 and k[2:] == (0, cookie), k
    o.close()
    assert closed(c) and closed(i)	# siblings
    time.sleep(.3)

def t_refusals():
    # version 4: HELLO of version 3, type NONE
    s = dial(connreq() + hello(CONTROL, version=4) + bytes(24))
    assert read_hello(s)[8] == NONE and closed(s)
    # bad type, magic, NID, port
    assert closed(dial(connreq() + hello(7)))
    assert closed(dial(connreq() + hello(CONTROL, magic=1)))
    # not the NID of the address it comes from
    assert closed(dial(connreq() + hello(CONTROL, src='127.0.0.5')))
    assert closed(dial(connreq(magic=0xeebc0ded) + bytes(40)))
    assert closed(dial(connreq(ip='127.0.0.9') + hello(CONTROL)))
    assert closed(dial(connreq() + hello(CONTROL), secure=False))
    s = dial(connreq(version=9)[:8])
    assert struct.unpack('<IIQ', read(s, 16)) == (0xacce7100, 1, 0) and closed(s)

def t_restart():
    global inc
    c, i, o = all3()
    inc += 1
    s, t, _ = conn(CONTROL)
    assert t == NONE and closed(s) and closed(c) and closed(i) and closed(o)
    c, i, o = all3()
    do_ping(c)
    c.close()
    assert closed(i)
    time.sleep(.3)

def t_protocol_errors():
    for bad in (put(1 << 20 | 1), ksock() + lhdr(4, 0, b''), ksock() + lhdr(2, 8, bytes(36)), ksock(0, 0, 0xc7) + bytes(72),
                ksock(0, 7, 0xc0), put(0, dst='127.0.0.5'),
                ksock() + lhdr(1, 0, bytes(40)).replace(struct.pack('<Q', nid(ME)), struct.pack('<Q', 9 << 48))):
        c, i, o = all3()
        o.sendall(bad)
        assert closed(o) and closed(c) and closed(i), bad[:40]
        time.sleep(.1)
    # a header whose end does not come (sock_timeout is 3 seconds)
    c, i, o = all3()
    c.sendall(ping()[:50])
    assert not_closed(c, 1) and closed(c, 10) and closed(o)
    time.sleep(.3)

def not_closed(s, t):
    s.settimeout(t)
    try:
        return s.recv(1) != b''
    except socket.timeout:
        return True

def t_flood():
    c, i, o = all3()
    n = 4000	# of which 500 a second are answered
    def send():
        o.settimeout(60)
        o.sendall(ping() * n)
    t = threading.Thread(target=send)
    t.start()
    c.settimeout(60)
    for k in range(n):
        check_info(read_msg(c)[3])
    t.join()
    for s in (c, i, o):
        s.close()
    time.sleep(.3)

def serve(lst, n_refuse, types, ready):
    """Be dialled: refuse some, then answer; serve the ping of the node on CONTROL."""
    conns = []
    lst.settimeout(20)
    while len(conns) < 3:
        s, a = lst.accept()
        assert a[0] == NODE and 512 <= a[1] <= 1023, a
        assert struct.unpack('<IIQ', read(s, 16)) == (0xacce7100, 1, nid(ME))
        h = struct.unpack('<IIQQIIQQII', read(s, 56))
        assert h[:4] == (0x45726963, 3, nid(NODE), nid(ME)) and h[4:6] == (12345, 0) and h[7] == 0 and h[9] == 0, h
        t = h[8]
        if n_refuse:
            n_refuse -= 1
            types.append('refused')
            s.sendall(struct.pack('<IIQQIIQQII', 0x45726963, 3, nid(ME), nid(NODE), 12345, 0, inc, h[6], NONE, 0))
            s.close()
            continue
        types.append(t)
        s.sendall(struct.pack('<IIQQIIQQII', 0x45726963, 3, nid(ME), nid(NODE), 12345, 0, inc, h[6], {1: 1, 2: 3, 3: 2}[t], 0))
        conns.append(s)
        if t == CONTROL:
            k, h, u, d = read_msg(s)
            assert h[4] == 2 and h[5] == 0, h
            wmd, bits, ptl, off, sink = u[:16], *struct.unpack('<QIII', u[16:36])
            assert (bits, ptl, off) == (BITS, 0, 0) and sink >= 272
            info = struct.pack('<IIIIQIIQII', 0x70696e67, 0x1e, 12345, 2, 9 << 48, 1, 0, nid(ME), 0x15aac0de, 0)
            s.sendall(ksock() + lhdr(3, len(info), wmd) + info)
    ready.extend(conns)

def t_dial_back():
    lst = socket.socket()
    lst.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    lst.bind((ME, PORT))
    lst.listen(8)
    types, conns = [], []
    t = threading.Thread(target=serve, args=(lst, 1, types, conns))
    t.start()
    subprocess.run(['insmod', ko, f'peer={ME}@tcp'], check=True)
    subprocess.run(['rmmod', 'lnet_test'], check=True)
    t.join()
    assert types == ['refused', CONTROL, IN, OUT], types
    c, i, o = conns
    # my connections come on top of its own
    s, ty, _ = conn(CONTROL)
    assert ty == CONTROL
    # it closes all if I close one
    i.close()
    assert closed(c) and closed(o) and closed(s)
    lst.close()

dev = open('/dev/lnet')
UP, DOWN = 0x40084c01, 0x4c02
fcntl.ioctl(dev, UP, struct.pack('II', 1, 0))
# a silent one, still there when the network goes down
idle = dial(connreq()[:9])
for f in (t_handshake, t_framing, t_push, t_zc, t_refusals, t_restart, t_protocol_errors, t_flood, t_dial_back):
    test(f)
held = all3()
held[2].sendall(put(100000) + bytes(500))
idle2 = dial(connreq())
fcntl.ioctl(dev, DOWN)
assert all(closed(s) for s in held) and closed(idle2)
print('peer: passed', flush=True)
