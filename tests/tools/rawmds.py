# SPDX-License-Identifier: GPL-2.0-only
"""MDS requests of a raw client (chapter 4), see rawpeer.py."""
import os, struct
from rawpeer import *

FID, ATTRFID, FULL20, IBITS, VERSION, BRW_SIZE, NODEVOH, EINPROGRESS, ACL, LARGE_ACL, HASH64, XATTR, LAYOUTLOCK, LVB_TYPE, MAX_EASIZE, FLAGS2 = (
    0x40000000, 0x4000, 0x1000000000, 0x1000, 0x20, 0x40000, 0x8000, 0x80000000000, 0x80, 0x200, 0x4000000000, 0x100, 0x2000000000,
    0x400000000000, 0x800000000, 1 << 63)
LIGHTWEIGHT, FROM_MDS = 0x1000000000000, 0x4
CLIENT = (FID | ATTRFID | FULL20 | IBITS | VERSION | BRW_SIZE | NODEVOH | EINPROGRESS | ACL | LARGE_ACL | HASH64 | XATTR | LAYOUTLOCK | LVB_TYPE |
          MAX_EASIZE)
SETATTR, CREATE, LINK, UNLINK, RENAME, OPEN, SETXATTR = range(1, 8)
ALL_CAPS = 0xffffffff
S_IFDIR, S_IFREG, S_IFLNK = 0o040000, 0o100000, 0o120000
A_MODE, A_UID, A_GID, A_SIZE, A_ATIME, A_MTIME, A_CTIME, A_ATIME_SET, A_MTIME_SET, A_CTIME_SET = 1, 2, 4, 8, 16, 32, 64, 128, 256, 0x2000
FLXATTR, FLXATTRLS, FLACL, FLEASIZE, FLGETATTR = 0x1000000000, 0x2000000000, 0x8000000000, 0x20000, 0x1100000001016fdf
IT_OPEN, IT_CREAT, IT_GETATTR, IT_LOOKUP = 1, 2, 8, 16
NOW = 1 << 40           # a time of change that is newer than every other

def cstr(s):
    return s.encode() + b'\0'

class Body:
    """The mdt_body of a reply."""
    def __init__(self, b):
        self.fid = b[:16]
        self.handle, self.valid, self.size, self.mtime, self.atime, self.ctime, self.blocks = struct.unpack_from('<QQQqqqQ', b, 32)
        self.mode, self.uid, self.gid, self.flags, self.rdev, self.nlink = struct.unpack_from('<6I', b, 116)
        self.eadatasize, self.aclsize = struct.unpack_from('<II', b, 148)

class Mdt(Target):
    def __init__(self, peer, client=None, flags=CLIENT, uuid='test-MDT0000_UUID', **kw):
        super().__init__(peer, uuid, client or 'raw-%d' % os.getpid(), flags, **kw)
        self.uid = self.gid = 0
        self.cap = ALL_CAPS
        self.groups = (0xffffffff, 0xffffffff)
        self.seq = self.oid = 0
        self.lock_cookie = 0x1000

    def new_fid(self):
        if not self.seq:
            r = self.rpc(700, MDS, [struct.pack('<I', 1), struct.pack('<QQII', 0, 0, 0, 0)], portal=30)
            assert r.status == 0, r.status
            self.seq, = struct.unpack_from('<Q', r.bufs[0])
        self.oid += 1
        return fid(self.seq, self.oid)

    def body(self, f=bytes(16), f2=bytes(16), valid=0, size=0, mode=0, nlink=0, room=0):
        b = f + f2 + struct.pack('<QQQ', 0, valid, size)
        b = b.ljust(104, b'\0') + struct.pack('<IIIIIIIII', self.uid, self.gid, self.cap, mode, self.uid, self.gid, 0, 0, nlink)
        b += struct.pack('<III', 0, self.groups[0], room)
        return b.ljust(216, b'\0')

    def rec(self, op, rest, mode_at_112=b''):
        b = struct.pack('<10I', op, self.cap, self.uid, 0, self.gid, 0, self.groups[0], 0, self.groups[1], 0) + rest
        return (b.ljust(112, b'\0') + mode_at_112).ljust(136, b'\0')

    def reint(self, rec, bufs, wait=True, **kw):
        xid = self.start(36, MDS, [rec, b''] + bufs, **kw)
        return self.wait(xid) if wait else xid

    def setattr(self, f, valid, uid=0, gid=0, size=0, mtime=0, atime=0, ctime=NOW, mode=0, flags=0, ea=b''):
        rec = self.rec(SETATTR, f + struct.pack('<QIIQQqqq', valid, uid, gid, size, 0, mtime, atime, ctime), struct.pack('<II', flags, mode))
        return self.reint(rec, [b'', ea, b'', b''])

    def create(self, parent, name, mode, new=None, ea=b'', time=1, umask=0, **kw):
        rec = self.rec(CREATE, parent + (new or self.new_fid()) + struct.pack('<QqQQ', 0, time, 0, 0),
                       struct.pack('<5I', mode, 0, 0, 0, umask))
        return self.reint(rec, [cstr(name), ea, b'', b'', b'', b'', b''], **kw)

    def link(self, f, parent, name, time=1):
        return self.reint(self.rec(LINK, f + parent + struct.pack('<q', time)), [b'', cstr(name), b'', b''])

    def unlink(self, parent, name, mode=0, time=1, **kw):
        return self.reint(self.rec(UNLINK, parent + bytes(16) + struct.pack('<q', time), struct.pack('<II', 0, mode)),
                          [cstr(name), b'', b''], **kw)

    def rename(self, p1, n1, p2, n2, time=1, **kw):
        return self.reint(self.rec(RENAME, p1 + p2 + struct.pack('<q', time)), [b'', cstr(n1), cstr(n2), b'', b''], **kw)

    def setxattr(self, f, name, value, flags=0, remove=False, time=1):
        rec = self.rec(SETXATTR, f + bytes(16) + struct.pack('<Qq', 0x4000000000 if remove else FLXATTR, time), struct.pack('<II', 0, flags))
        return self.reint(rec, [cstr(name), value, b'', b''])

    def getattr(self, f, valid=FLGETATTR, room=0):
        return self.rpc(33, MDS, [self.body(f, valid=valid | 1, room=room), b''])

    def getattr_name(self, parent, name, valid=FLGETATTR, room=4096):
        return self.rpc(34, MDS, [self.body(parent, valid=valid | 1, room=room), b'', cstr(name)])

    def readpage(self, d, start, pages=1):
        """Reply and the pages."""
        r = self.rpc(37, MDS, [self.body(d, valid=1, size=start, mode=3, nlink=pages * 4096), b''], portal=23)
        return r, self.peer.bulk.get(timeout=10)[1] if r.status == 0 else b''

    def getxattr(self, f, name, room=4096):
        return self.rpc(49, MDS, [self.body(f, valid=FLXATTR, room=room), b'', cstr(name), b'', b''])

    def fid2path(self, f, linkno=0, size=1024):
        key = b'fid2path\0'.ljust(16, b'\0') + f + struct.pack('<QII', 0, linkno, size)
        return self.rpc(53, MDS, [key, struct.pack('<I', size + 32)])

    def dlm_req(self, f, mode, bits, flags=0x1000):
        self.lock_cookie += 1
        b = struct.pack('<II', flags, 1) + struct.pack('<II', 13, 0) + f[:8] + f[8:16] + bytes(16)
        b += struct.pack('<II', mode, 0) + struct.pack('<QQQII', bits, 0, 0, 0, 0)
        return b.ljust(88, b'\0') + struct.pack('<QQ', self.lock_cookie, 0)

    def intent(self, it, f, mode, bits, bufs, **kw):
        xid = self.start(101, DLM, [self.dlm_req(f, mode, bits), struct.pack('<Q', it)] + bufs)
        return self.wait(xid, **kw)

    def lookup(self, parent, name, it=IT_GETATTR, f2=bytes(16)):
        """Reply, with disposition and status of the intent in disp and result."""
        valid = FLGETATTR | FLEASIZE | FLACL | 1
        r = self.intent(it, parent, 16, 2, [self.body(parent, f2, valid=valid, room=4096), b'', cstr(name)])
        return self.intent_result(r)

    def open(self, parent, name, flags=1, new=bytes(16), mode=0o644, ea=b''):
        if flags & 0x40 and new == bytes(16):
            new = self.new_fid()
        rec = self.rec(OPEN, parent + new + struct.pack('<QqQQ', 0, 1, 0, 0),
                       struct.pack('<5I', S_IFREG | mode, 0, flags & 0xffffffff, flags >> 32, 0))
        it = IT_OPEN | (IT_CREAT if flags & 0x40 else 0)
        r = self.intent(it, parent, 8, 2, [rec, b'', b'', cstr(name), ea, b'', b'', b'', b''])
        return self.intent_result(r)

    @staticmethod
    def intent_result(r):
        r.disp = r.result = 0
        if r.bufs and len(r.bufs[0]) >= 112:
            r.disp, r.result = struct.unpack_from('<Qq', r.bufs[0], 96)
        r.result = r.result or min(r.status, 0)
        return r

    def enqueue(self, f, mode, bits, flags=0, wait=True):
        """A plain lock."""
        xid = self.start(101, DLM, [self.dlm_req(f, mode, bits, flags)])
        return self.wait(xid) if wait else xid

    def cancel(self, cookie):
        return self.rpc(103, DLM, [struct.pack('<II', 0, 1).ljust(88, b'\0') + struct.pack('<QQ', cookie, 0)], portal=17)

    def close(self, handle, f=bytes(16), mtime=0):
        """With @mtime: a close that changes something."""
        valid = A_MTIME | A_MTIME_SET | A_CTIME | A_CTIME_SET if mtime else 0
        rec = self.rec(SETATTR, f + struct.pack('<QIIQQqqq', valid, 0, 0, 0, 0, mtime, 0, mtime))
        return self.rpc(35, MDS, [struct.pack('<QQII', handle, 0, 0, 0), rec, b''])

def dir_entries(page):
    """hash_start, hash_end, flags, [(hash, name)] of a lu_dirpage."""
    start, end, flags = struct.unpack_from('<QQI', page)
    pos, out = 24, []
    while not flags & 1:
        h, reclen, namelen = struct.unpack_from('<QHH', page, pos + 16)
        out.append((h, page[pos + 32:pos + 32 + namelen].decode()))
        if not reclen:
            break
        pos += reclen
    return start, end, flags, out
