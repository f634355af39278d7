#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Recovery, by clients that replay by hand: order, gaps, repeats, locks, late and missing clients, lies: replay.py [TEST...]. Runs beside a cluster
in the debug kernel (t_replay.sh), as the node 127.0.0.2@tcp; restarts the MDT on /dev/ubda itself, and sets its disk back to lose transactions.
replay.py ost ID FILE: writes to object ID of the OST on /dev/ubdb, which FILE has on a mounted client."""
import errno, os, struct, subprocess, sys, time, traceback
from rawmds import *

RESENT, REPLAY, REQS_DONE, LOCKS_DONE = 2, 4, 0x40, 0x80
RECOVERING, RECONNECT, REPLAYABLE, TRANSNO = 1, 2, 4, 0x100
FINAL = REQS_DONE | LOCKS_DONE
OPEN_RW_CREATE = 0x43
DELAY_CREATE = 0x1000000        # no OST objects
SRVLOCK = 0x800         # OBD_FL_SRVLOCK
failed = 0

def true(cond, what):
    global failed
    if not cond:
        failed += 1
        print('FAILED: line %d: %s' % (sys._getframe(1).f_lineno, what), flush=True)

def same(got, want, what):
    global failed
    if got != want:
        failed += 1
        print('FAILED: line %d: %s: %s instead of %s' % (sys._getframe(1).f_lineno, what, got, want), flush=True)

def sh(cmd):
    subprocess.run(cmd, shell=True, check=True)

def status():
    out = subprocess.check_output('lctl get_param -n mdt.*.recovery_status', shell=True, text=True)
    return dict(l.split(': ', 1) for l in out.splitlines() if ': ' in l)

def wait_complete(secs=20):
    for i in range(secs * 5):
        if status()['status'] != 'RECOVERING':
            break
        time.sleep(0.2)
    return status()

class Replays:
    """What a client needs that replays."""
    def keep(self, r):
        """A request that made a transaction."""
        same(r.status if r.status != 301 else 0, 0, 'request')
        true(r.transno, 'no transno')
        self.kept = getattr(self, 'kept', [])
        self.kept.append((self.last, r.transno))
        return r

    def replay(self, n, flags=0):
        xid, transno = self.kept[n]
        return self.again(xid, REPLAY | flags, transno)

    def final(self):
        return self.start(400, OBD, [], flags=FINAL)

    def come(self, want=RECOVERING | REPLAYABLE):
        r = self.connect(TRANSNO)
        same((r.status, r.op_flags), (0, want), 'connect')
        return r

class Client(Replays, Mdt):
    def __init__(self, name):
        super().__init__(peer, client=name)

    def replay_open(self, n, f, handle, flags=0):
        """The saved open has the FID and the handle of the first answer, and asks for no lock."""
        xid, transno = self.kept[n]
        opc, version, bufs, portal = self.sent[xid]
        bufs = list(bufs)
        rec = bytearray(bufs[2])
        rec[56:72] = f
        rec[72:80] = struct.pack('<Q', handle)
        dlm = bytearray(bufs[0])
        dlm[0:4] = struct.pack('<I', 0x1200)
        bufs[0], bufs[2] = bytes(dlm), bytes(rec)
        self.sent[xid] = (opc, version, bufs, portal)
        return self.again(xid, REPLAY | flags, transno)

    def sync(self):
        same(self.rpc(44, MDS, [self.body(valid=0), b'']).status, 0, 'sync')

class Ost(Replays, Target):
    """Short writes with locks of the server."""
    def __init__(self, name, oid):
        super().__init__(peer, 'test-OST0000_UUID', name, FULL20 | VERSION | BRW_SIZE | FID | 0x2000000000010, portal=28, opc=8)
        self.oid = oid

    def body(self, valid, size=0, blocks=0, flags=0):
        b = struct.pack('<QQQQQqqqQ', valid, self.oid, 0, 0, size, 0, 0, 0, blocks).ljust(96, b'\0')
        return (b + struct.pack('<I', flags)).ljust(208, b'\0')

    def write(self, pos, data):
        ioo = struct.pack('<QQII', self.oid, 0, 0, 1)
        nb = struct.pack('<QII', pos, len(data), 0x600)
        return self.rpc(4, OST, [self.body(0x1000801, flags=0x400000), ioo, nb, b'', data], portal=6)

    def give(self, data):
        """Data of a bulk write, to the OST that fetches them."""
        self.peer.reply(self.peer.gets.get(timeout=30)[0], data)

    def bulk_write(self, pos, data):
        nb = struct.pack('<QII', pos, len(data), 0x600)
        xid = self.start(4, OST, [self.body(0x1000001), struct.pack('<QQII', self.oid, 0, 0, 1), nb], portal=6)
        self.give(data)
        return self.wait(xid)

    def punch(self, size):
        return self.rpc(10, OST, [self.body(0x1000831, size, (1 << 64) - 1, SRVLOCK), b''])

    def sync(self):
        same(self.rpc(16, OST, [self.body(0x1000031, 0, (1 << 64) - 1), b'']).status, 0, 'sync')

def ost(oid, path):
    """What was lost is written again in order; what is on disk is not."""
    def restart_ost(lose):
        sh('umount /mnt/ost0')
        if lose:
            sh('dd if=/tmp/snap of=/dev/ubdb bs=1M oflag=direct status=none')
        sh('mount -t lustre -o recovery_time_soft=20 /dev/ubdb /mnt/ost0; lctl get_param osc.*.ping > /dev/null 2>&1 || true')
    o = Ost('raw-o', int(oid))
    same(o.connect_reply.status, 0, 'connect')
    o.keep(o.write(0, b'a' * 5000))
    o.sync()
    snapshot('/dev/ubdb')
    o.keep(o.write(1000, b'b' * 5000))
    o.keep(o.punch(3000))
    o.keep(o.write(4000, b'c' * 10))
    o.keep(o.bulk_write(8192, b'd' * 4096))
    restart_ost(True)
    o.come()
    for n in 1, 2, 3:
        r = o.wait(o.replay(n))
        same((r.status, r.transno), (0, o.kept[n][1]), 'replay')
    x = o.replay(4)
    o.give(b'')
    true(o.silent(x), 'a replay whose data did not come')
    x = o.replay(4, RESENT)
    o.give(b'd' * 4096)
    r = o.wait(x)
    same((r.status, r.transno), (0, o.kept[4][1]), 'the same again')
    f = o.final()
    same(o.wait(f).status, 0, 'final ping')
    want = (b'a' * 1000 + b'b' * 2000 + bytes(1000) + b'c' * 10).ljust(8192, b'\0') + b'd' * 4096
    true(open(path, 'rb').read() == want, 'data')
    o.sync()
    restart_ost(False)
    o.come()
    for n in 0, 2:
        r = o.wait(o.replay(n))
        same((r.status, r.transno), (0, o.kept[n][1]), 'replay of what is on disk')
    same(o.wait(o.final()).status, 0, 'final ping')
    sh('lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear')
    true(open(path, 'rb').read() == want, 'data')
    o.rpc(9, OBD, [])

def snapshot(disk='/dev/ubda'):
    sh('dd if=%s of=/tmp/snap bs=1M iflag=direct conv=sparse status=none' % disk)

def restart(lose=False, options='recovery_time_soft=20'):
    sh('umount /mnt/mdt')
    if lose:
        sh('dd if=/tmp/snap of=/dev/ubda bs=1M oflag=direct status=none')
    sh('mount -t lustre -o %s /dev/ubda /mnt/mdt' % options)

def lookup(c, d, name):
    r = c.getattr_name(d, name)
    return r.bufs[0][:16] if r.status == 0 else r.status

def finish(*clients):
    for x in [(c, c.final()) for c in clients]:
        same(x[0].wait(x[1]).status, 0, 'final ping')

def t_order():
    """Lost transactions are replayed in the order of their numbers; repeats change nothing; nothing else is served meanwhile."""
    a, b = Client('raw-a'), Client('raw-b')
    top = a.create(ROOT, 'order', S_IFDIR | 0o777).bufs[0][:16]
    a.new_fid(), b.new_fid()
    a.sync()
    snapshot()
    first = a.keep(a.create(top, 'f1', S_IFREG | 0o644))
    b.keep(b.create(top, 'f2', S_IFREG | 0o644))
    d3 = a.keep(a.create(top, 'd3', S_IFDIR | 0o755)).bufs[0][:16]
    b.keep(b.create(d3, 'f4', S_IFREG | 0o644))
    f5 = a.keep(a.open(top, 'f5', OPEN_RW_CREATE))
    fid5, h5 = f5.bufs[1][:16], Body(f5.bufs[1]).handle
    a.keep(a.unlink(top, 'f1'))                 # its replay does not come
    last = a.keep(a.create(top, 'f7', S_IFREG | 0o600))
    lock = a.enqueue(d3, 8, 2)
    same(lock.status, 0, 'lock')
    restart(lose=True)
    same(status()['status'], 'WAITING_FOR_CLIENTS', 'status')
    c = Client('raw-c')
    same(c.connect_reply.status, -errno.EBUSY, 'stranger')
    r = a.come()
    true(r.handle and r.op_flags & REPLAYABLE, 'flags')
    st = status()
    same((st['status'], st['connected_clients']), ('RECOVERING', '1/2'), 'status')
    x = a.replay(0)
    true(a.silent(x), 'replay before all clients have come')
    r = a.getattr(ROOT)
    same((r.type, r.status), (4712, -errno.EAGAIN), 'getattr in recovery')
    r = a.create(top, 'new', S_IFREG)
    same((r.type, r.status), (4712, -errno.EAGAIN), 'create in recovery')
    b.come()
    r = a.wait(x)
    same((r.status, r.transno), (0, first.transno), 'first replay')
    x = a.replay(1)
    true(a.silent(x), 'replay before its turn')
    same(a.come(RECOVERING | REPLAYABLE | RECONNECT).handle, a.handle, 'cookie')
    x = a.replay(0, RESENT)
    r = a.wait(x)
    same((r.status, r.transno), (0, first.transno), 'repeated replay')
    x = a.replay(1, RESENT)
    y = b.replay(0)
    same(b.wait(y).status, 0, 'replay of b')
    same(a.wait(x).status, 0, 'replay that waited')
    same(b.wait(b.replay(1)).status, 0, 'in a directory that was replayed')
    r = a.intent_result(a.wait(a.replay_open(2, fid5, h5)))
    same((r.result, r.bufs[1][:16]), (0, fid5), 'open')
    new = Body(r.bufs[1]).handle
    r = a.intent_result(a.wait(a.replay_open(2, fid5, h5, RESENT)))
    same((r.result, Body(r.bufs[1]).handle), (0, new), 'repeated open')
    x = a.replay(4)
    true(a.silent(x), 'a gap while another client may fill it')
    fb = b.final()
    r = a.wait(x)
    same((r.status, r.transno), (0, last.transno), 'behind the gap')
    true(b.silent(fb), 'the final ping of one')
    dlm = bytearray(a.dlm_req(d3, 8, 2, 0x102))
    dlm[52:56] = struct.pack('<I', 8)           # granted mode
    x = a.start(101, DLM, [bytes(dlm)], flags=REQS_DONE)
    r = a.wait(x)
    same(r.status, 0, 'lock replay')
    true(len(r.bufs) < 2 or not r.bufs[1], 'an LVB')
    finish(a)
    same(b.wait(fb).status, 0, 'final ping')
    st = status()
    same((st['status'], st['completed_clients'], st['VBR']), ('COMPLETE', '2/2', 'DISABLED'), 'status')
    same([n for n in ('f1', 'f2', 'd3', 'f5', 'f7') if isinstance(lookup(b, top, n), int)], [], 'missing names')
    true(not isinstance(lookup(b, d3, 'f4'), int), 'd3/f4')
    same(a.close(new).status, 0, 'close')
    r = b.create(top, 'f8', S_IFREG)
    true(r.transno > last.transno, 'transno')
    same(c.connect().status, 0, 'stranger after the end')
    for x in a, b, c:
        x.rpc(39, OBD, [])

def t_resend():
    """A request whose answer was lost is executed once: also when the target restarts in between."""
    a = Client('raw-d')
    top = a.create(ROOT, 'resend', S_IFDIR | 0o777).bufs[0][:16]
    r = a.create(top, 'f', S_IFREG)
    x, transno = a.last, r.transno
    r = a.open(top, 'o', 0xc3, mode=0o444)      # EXCL
    same(r.result, 0, 'open')
    y, f = a.last, r.bufs[1][:16]
    restart()
    a.come()
    finish(a)
    r = a.wait(a.again(x, RESENT))
    same((r.status, r.transno), (0, transno), 'create')
    r = a.intent_result(a.wait(a.again(y, RESENT)))
    same((r.result, r.bufs[1][:16]), (0, f), 'open')
    true(r.transno > transno, 'transno of the new handle')
    same(a.close(Body(r.bufs[1]).handle).status, 0, 'close')
    a.rpc(39, OBD, [])

def t_lies():
    """Replays of what never was, of others, at the wrong time: the client is evicted, the others go on."""
    names = ['future', 'stranger', 'after', 'nothing', 'number', 'both', 'unasked']
    cs = {n: Client('raw-' + n) for n in names}
    good = Client('raw-good')
    top = good.create(ROOT, 'lies', S_IFDIR | 0o777).bufs[0][:16]
    for c in cs.values():
        c.new_fid()
    good.sync()
    snapshot()
    for n, c in cs.items():
        c.keep(c.create(top, n, S_IFREG))
    good.keep(good.create(top, 'good', S_IFREG))
    restart(lose=True)
    for c in cs.values():
        c.come()
    good.come()
    x, t = cs['future'].kept[0]
    same(cs['future'].wait(cs['future'].again(x, REPLAY, 1 << 62)).status, -errno.ENOTCONN, 'a number that was never given out')
    x, t = cs['stranger'].kept[0]
    same(cs['stranger'].wait(cs['stranger'].again(x, 0, t)).status, -errno.ENOTCONN, 'a transno without MSG_REPLAY')
    c = cs['number']
    x = c.start(101, DLM, [c.dlm_req(top, 8, 2, 0x102)], flags=REQS_DONE, transno=c.kept[0][1])
    same(c.wait(x).status, -errno.ENOTCONN, 'the replay of a lock with a transno')
    c = cs['both']
    x = c.start(101, DLM, [c.dlm_req(top, 8, 2, 0x102)], flags=REQS_DONE | REPLAY)
    same(c.wait(x).status, -errno.ENOTCONN, 'the replay of a lock and of a request')
    unasked = cs['unasked'].start(101, DLM, [cs['unasked'].dlm_req(top, 8, 2, 0)], flags=REQS_DONE)
    c = cs['after']
    f = c.final()
    x = c.replay(0)
    same(c.wait(x).status, -errno.ENOTCONN, 'a replay after the final ping')
    c = cs['nothing']
    for i in range(80):
        x = c.start(400, OBD, [], flags=FINAL)
    same(c.wait(x).status, -errno.ENOTCONN, 'too many held requests')
    same(good.wait(good.replay(0)).status, 0, 'the others')
    f = good.final()
    same(cs['unasked'].wait(unasked).status, -errno.EPROTO, 'a new lock')
    finish(cs['unasked'])
    same(good.wait(f).status, 0, 'final ping')
    st = status()
    same((st['status'], st['completed_clients']), ('COMPLETE', '2/8'), 'status')
    same(sorted(n for n in names + ['good'] if not isinstance(lookup(good, top, n), int)), ['good'], 'names')
    x = good.start(400, OBD, [], flags=FINAL)
    same(good.wait(x).status, -errno.ENODEV, 'replay outside of recovery')
    time.sleep(0.5)
    same(good.rpc(400, OBD, []).status, -errno.ENOTCONN, 'evicted')
    cs['unasked'].rpc(39, OBD, [])

def t_time():
    """The first deadline is the end for all who do nothing; the hard limit is none for those who wait for others."""
    cs = [Client('raw-t%d' % i) for i in range(4)]
    good = Client('raw-u')
    top = good.create(ROOT, 'time', S_IFDIR | 0o777).bufs[0][:16]
    restart(options='recovery_time_soft=3')
    for c in cs + [good]:
        c.come()
    x = good.final()
    st = wait_complete(8)
    same((st['status'], st['completed_clients']), ('COMPLETE', '1/5'), 'after the first deadline')
    same(good.wait(x).status, 0, 'final ping')
    Client('raw-v')     # will not come
    good.sync()
    snapshot()
    good.keep(good.create(top, 'f', S_IFREG))
    restart(lose=True, options='recovery_time_soft=4,recovery_time_hard=4')
    good.come()
    r = good.wait(good.replay(0))
    same((r.status, r.transno), (0, good.kept[0][1]), 'a replay that waited until the hard limit')
    finish(good)
    same(status()['completed_clients'], '1/2', 'status')
    true(not isinstance(lookup(good, top, 'f'), int), 'the name')
    good.rpc(39, OBD, [])

def t_twice():
    """What was done before the restart is not done twice: a close leaves no handle behind, a removed file does not come back."""
    a, b = Client('raw-w'), Client('raw-x')
    top = a.create(ROOT, 'twice', S_IFDIR | 0o777).bufs[0][:16]
    r = a.keep(a.open(top, 'closed', OPEN_RW_CREATE))
    f, h = r.bufs[1][:16], Body(r.bufs[1]).handle
    same(a.close(h, f, 1000).status, 0, 'close')
    close = a.last
    # a file with objects would wait for their end, and could be opened
    r = a.keep(a.open(top, 'removed', OPEN_RW_CREATE | DELAY_CREATE))
    f2, h2 = r.bufs[1][:16], Body(r.bufs[1]).handle
    same(a.close(h2).status, 0, 'close')
    same(a.cancel(struct.unpack_from('<Q', r.bufs[0], 88)[0]).status, 0, 'cancel of the lock that came with the open')
    same(b.unlink(top, 'removed').status, 0, 'unlink')
    b.sync()
    restart()
    a.come(), b.come()
    fb = b.final()
    r = a.intent_result(a.wait(a.replay_open(0, f, h)))
    same((r.result, r.bufs[1][:16]), (0, f), 'open')
    r = a.intent_result(a.wait(a.replay_open(1, f2, h2)))
    same(r.result, -errno.ENOENT, 'open of a removed file')
    finish(a)
    same(b.wait(fb).status, 0, 'final ping')
    same(a.wait(a.again(close, RESENT)).status, 0, 'close')
    same(b.unlink(top, 'closed').status, 0, 'unlink')
    same(b.getattr(f).status, -errno.ENOENT, 'a file that nobody has open')
    same(lookup(b, top, 'removed'), -errno.ENOENT, 'a removed file')
    for x in a, b:
        x.rpc(39, OBD, [])

def t_stop():
    """While a target stops, the locks of a client that has gone are not granted to one that waits: it would come back with them, too."""
    a, b = Client('raw-y'), Client('raw-z')
    d = [a.create(ROOT, 'stop%d' % i, S_IFDIR | 0o777).bufs[0][:16] for i in (1, 2)]
    for x in a, b:
        while x.peer.callbacks.qsize():
            x.peer.callbacks.get()
    # whichever goes first, the other waits for it
    same((a.enqueue(d[0], 2, 2).status, b.enqueue(d[1], 2, 2).status), (0, 0), 'locks')
    x, y = b.enqueue(d[0], 2, 2, wait=False), a.enqueue(d[1], 2, 2, wait=False)
    same((b.wait(x).status, a.wait(y).status), (0, 0), 'locks that wait')
    restart()
    seen = []
    while peer.callbacks.qsize():
        data = peer.callbacks.get()[2]
        seen.append(struct.unpack_from('<I', data, r8(32 + 4 * struct.unpack_from('<I', data)[0]) + 16)[0])
    true(104 in seen, 'no blocking callback: %s' % seen)
    true(105 not in seen, 'a lock was granted while the target stopped')
    a.come(), b.come()
    finish(a, b)
    for x in a, b:
        x.rpc(39, OBD, [])

def t_missing():
    """Who does not come, or does not go on, is evicted when the time is over; a stranger starts the clock, too."""
    a, b = Client('raw-e'), Client('raw-f')
    restart(options='recovery_time_soft=3')
    a.come()
    x = a.final()
    st = wait_complete()
    same((st['status'], st['completed_clients']), ('COMPLETE', '1/2'), 'one is missing')
    same(a.wait(x).status, 0, 'final ping')
    same(b.come(REPLAYABLE).status, 0, 'the late one')
    restart(options='recovery_time_soft=3')
    a.come(), b.come()
    x = a.final()
    st = wait_complete()
    same((st['status'], st['completed_clients']), ('COMPLETE', '1/2'), 'one does nothing')
    same(a.wait(x).status, 0, 'final ping')
    same(b.rpc(400, OBD, []).status, -errno.ENOTCONN, 'evicted')
    restart(options='recovery_time_soft=3')
    c = Client('raw-g')
    same(c.connect_reply.status, -errno.EBUSY, 'stranger')
    st = wait_complete()
    same((st['status'], st['completed_clients']), ('COMPLETE', '0/1'), 'nobody comes')
    same(c.connect().status, 0, 'stranger after the end')
    restart()
    c.come()
    sh('lctl --device test-MDT0000 abort_recovery')
    st = wait_complete()
    same((st['status'], st['completed_clients']), ('COMPLETE', '0/1'), 'abort_recovery')
    same(c.rpc(400, OBD, []).status, -errno.ENOTCONN, 'evicted')
    same(subprocess.run('lctl --device test-MDT0000 abort_recovery 2>&1', shell=True, stdout=subprocess.DEVNULL).returncode != 0, True, 'twice')
    c.come(REPLAYABLE)
    restart(options='abort_recov')
    same(status()['status'], 'INACTIVE', 'abort_recov')
    same(c.come(REPLAYABLE).status, 0, 'after abort_recov')
    sh('umount -f /mnt/mdt; mount -t lustre /dev/ubda /mnt/mdt')
    same(status()['status'], 'INACTIVE', 'after umount -f')
    c.come(REPLAYABLE)
    restart()
    c.come()
    sh('umount /mnt/mdt; mount -t lustre /dev/ubda /mnt/mdt')   # in the middle
    c.come()
    c.rpc(39, OBD, [])
    same(wait_complete()['completed_clients'], '0/1', 'the last one has gone')

peer = Peer('127.0.0.2')
tests = {k[2:]: v for k, v in list(globals().items()) if k.startswith('t_')}
todo = [(n, lambda n=n: tests[n]()) for n in sys.argv[1:] or list(tests)]
if sys.argv[1:2] == ['ost']:
    todo = [('ost', lambda: ost(*sys.argv[2:]))]
for name, test in todo:
    print('# replay:', name, flush=True)
    try:
        test()
    except Exception:
        failed += 1
        traceback.print_exc()
        print('FAILED:', name, flush=True)
        break
peer.close()
sys.exit(failed != 0)
