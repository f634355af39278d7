// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same system calls in two directories, one of them on a file system that is known to be right:
 * differences in errno, attributes, and in which times moved are printed.
 *   posixdiff DIR REFERENCE
 * A case is: steps that prepare it, and after a pause the steps that are watched. Each case has a
 * directory of its own. A step: [@UID:GID[:GROUP]] [umask=N] CALL ARGS, or NAME expressions: %N is
 * a name of N letters.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *before, *steps;
} cases[] = {
	/* create: times of the parent, umask, set-group-id directories */
	{ "", "mkdir d 0777" },
	{ "", "create f 0666" },
	{ "", "umask=077 create f 0666; umask=077 mkdir d 0777; mkfifo p 0666" },
	{ "chmod . 02777; chown . 0 77",
	  "@500:500 create f 02775; @500:500 mkdir d 0755; @500:500 symlink x s; create g 02775" },
	{ "chmod . 02777; chown . 0 77", "@500:500:77 create f 02775; @500:500 create h 02755" },
	{ "",
	  "mknod c c 0600; mknod b b 0600; mknod s s 0644; mknod f f 0644; "
	  "@500:500 mknod n c 0600" },
	{ "chmod . 0755",
	  "@500:500 create f 0644; @500:500 mkdir d 0755; @500:500 symlink a s; "
	  "@500:500 mkfifo p 0600" },
	{ "dacl .",
	  "umask=077 create f 0666; umask=077 mkdir d 0777; umask=077 mkfifo p 0644; "
	  "umask=022 symlink x s" },
	{ "",
	  "create f 0644; create f 0644; mkdir f 0755; symlink x f; mkfifo f 0644; "
	  "mknod f c 0600" },
	/* names */
	{ "",
	  "create %255 0644; mkdir %254 0755; create %256 0644; mkdir %256 0755; symlink x %256; "
	  "mkfifo %256 0644" },
	{ "create f 0644",
	  "rename f %256; link f %256; rename %256 f; unlink %256; rmdir %256; stat %256; "
	  "chmod %256 0644; rename f %255; unlink %255" },
	{ "symlink l l; symlink m n; symlink n m",
	  "open l r; create l/x 0644; stat m; chmod m 0644; trunc l 0; open m c" },
	{ "",
	  "open . w; open . c; mkdir . 0755; rmdir .; rmdir ..; unlink .; mkdir d 0755; "
	  "rmdir d/.; rmdir d/..; rename d/. e; rename . e; rename d d/.." },
	{ "create f 0644",
	  "create f/x 0644; mkdir f/x 0755; unlink f/x; rmdir f/x; rename f/x y; stat f/x; "
	  "link f/x y; trunc f/x 0; chmod f/x 0; open f d" },
	{ "",
	  "unlink n; rmdir n; rename n m; link n m; chmod n 0644; trunc n 0; create n/x 0644; "
	  "open n r; readlink n; symlink x n/y" },
	/* unlink, rmdir */
	{ "create f 0644; link f g", "unlink f" },
	{ "create f 0644", "unlink f" },
	{ "mkdir d 0755", "rmdir d" },
	{ "mkdir d 0755; create d/f 0644", "rmdir d; unlink d" },
	{ "create f 0644", "rmdir f" },
	{ "symlink x s; mkfifo p 0600; mknod c c 0600", "unlink s; unlink p; unlink c" },
	{ "chmod . 01777; @500:500 create f 0644; @500:500 mkdir d 0755",
	  "@501:501 unlink f; @501:501 rmdir d; @501:501 rename f g; @500:500 rename f g; "
	  "@500:500 unlink g; @500:500 rmdir d" },
	{ "chmod . 01777; chown . 501 501; @500:500 create f 0644", "@501:501 unlink f" },
	{ "mkdir d 0700; create d/f 0644",
	  "@500:500 unlink d/f; @500:500 stat d/f; @500:500 create d/g 0644; @500:500 open d r; "
	  "@500:500 rename d/f x; @500:500 link d/f x" },
	{ "mkdir d 0755; create d/f 0666",
	  "@500:500 unlink d/f; @500:500 rename d/f d/g; @500:500 open d/f w; "
	  "@500:500 open d/f c; @500:500 open d/g c" },
	/* link */
	{ "create f 0644", "link f g" },
	{ "create f 0644; create g 0644", "link f g; link f f; link f ." },
	{ "mkdir d 0755", "link d e; @500:500 link d e" },
	{ "symlink x s; mkfifo p 0600", "link s t; link p q" },
	/* rename */
	{ "create f 0644", "rename f g" },
	{ "create f 0644; mkdir d 0755", "rename f d/f" },
	{ "create f 0644; create g 0644", "rename f g" },
	{ "create f 0644; create g 0644; link g h", "rename f g" },
	{ "create f 0644; link f g", "rename f g; rename g f; rename f f" },
	{ "mkdir d 0755; mkdir e 0755", "rename d e" },
	{ "mkdir d 0755; mkdir e 0755", "rename d e/d" },
	{ "mkdir d 0755; mkdir e 0755; create e/f 0644", "rename d e" },
	{ "mkdir d 0755; create f 0644", "rename d f; rename f d" },
	{ "mkdir d 0755; mkdir d/e 0755; mkdir d/e/f 0755",
	  "rename d d/e; rename d d/e/f/g; rename d d/x; rename d/e/f d; rename d/e d; "
	  "rename d d" },
	{ "mkdir d 0755; mkdir d/e 0755; mkdir t 0755; mkdir t/e 0755", "rename d/e t/e" },
	{ "symlink x s; mkfifo p 0600; mkdir d 0755", "rename s p; rename p d; rename d p" },
	{ "mkdir a 0777; mkdir b 0777; mkdir a/d 0755",
	  "@500:500 rename a/d b/d; @500:500 rename a/d a/e" },
	{ "chmod . 01777; @500:500 create f 0644; @501:501 create g 0644",
	  "@501:501 rename g f; @501:501 link f h" },
	/* chmod */
	{ "create f 0644; mkdir d 0755; mkfifo p 0600",
	  "chmod f 0600; chmod d 0700; chmod p 0644" },
	{ "create f 0644", "@500:500 chmod f 0600; @500:500 chmod . 0777" },
	{ "create f 0644; chown f 500 77", "@500:500 chmod f 02755; @500:500:77 chmod f 06755" },
	{ "create f 0644; chmod f 0644", "chmod f 0644; chmod f 07777" },
	{ "create f 0644; chown f 500 500", "@500:500 chmod f 01644; @500:500 chmod f 04755" },
	{ "create f 0644; symlink f s", "chmod s 0600" },
	{ "mkdir d 0755; chown d 500 77", "@500:500 chmod d 02777; @500:500 chmod d 01777" },
	/* chown */
	{ "create f 0644; chmod f 06755", "chown f 500 501" },
	{ "create f 0644; chmod f 06755", "chown f -1 501" },
	{ "create f 0644; chmod f 06644", "chown f 500 -1" },
	{ "create f 0644; chmod f 06755", "chown f -1 -1" },
	{ "create f 0644; chmod f 06755", "chown f 0 0" },
	{ "mkdir d 0755; chmod d 06755", "chown d 500 500" },
	{ "create f 0644; chown f 500 500; chmod f 06755",
	  "@500:500:77 chown f -1 77; @500:500:77 chown f 500 500; @500:500 chown f 501 -1; "
	  "@500:500 chown f -1 78; @500:500 chown f -1 -1; @501:501 chown f -1 501; "
	  "@501:501 chown f -1 -1" },
	{ "symlink x s", "lchown s 5 6; chown s 7 8" },
	{ "create f 0644; chmod f 02645; chown f 500 500; chmod f 06645",
	  "@500:500 chown f 500 500" },
	/* data */
	{ "create f 0644", "write f 10" },
	{ "create f 0666; chmod f 06777", "@500:500 write f 5" },
	{ "create f 0666; chmod f 06777", "write f 5" },
	{ "create f 0666; chmod f 02767", "@500:500 write f 5" },
	{ "create f 0666; write f 100", "trunc f 10" },
	{ "create f 0666", "trunc f 0" },
	{ "create f 0666; write f 10", "trunc f 10" },
	{ "create f 0666; write f 10", "ftrunc f 10" },
	{ "create f 0644; write f 10", "trunc f 1000" },
	{ "create f 0666; chmod f 06777; write f 9; chmod f 06777", "@500:500 trunc f 3" },
	{ "create f 0644; write f 5", "open f t" },
	{ "create f 0644", "open f t; open f c; open f r" },
	{ "create f 0644; mkdir d 0755",
	  "@500:500 trunc f 0; trunc d 0; trunc f -1; @500:500 open f w; @500:500 open f t; "
	  "@500:500 open f r" },
	{ "create f 0000; chown f 500 500",
	  "@500:500 open f r; @500:500 open f w; @500:500 chmod f 0400; @500:500 open f r; "
	  "@500:500 trunc f 0; open f w" },
	{ "create f 0666; chmod f 06777; write f 9; chmod f 06777", "@500:500 open f t" },
	/* times */
	{ "create f 0666; chown f 500 500", "utimes f set; @500:500 utimes f now" },
	{ "create f 0666", "@500:500 utimes f now" },
	{ "create f 0666", "@500:500 utimes f set; @500:500 utimes f omit" },
	{ "create f 0644", "@500:500 utimes f now; @500:500 utimes f set; utimes f omit" },
	{ "create f 0644", "utimes f mset" },
	{ "create f 0644", "utimes f aset" },
	{ "create f 0644; chown f 500 500",
	  "@500:500 utimes f aset; @500:500 utimes f mset; @501:501 utimes f mset" },
	{ "mkdir d 0755; mkfifo p 0644", "utimes d set; utimes p set" },
	/* xattrs and ACLs */
	{ "create f 0644",
	  "setx f user.a v; setx f user.a w; getx f user.a; rmx f user.a; rmx f user.a; "
	  "getx f user.a" },
	{ "mkdir d 0755", "dacl d" },
	{ "create f 0644; symlink f s; mkfifo p 0644",
	  "@500:500 setx f user.a v; setx p user.a v; setx s user.b v; getx s user.b" },
	{ "mkdir d 0755; chmod d 01777", "@500:500 setx d user.a v" },
	{ "create f 0600; acl f",
	  "chmod f 0640; @500:500 open f r; @501:501 open f r; chmod f 0600; @500:500 open f r" },
	{ "create f 0644", "dacl f; @500:500 acl f" },
	{ "create f 0644; acl f; chown f 500 500", "@500:500 chmod f 0666" },
	/* immutable, append-only; open files without a name */
	{ "create f 0644; attr f i",
	  "open f w; chmod f 0600; unlink f; rename f g; link f g; utimes f now; utimes f set; "
	  "trunc f 0; setx f user.a v; open f r; @500:500 attr f -; attr f -; unlink f" },
	{ "create f 0644; attr f a",
	  "open f w; append f 5; chmod f 0600; chown f 5 5; unlink f; rename f g; link f g; "
	  "utimes f now; utimes f set; trunc f 0; open f t; setx f user.a v; attr f -" },
	{ "mkdir d 0755; create d/f 0644; attr d i",
	  "create d/g 0644; unlink d/f; rename d/f d/g; rename d/f g; mkdir d/x 0755; rmdir d; "
	  "rename d e; write d/f 5; chmod d/f 0600; chmod d 0700; attr d -" },
	{ "mkdir d 0755; create d/f 0644; attr d a",
	  "create d/g 0644; unlink d/f; rename d/f d/h; mkdir d/x 0755; rmdir d/x; rmdir d; "
	  "write d/f 5; link d/f d/l; attr d -" },
	{ "create f 0644; create g 0644; link g h", "gone f; gone g" },
	{ "create f 0666; chmod f 06777", "@500:500 append f 5" },
	{ "mkdir d 0777; mkdir d/e 0777; chown d/e 500 500", "@500:500 rmdir d/e; goned d" },
};

#define NR (sizeof(cases) / sizeof(cases[0]))

static const char *root[2];
static int differences;

/* "%N" at the start of a component: N times 'n' */
static const char *path(const char *text)
{
	static char buf[2][1200];
	static int turn;
	char *out = buf[turn ^= 1];
	const char *p = strchr(text, '%');

	if (!p)
		return text;
	memcpy(out, text, p - text);
	memset(out + (p - text), 'n', atoi(p + 1));
	out[p - text + atoi(p + 1)] = 0;
	return out;
}

struct acl_xattr {
	uint32_t version;
	struct {
		uint16_t tag, perm;
		uint32_t id;
	} e[5];
};

static int set_acl(const char *p, const char *name)
{
	struct acl_xattr a = {
		2, { { 1, 7, -1 }, { 2, 6, 500 }, { 4, 5, -1 }, { 16, 7, -1 }, { 32, 1, -1 } }
	};

	return setxattr(p, name, &a, sizeof(a), 0);
}

static int utimes_call(const char *p, const char *how)
{
	struct timespec t[2] = { { 1000000, 0 }, { 2000000, 0 } };

	if (!strcmp(how, "now")) {
		t[0].tv_nsec = UTIME_NOW;
		t[1].tv_nsec = UTIME_NOW;
	}
	if (!strcmp(how, "omit") || !strcmp(how, "mset"))
		t[0].tv_nsec = UTIME_OMIT;
	if (!strcmp(how, "omit") || !strcmp(how, "aset"))
		t[1].tv_nsec = UTIME_OMIT;
	return utimensat(AT_FDCWD, p, t, 0);
}

static int open_call(const char *p, char how, mode_t mode)
{
	int flags = how == 'w'	 ? O_WRONLY
		    : how == 'c' ? O_RDWR | O_CREAT
		    : how == 't' ? O_WRONLY | O_TRUNC
		    : how == 'd' ? O_DIRECTORY
		    : how == 'x' ? O_WRONLY | O_CREAT | O_EXCL
				 : O_RDONLY;
	int fd = open(p, flags | O_NONBLOCK, mode);

	return fd < 0 ? fd : close(fd);
}

static int write_call(const char *p, size_t n, int flags)
{
	int fd = open(p, O_WRONLY | flags);
	char buf[4096] = "";

	if (fd < 0 || write(fd, buf, n) < 0 || fsync(fd))
		return -1;
	return close(fd);
}

/* An open file whose name is taken away: all goes on, and the link count says so. */
static int gone_call(const char *p, bool dir)
{
	int fd = open(p, dir ? O_RDONLY : O_RDWR), links;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || (dir ? rmdir(p) : unlink(p)))
		return -1;
	links = st.st_nlink;
	if (fstat(fd, &st) || fchmod(fd, 0600) || fchown(fd, 7, 8) ||
	    (!dir && (write(fd, p, 1) != 1 || ftruncate(fd, 100) || fsync(fd))))
		return -1;
	errno = ERANGE;
	if (links - (int)st.st_nlink != (dir ? 2 : 1) || fstat(fd, &st) ||
	    (st.st_mode & 07777) != 0600 || st.st_uid != 7 || (!dir && st.st_size != 100))
		return -1;
	return close(fd);
}

static int attr_call(const char *p, char how)
{
	int fd = open(p, O_RDONLY), flags, rc;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return -1;
	flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
	flags |= how == 'i' ? FS_IMMUTABLE_FL : how == 'a' ? FS_APPEND_FL : 0;
	rc = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	return rc;
}

static int call(char **w, int n)
{
	const char *c = w[0], *p = path(w[1]), *q = n > 2 ? path(w[2]) : "";
	mode_t mode = strtoul(n > 3 ? w[3] : q, NULL, 8);
	char buf[256];
	struct stat st;
	int fd;

	if (!strcmp(c, "mkdir"))
		return mkdir(p, mode);
	if (!strcmp(c, "create"))
		return open_call(p, 'x', mode);
	if (!strcmp(c, "open"))
		return open_call(p, *q, 0644);
	if (!strcmp(c, "write"))
		return write_call(p, atoi(q), 0);
	if (!strcmp(c, "append"))
		return write_call(p, atoi(q), O_APPEND);
	if (!strcmp(c, "gone") || !strcmp(c, "goned"))
		return gone_call(p, c[4]);
	if (!strcmp(c, "attr"))
		return attr_call(p, *q);
	if (!strcmp(c, "trunc"))
		return truncate(p, atoi(q));
	if (!strcmp(c, "ftrunc"))
		return (fd = open(p, O_RDWR)) < 0 || ftruncate(fd, atoi(q)) ? -1 : close(fd);
	if (!strcmp(c, "chmod"))
		return chmod(p, mode);
	if (!strcmp(c, "chown"))
		return chown(p, atoi(q), atoi(w[3]));
	if (!strcmp(c, "lchown"))
		return lchown(p, atoi(q), atoi(w[3]));
	if (!strcmp(c, "link"))
		return link(p, q);
	if (!strcmp(c, "symlink"))
		return symlink(p, q);
	if (!strcmp(c, "unlink"))
		return unlink(p);
	if (!strcmp(c, "rmdir"))
		return rmdir(p);
	if (!strcmp(c, "rename"))
		return rename(p, q);
	if (!strcmp(c, "mkfifo"))
		return mkfifo(p, mode);
	if (!strcmp(c, "mknod"))
		return mknod(p,
			     mode | (*q == 'c'	 ? S_IFCHR
				     : *q == 'b' ? S_IFBLK
				     : *q == 's' ? S_IFSOCK
						 : S_IFREG),
			     *q == 'c' || *q == 'b' ? makedev(1, 3) : 0);
	if (!strcmp(c, "utimes"))
		return utimes_call(p, q);
	if (!strcmp(c, "stat"))
		return stat(p, &st);
	if (!strcmp(c, "readlink"))
		return readlink(p, buf, sizeof(buf)) < 0 ? -1 : 0;
	if (!strcmp(c, "setx"))
		return setxattr(p, q, w[3], strlen(w[3]), 0);
	if (!strcmp(c, "getx"))
		return getxattr(p, q, buf, sizeof(buf)) < 0 ? -1 : 0;
	if (!strcmp(c, "rmx"))
		return removexattr(p, q);
	if (!strcmp(c, "acl"))
		return set_acl(p, "system.posix_acl_access");
	if (!strcmp(c, "dacl"))
		return set_acl(p, "system.posix_acl_default");
	fprintf(stderr, "unknown step '%s'\n", c);
	exit(2);
}

/* One step in one of the directories: errno */
static int step(int which, unsigned int nr, const char *text)
{
	char dir[600], copy[600], *w[8] = { NULL }, *save, *t, **a = w;
	unsigned int uid = 0, gid = 0, group = 0;
	int n = 0, status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		umask(0);
		snprintf(dir, sizeof(dir), "%s/c%u", root[which], nr);
		snprintf(copy, sizeof(copy), "%s", text);
		for (t = strtok_r(copy, " ", &save); t && n < 8; t = strtok_r(NULL, " ", &save))
			w[n++] = t;
		if (chdir(dir))
			_exit(255);
		for (; n && (**a == '@' || !strncmp(*a, "umask=", 6)); a++, n--) {
			if (**a == 'u') {
				umask(strtoul(*a + 6, NULL, 8));
				continue;
			}
			sscanf(*a, "@%u:%u:%u", &uid, &gid, &group);
			if (setgroups(group ? 1 : 0, &group) || setresgid(gid, gid, gid) ||
			    setresuid(uid, uid, uid))
				_exit(255);
		}
		_exit(call(a, n) < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 255) {
		fprintf(stderr, "posixdiff: '%s' did not run\n", text);
		exit(2);
	}
	return WEXITSTATUS(status);
}

static void steps(unsigned int nr, const char *list, bool quiet)
{
	char copy[1200], *save, *s;
	int a, b;

	snprintf(copy, sizeof(copy), "%s", list);
	for (s = strtok_r(copy, ";", &save); s; s = strtok_r(NULL, ";", &save)) {
		s += strspn(s, " ");
		a = step(0, nr, s);
		b = step(1, nr, s);
		if (a != b) {
			printf("case %u '%s'%s: %s, expected %s\n", nr, s, quiet ? " (before)" : "",
			       strerrorname_np(a) ?: "0", strerrorname_np(b) ?: "0");
			differences++;
		}
	}
}

static void describe(const char *dir, const char *name, time_t mark, char *out, size_t size)
{
	char p[1500], acl[300] = "";
	struct stat st;
	ssize_t n, i, len;

	snprintf(p, sizeof(p), "%s/%s", dir, name);
	if (lstat(p, &st)) {
		snprintf(out, size, "%s", strerrorname_np(errno));
		return;
	}
	n = S_ISLNK(st.st_mode) ? 0 : getxattr(p, "system.posix_acl_access", acl, 100);
	for (i = len = 0; i < n; i++)
		len = len * 31 + (unsigned char)acl[i];
	snprintf(out, size,
		 "mode %o nlink %u owner %u:%u size %lld rdev %x mtime %s ctime %s acl %zd:%zx",
		 st.st_mode, (unsigned int)st.st_nlink, st.st_uid, st.st_gid,
		 S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size, (unsigned int)st.st_rdev,
		 st.st_mtime > mark	  ? "moved"
		 : st.st_mtime == 2000000 ? "set"
					  : "kept",
		 st.st_ctime > mark ? "moved" : "kept", n, (size_t)len);
}

static void compare(unsigned int nr, const char *sub, time_t mark, int depth)
{
	char dir[2][700], d[2][400], name[2500];
	struct dirent *de;
	int i, k;
	DIR *dp;

	for (i = 0; i < 2; i++)
		snprintf(dir[i], sizeof(dir[i]), "%s/c%u", root[i], nr);
	describe(dir[0], sub, mark, d[0], sizeof(d[0]));
	describe(dir[1], sub, mark, d[1], sizeof(d[1]));
	if (strcmp(d[0], d[1])) {
		printf("case %u '%s', then '%s': %.40s\n    is       %s\n    expected %s\n", nr,
		       cases[nr].before, cases[nr].steps, sub, d[0], d[1]);
		differences++;
	}
	/* Names of either side; what is on both is seen twice. */
	for (i = 0; i < 2 && depth < 5 && strncmp(d[i], "mode 4", 6) == 0; i++) {
		snprintf(name, sizeof(name), "%s/%s", dir[i], sub);
		dp = opendir(name);
		while (dp && (de = readdir(dp))) {
			if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
				continue;
			snprintf(name, sizeof(name), "%s/%s/%s", dir[!i], sub, de->d_name);
			k = i && !access(name, F_OK);
			snprintf(name, sizeof(name), "%s/%s", sub, de->d_name);
			if (!k)
				compare(nr, name, mark, depth + 1);
		}
		if (dp)
			closedir(dp);
	}
}

int main(int argc, char **argv)
{
	struct timespec now;
	unsigned int i;
	char dir[600];
	int k;

	if (argc != 3) {
		fprintf(stderr, "usage: posixdiff DIR REFERENCE\n");
		return 2;
	}
	umask(0);
	for (k = 0; k < 2; k++) {
		root[k] = argv[k + 1];
		for (i = 0; i < NR; i++) {
			snprintf(dir, sizeof(dir), "%s/c%u", root[k], i);
			if (mkdir(dir, 0777)) {
				perror(dir);
				return 2;
			}
		}
	}
	for (i = 0; i < NR; i++)
		steps(i, cases[i].before, true);
	clock_gettime(CLOCK_REALTIME, &now);
	sleep(2);
	for (i = 0; i < NR; i++) {
		steps(i, cases[i].steps, false);
		compare(i, ".", now.tv_sec + 1, 0);
	}
	printf("posixdiff: %zu cases, %d differences\n", NR, differences);
	return differences ? 1 : 0;
}
