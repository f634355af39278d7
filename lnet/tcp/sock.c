// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP sockets and addresses for the other files; what IPv6 would change is here. No locks; may
 * sleep.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/log2.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/tcp.h>
#include "ksock.h"

/* Socket address of a NID; returns its length, or -EAFNOSUPPORT. */
int ksock_nid_addr(const struct lnet_nid *nid, u16 port, struct sockaddr_storage *ss)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	if (nid->nid_type != SOCKLND || nid->nid_size)
		return -EAFNOSUPPORT;
	memset(ss, 0, sizeof(*ss));
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = nid->nid_addr[0];
	return sizeof(*in);
}

bool ksock_addr_is_nid(const struct sockaddr_storage *ss, const struct lnet_nid *nid)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

	return ss->ss_family == AF_INET && !nid->nid_size &&
		in->sin_addr.s_addr == nid->nid_addr[0];
}

u16 ksock_addr_port(const struct sockaddr_storage *ss)
{
	return ss->ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)ss)->sin_port) : 0;
}

/* 1G: 1, 10G: 2, 25G and 40G: 3, 100G: 4, unknown: 1. */
u32 ksock_conns_by_speed(u32 mbits)
{
	return mbits < 1000 ? 1 : ilog2(mbits / 1000) / 2 + 1;
}

/* Read exactly len bytes until deadline (jiffies). 0 or -errno; -ETIMEDOUT: they did not come. */
int ksock_read(struct socket *sock, void *buf, u32 len, unsigned long deadline)
{
	struct msghdr msg = { .msg_flags = MSG_WAITALL | MSG_NOSIGNAL };
	struct kvec iov = { .iov_base = buf, .iov_len = len };
	unsigned long now;
	int rc;

	while (iov.iov_len) {
		now = jiffies;
		if (time_after_eq(now, deadline))
			return -ETIMEDOUT;
		/* each wait ends with the deadline, however many bytes come one by one */
		sock->sk->sk_rcvtimeo = deadline - now;
		rc = kernel_recvmsg(sock, &msg, &iov, 1, iov.iov_len, msg.msg_flags);
		if (rc == -EAGAIN)
			return -ETIMEDOUT;
		if (rc <= 0)
			return rc ?: -ECONNRESET;
		iov.iov_base += rc;
		iov.iov_len -= rc;
	}
	return 0;
}

int ksock_write(struct socket *sock, void *buf, u32 len, unsigned long timeout)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec iov = { .iov_base = buf, .iov_len = len };
	int rc;

	sock->sk->sk_sndtimeo = timeout;
	rc = kernel_sendmsg(sock, &msg, &iov, 1, len);
	if (rc == -EAGAIN)
		return -ETIMEDOUT;
	if (rc < 0)
		return rc;
	return rc == len ? 0 : -ETIMEDOUT;
}

/* Set the options of the socket of a connection. */
void ksock_tune(struct socket *sock)
{
	const struct ksock_params *p = &ksock_params;
	struct sock *sk = sock->sk;

	sk->sk_allocation = GFP_NOFS;
	sock_no_linger(sk);
	lock_sock(sk);
	tcp_sk(sk)->linger2 = -1;
	release_sock(sk);
	if (!p->nagle)
		tcp_sock_set_nodelay(sk);
	if (p->rx_buffer_size > 0)
		sock_set_rcvbuf(sk, p->rx_buffer_size);
	if (p->keepalive_idle > 0 && p->keepalive_intvl > 0 && p->keepalive_count > 0) {
		tcp_sock_set_keepidle(sk, p->keepalive_idle);
		tcp_sock_set_keepintvl(sk, p->keepalive_intvl);
		tcp_sock_set_keepcnt(sk, p->keepalive_count);
		sock_set_keepalive(sk);
	}
	if (p->tos >= 0)
		ip_sock_set_tos(sk, p->tos);
}
