#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the MDT says to requests that no client of ours sends: mdt_hostile.py [TEST...]. Runs beside a cluster in the debug kernel, as the node
127.0.0.2@tcp. Each test names what it expects; all run even if one fails."""
import errno, os, struct, sys, time, traceback
from rawmds import *

E = {k: -v for k, v in errno.__dict__.items() if k.startswith('E') and isinstance(v, int)}
peer = Peer('127.0.0.2')
m = Mdt(peer)
assert m.connect_reply.status == 0, m.connect_reply.status
failed = 0

def expect(got, *want, what=''):
    global failed
    names = [E[w] if isinstance(w, str) else w for w in want]
    if got not in names:
        failed += 1
        print('FAILED: line %d: %s: %s instead of %s' % (sys._getframe(1).f_lineno, what, got, want), flush=True)
    return got in names

def true(cond, what):
    global failed
    if not cond:
        failed += 1
        print('FAILED: line %d: %s' % (sys._getframe(1).f_lineno, what), flush=True)

def user(uid, gid=None, *groups, cap=0):
    m.uid, m.gid, m.cap = uid, uid if gid is None else gid, cap
    m.groups = (list(groups) + [0xffffffff] * 2)[:2]

def root():
    user(0, 0, cap=ALL_CAPS)

def made(r):
    assert r.status == 0, r.status
    return r.bufs[0][:16]

def mkdir(parent, name, mode=0o755):
    return made(m.create(parent, name, S_IFDIR | mode))

def mkfile(parent, name, mode=0o644):
    return made(m.create(parent, name, S_IFREG | mode))

def attrs(f):
    r = m.getattr(f)
    assert r.status == 0, r.status
    return Body(r.bufs[0])

def ver(f, v=1):
    return f[:12] + struct.pack('<I', v)

def t_fids():
    """A FID with a version, or one that the MDT has not given away, names nothing."""
    d = mkdir(top, 'fids')
    f = mkfile(d, 'f')
    for what, r in (('getattr', m.getattr(ver(f))), ('setattr', m.setattr(ver(f), A_MODE, mode=0)), ('link', m.link(ver(f), d, 'l')),
                    ('parent', m.create(ver(d), 'x', S_IFREG)), ('new', m.create(d, 'y', S_IFREG, ver(m.new_fid()))),
                    ('root', m.getattr(ver(ROOT))), ('getxattr', m.getxattr(ver(f), 'user.x')), ('fid2path', m.fid2path(ver(f))),
                    ('sync', m.rpc(44, MDS, [m.body(ver(f)), b'']))):
        expect(r.status, 'EINVAL', what=what)
    expect(m.open(ver(d), 'o', 0x42).result, 'EINVAL', what='open')
    expect(m.lookup(ver(d), 'f').result, 'EINVAL', what='lookup')
    m.new_fid()
    for what, n in (('sequence', fid(m.seq + 1000000, 1)), ('oid', fid(m.seq, 0x20001)), ('oid 0', fid(m.seq, 0)), ('IGIF', fid(1000, 1)),
                    ('root', fid(0x200000007, 5))):
        expect(m.create(d, 'new-' + what, S_IFREG, n).status, 'EINVAL', 'ENOENT', what='create with ' + what)
        expect(m.open(d, 'open-' + what, 0x42, n).result, 'EINVAL', 'ENOENT', what='open with ' + what)
    expect(m.getattr(fid(0x200000001, 1)).status, 'ENOENT', what='a local file')

def t_caps():
    """Capabilities of a user other than root do not count for files."""
    d = mkdir(top, 'caps')
    f = mkfile(d, 'f', 0o600)
    user(1000, cap=ALL_CAPS)
    lov = struct.pack('<IIQQIHH', 0x0BD10BD0, 0, 0, 0, 1 << 20, 2, 0xffff)
    expect(m.setattr(d, 0, ea=lov).status, 'EPERM', what='default layout of a directory of root')
    expect(m.setattr(d, A_MODE, mode=0o777).status, 'EPERM', what='chmod')
    expect(m.setattr(f, A_UID, uid=1000).status, 'EPERM', what='chown')
    expect(m.create(d, 'x', S_IFREG | 0o644).status, 'EACCES', what='create')
    expect(m.unlink(d, 'f').status, 'EACCES', what='unlink')
    expect(m.setxattr(f, 'trusted.x', b'1').status, 'EPERM', what='trusted xattr')
    expect(m.setxattr(d, 'system.posix_acl_access', b'').status, 'EPERM', what='acl')
    expect(m.open(d, 'f').result, 'EACCES', what='open')
    user(0, 0)
    expect(m.setxattr(f, 'trusted.x', b'1').status, 'EPERM', what='root without capabilities')
    root()
    expect(m.setxattr(f, 'trusted.x', b'1').status, 0, what='root')
    expect(m.setattr(d, 0, ea=lov).status, 0, what='default layout by root')

def t_roles():
    """What belongs to servers is not for everybody."""
    for i in range(3):
        r = m.rpc(700, MDS, [struct.pack('<I', 0), struct.pack('<QQII', 0, 0, i, 1)], portal=32)
        expect(r.status, 'EPERM', what='super-sequence')
    other = Peer('127.0.0.3')
    for flag in (LIGHTWEIGHT, FROM_MDS):
        x = Mdt(other, flags=CLIENT | flag)
        expect(x.connect_reply.status, 'EPERM', 'EALREADY', 'EACCES', what='connect as a server')
    expect(m.getattr(ROOT).status, 0, what='a client after another claimed its name')
    other.close()

def t_acl_sgid():
    """An ACL takes the set-group-id bit away from who is not in the group."""
    acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in ((1, 7, 0xffffffff), (4, 5, 0xffffffff), (0x20, 4, 0xffffffff)))
    for groups, cap, left in (((), 0, 0), ((), ALL_CAPS, 0), ((2000,), 0, 0o2000)):
        root()
        f = mkfile(top, 'sgid%d%d' % (len(groups), cap & 1))
        made(m.setattr(f, A_UID | A_GID, uid=1000, gid=2000))
        made(m.setattr(f, A_MODE, mode=0o2755))
        user(1000, 1000, *groups, cap=cap)
        made(m.setxattr(f, 'system.posix_acl_access', acl))
        root()
        expect(attrs(f).mode & 0o7777, left | 0o754, what='mode after ACL, groups %s' % (groups,))

def t_groups():
    """Who is refused learns the groups that would do (chapter 4, 5.3)."""
    d = mkdir(top, 'groups', 0o750)
    made(m.setattr(d, A_GID, gid=2000))
    f = mkfile(d, 'f', 0o640)
    made(m.setattr(f, A_GID, gid=2001))
    acl = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *e) for e in (
        (1, 7, 0xffffffff), (4, 5, 0xffffffff), (8, 5, 2002), (0x10, 5, 0xffffffff), (0x20, 0, 0xffffffff)))
    made(m.setxattr(d, 'system.posix_acl_access', acl))
    user(1000)
    for what, r in (('lookup', m.lookup(d, 'f')), ('open', m.open(d, 'f')), ('create', m.open(d, 'new', 0x42))):
        if expect(r.result, 'EACCES', what=what):
            b = Body(r.bufs[1])
            true(b.valid & 0x400 and b.gid == 2000 and b.valid & 1 and b.fid == d, what + ': no attributes of the directory: gid %d' % b.gid)
            true(b.valid & FLACL and b.aclsize == len(acl) and acl in r.bufs[3], what + ': no ACL of the directory')
    user(1000, 1000, 2002)
    r = m.open(d, 'f')
    if expect(r.result, 'EACCES', what='open in a directory that may be searched'):
        b = Body(r.bufs[1])
        true(b.valid & 0x400 and b.gid == 2001 and b.fid == f, 'open: gid %d' % b.gid)
    user(1000, 1000, 2001, 2000)
    expect(m.open(d, 'f').result, 0, what='open with both groups')
    root()

def t_times():
    """Times before 1970, and beyond what the disk holds."""
    f = mkfile(top, 'times')
    low, high = -(1 << 31), (1 << 34) - (1 << 31) - 1
    for t, want in ((-1, -1), (0, 0), (-86400 * 365, -86400 * 365), (low, low), (1 << 31, 1 << 31), (4291747200, 4291747200), (high, high),
                    (low - 1, low), (high + 1, high), (1 << 50, high), (-(1 << 62), low)):
        valid = A_ATIME | A_MTIME | A_ATIME_SET | A_MTIME_SET
        expect(m.setattr(f, valid, atime=t, mtime=t).status, 0, what='setattr')
        b = attrs(f)
        expect(b.atime, want, what='atime %d' % t)
        expect(b.mtime, want, what='mtime %d' % t)

def t_links():
    """Many long names: those that fid2path tells are true, also after renames and when other xattrs take the room."""
    d = mkdir(top, 'links')
    d2 = mkdir(top, 'links2')
    f = mkfile(d, 'a' * 100)
    names = ['a' * 100]
    made(m.setxattr(f, 'user.big', b'x' * 1000))
    for i in range(20):
        n = '%03d' % i + 'b' * 100
        made(m.link(f, d, n))
        names.append(n)
    made(m.unlink(d, names.pop(0)))
    for i in range(20):
        n = names.pop(0)
        made(m.rename(d, n, d2, n + 'c' * 140))
        names.append(n)
    told, no = [], 0
    for no in range(40):
        r = m.fid2path(f, no)
        if r.status:
            expect(r.status, 'ENODATA', 'ENOENT', what='fid2path')
            break
        path = r.bufs[0][32:].split(b'\0')[0].decode()
        dirname, base = path.rsplit('/', 1)
        r = m.getattr_name(d if dirname.endswith('links') else d2, base)
        expect(r.status, 0, what='fid2path tells %.30s..., which is no name' % path)
        told.append(path)
    true(len(set(told)) == len(told), 'a name is told twice')
    true(told, 'no name at all')

def t_layouts():
    """Wishes for layouts that make no sense."""
    d = mkdir(top, 'layouts')

    def lov(magic=0x0BD10BD0, pattern=0, size=1 << 20, count=1, offset=0xffff, more=b''):
        return struct.pack('<IIQQIHH', magic, pattern, 0, 0, size, count, offset) + more
    def comp(mirrors=0, start=0, end=(1 << 64) - 1, blob=80):
        head = struct.pack('<IIIHHHBBIQ', 0x0BD60BD0, 32 + 48 + 32, 0, 0, 1, mirrors, 0, 0, 0, 0)
        return head + struct.pack('<IIQQIIIQI', 0, 0, start, end, blob, 32, 0, 0, 0) + lov()
    for what, ea, want in (('stripe size', lov(size=4097), 'EINVAL'), ('stripe count', lov(count=0xffe1), 'EINVAL'),
                           ('magic', lov(0x0BD00BD0), 'EINVAL'), ('short', lov()[:20], 'EINVAL'), ('pattern', lov(pattern=4), 'EOPNOTSUPP'),
                           ('on the MDT', lov(pattern=0x100), 'EINVAL'), ('mirrors', comp(mirrors=1), 'EOPNOTSUPP'),
                           ('component', comp(end=1000), 'EINVAL'), ('hole', comp(start=65536), 'EINVAL'), ('blob', comp(blob=96), 'EINVAL'),
                           ('pool without end', lov(0x0BD30BD0, more=b'x' * 16), 'EINVAL'),
                           ('list of OSTs', lov(0x0BD50BD0, count=100, more=bytes(16)), 'EINVAL')):
        expect(m.setattr(d, 0, ea=ea).status, want, what='default layout with ' + what)
        expect(m.open(d, 'f', 0x40000042, ea=ea).result, want, what='file with ' + what)
    f = mkfile(d, 'empty')
    for size in (1 << 63, 1 << 62, (1 << 64) - 1):
        expect(m.setattr(f, A_SIZE, size=size).status, 'EFBIG', what='size %x' % size)

def half_md4(buf, words):
    a, b, c, d = buf
    for f, k, order, shifts in ((lambda x, y, z: z ^ (x & (y ^ z)), 0, (0, 1, 2, 3, 4, 5, 6, 7), (3, 7, 11, 19)),
                                (lambda x, y, z: (x & y) + ((x ^ y) & z), 0x5A827999, (1, 3, 5, 7, 0, 2, 4, 6), (3, 5, 9, 13)),
                                (lambda x, y, z: x ^ y ^ z, 0x6ED9EBA1, (3, 7, 2, 6, 1, 5, 0, 4), (3, 9, 11, 15))):
        for i, w in enumerate(order):
            a = (a + f(b, c, d) + words[w] + k) & 0xffffffff
            a = (a << shifts[i % 4] | a >> 32 - shifts[i % 4]) & 0xffffffff
            a, b, c, d = d, a, b, c
    return [(x + y) & 0xffffffff for x, y in zip(buf, (a, b, c, d))]

def hash_words(msg):
    pad = len(msg) * 0x01010101 & 0xffffffff
    out = []
    for i in range(0, min(len(msg), 32), 4):
        v = pad
        for ch in msg[i:min(i + 4, 32)]:
            v = ((v << 8) + ch) & 0xffffffff
        out.append(v)
    return (out + [pad] * 8)[:8]

def t_pages():
    """Entries of equal hash on a page boundary: each name comes once (to a client with 32-bit hashes; 64-bit ones do not collide)."""
    with open('/dev/ubda', 'rb') as disk:
        disk.seek(1024)
        sb = disk.read(1024)
    seed = list(struct.unpack_from('<4I', sb, 0xec))
    prefix = b'n' * 96
    for i in range(0, 96, 32):
        seed = half_md4(seed, hash_words(prefix[i:] + b'0000'))
    seen, pair = {}, None
    digits = b'0123456789abcdefghijklmnopqrstuvwxyz'
    for i in range(400000):  # of 2^31 hashes: about 37 pairs, the first after some 50,000
        tail = bytes(digits[i // 36 ** k % 36] for k in range(4))
        h = half_md4(seed, hash_words(tail))[1] >> 1
        if h in seen:
            pair = (seen[h], tail, h)
            break
        seen[h] = tail
    true(pair, 'no two names of one hash')
    low = [t for h, t in seen.items() if h < pair[2]][:28]
    high = [t for h, t in seen.items() if h > pair[2]][:100]
    names = {(prefix + t).decode() for t in low + high + list(pair[:2])}
    d = mkdir(top, 'pages')
    for n in sorted(names):
        mkfile(d, n)
    old = Mdt(peer, 'hash32-%d' % os.getpid(), CLIENT & ~HASH64)
    for client in (old, m):
        for pages in (1, 3):
            start, got, equal = 0, [], 0
            while start != 0xfffffffffffffffe:
                r, data = client.readpage(d, start, pages)
                assert r.status == 0 and len(data) % 4096 == 0 and data, (r.status, len(data))
                for i in range(0, len(data), 4096):
                    first, end, flags, entries = dir_entries(data[i:i + 4096])
                    true(first == start and end > start, 'a page from %x to %x' % (first, end))
                    true(all(start <= h < end for h, _ in entries), 'entries outside of the page')
                    equal += len(entries) - len({h for h, _ in entries})
                    got += [n for _, n in entries]
                    start = end
            true(len(got) == len(set(got)), 'a name comes twice')
            true(set(got) == names | {'.', '..'}, '%d names instead of %d' % (len(set(got)), len(names) + 2))
            true(equal == (client is old), '%d pairs of equal hash on a page' % equal)

def t_errors():
    """Ordinary results are no protocol errors (chapter 2, 3.2)."""
    f = mkfile(top, 'errors')
    for what, r, want in (('getxattr', m.getxattr(f, 'user.none'), 'ENODATA'), ('rmxattr', m.setxattr(f, 'user.none', b'', remove=True), 'ENODATA'),
                          ('exists', m.create(top, 'errors', S_IFREG), 'EEXIST'), ('rmdir', m.unlink(top, 'errors', S_IFDIR), 'ENOTDIR'),
                          ('unlink', m.unlink(ROOT, 'hostile%d' % os.getpid()), 'EISDIR'), ('getattr', m.getattr(fid(m.seq, 0x1ffff)), 'ENOENT'),
                          ('fid2path', m.fid2path(fid(m.seq, 0x1ffff)), 'ENOENT'), ('close', m.close(0x1234567), 'ESTALE')):
        expect(r.status, want, what=what)
        expect(r.type, 4713, what=what + ': type')
    r = m.getxattr(f, 'user.none')
    true(len(r.bufs) == 2 and len(r.bufs[0]) == 216, 'a failed getxattr has %d buffers' % len(r.bufs))

def t_threads():
    """A client that does not give its locks back stops only those who want just these."""
    dead_peer = Peer('127.0.0.4')
    dead = Mdt(dead_peer, 'dead-client')
    dirs = [mkdir(top, 'dead%d' % i) for i in range(2)]
    locks = []
    for d in dirs:
        r = dead.enqueue(d, 4, 2)
        assert r.status == 0, r.status
        locks.append(struct.unpack_from('<Q', r.bufs[0], 88)[0])
    ok, ok2 = mkdir(top, 'ok'), mkdir(top, 'ok2')
    mkfile(ok, 'src')
    mkfile(ok, 'x')
    fids = [m.new_fid() for _ in range(100)]
    waiting = [m.rename(ok, 'src', dirs[1], 'dst', wait=False)]
    waiting += [m.create(dirs[0], 'w%d' % i, S_IFREG | 0o644, new=fids[i], wait=False) for i in range(100)]
    time.sleep(.5)
    for what, f in (('getattr', lambda: m.getattr(ROOT)), ('create', lambda: m.create(ok, 'y', S_IFREG | 0o644)),
                    ('rename', lambda: m.rename(ok, 'x', ok2, 'x'))):
        t = time.time()
        expect(f().status, 0, what=what)
        true(time.time() - t < 4, '%s took %.1f s while a dead client holds locks' % (what, time.time() - t))
    for lock in locks:
        dead.cancel(lock)
    for x in waiting:
        expect(m.wait(x).status, 0, 'EINPROGRESS', what='what waited for the dead client')
    dead_peer.close()

def away():
    """A file that may have two stripes does not wait for an OST that is away. Only by name: the second OST is stopped."""
    d = mkdir(top, 'away')
    for count in (2, 0xffff):
        t = time.time()
        r = m.open(d, 'f%d' % count, 0x40000042, ea=struct.pack('<IIQQIHH', 0x0BD10BD0, 0, 0, 0, 1 << 20, count, 0xffff))
        if expect(r.result, 0, what='create with %d stripes' % count):
            true(struct.unpack_from('<H', r.bufs[2], 28)[0] == 1, 'more stripes than OSTs')
        true(time.time() - t < 3, 'it took %.1f s' % (time.time() - t))

root()
top = mkdir(ROOT, 'hostile%d' % os.getpid(), 0o777)
tests = {k[2:]: v for k, v in list(globals().items()) if k.startswith('t_')}
for name in sys.argv[1:] or list(tests):
    print('# mdt:', name, flush=True)
    root()
    try:
        {**tests, 'away': away}[name]()
    except Exception:
        failed += 1
        traceback.print_exc()
        print('FAILED:', name, flush=True)
peer.close()
sys.exit(failed != 0)
