// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dialling (chapter 1, 3.2, 4.3 and 4.5): dial_work of a peer opens the connections that are
 * missing of its set, one after the other, CONTROL first. It blocks, and has a workqueue of its own
 * for that reason. After a refusal (HELLO of type NONE) it tries again after min_reconnectms; after
 * a failure it ends, fails the messages that wait, and doubles the back-off.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/delay.h>
#include <net/sock.h>
#include "ksock.h"

/* Refusals in a row after which the peer has enough connections that it made itself. */
#define REFUSALS_MAX		3
#define PORT_MAX		1023
#define PORT_MIN		512

/* The type of connection to dial next, or -1 if none is missing. Under peer->lock. */
static int ksock_missing_type(const struct ksock_peer *peer)
{
	unsigned int limit = ksock_peer_net(peer)->conns_per_peer;
	unsigned int in = peer->nconns[SOCKLND_CONN_BULK_IN];
	unsigned int out = peer->nconns[SOCKLND_CONN_BULK_OUT];

	if (!peer->nconns[SOCKLND_CONN_CONTROL])
		return SOCKLND_CONN_CONTROL;
	if (in < limit && in <= out)
		return SOCKLND_CONN_BULK_IN;
	return out < limit ? SOCKLND_CONN_BULK_OUT : -1;
}

/* Start dialling unless it is under way. Under peer->lock. */
void ksock_dial_start(struct ksock_peer *peer)
{
	lockdep_assert_held(&peer->base.lock);
	if (peer->dialing || peer->base.dead || ksock_missing_type(peer) < 0)
		return;
	peer->dialing = true;
	refcount_inc(&peer->base.refs);
	queue_delayed_work(ksock_dial_wq, &peer->dial_work, 0);
}

/* Stop dialling. The peer is marked as dead already. */
void ksock_dial_stop(struct ksock_peer *peer)
{
	if (cancel_delayed_work(&peer->dial_work)) {
		ksock_peer_put(peer);
		return;
	}
	/* a shutdown before connect() has no effect: repeat it */
	while (READ_ONCE(peer->dialing)) {
		mutex_lock(&peer->dial_mutex);
		if (peer->dial_sock)
			kernel_sock_shutdown(peer->dial_sock, SHUT_RDWR);
		mutex_unlock(&peer->dial_mutex);
		msleep(20);
	}
}

static void ksock_dial_set_sock(struct ksock_peer *peer, struct socket *sock)
{
	mutex_lock(&peer->dial_mutex);
	peer->dial_sock = sock;
	mutex_unlock(&peer->dial_mutex);
}

/* Connect from one source port. On success the socket is the peer's dial_sock. */
static int ksock_dial_from(struct ksock_peer *peer, u16 port, u16 to_port, struct socket **sockp)
{
	struct sockaddr_storage local, remote;
	struct socket *sock;
	int len, rc;

	len = ksock_nid_addr(&peer->base.nid, to_port, &remote);
	if (len < 0)
		return len;
	ksock_nid_addr(&peer->base.net->ni->nid, port, &local);
	rc = sock_create_kern(&init_net, remote.ss_family, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (rc)
		return rc;
	ksock_dial_set_sock(peer, sock);
	/* one source port serves connections to several destinations */
	sock_set_reuseport(sock->sk);
	if (ksock_params.tx_buffer_size > 0)
		sock->sk->sk_sndbuf = ksock_params.tx_buffer_size;
	sock->sk->sk_sndtimeo = ksock_timeout();
	rc = kernel_bind(sock, (struct sockaddr *)&local, len);
	if (!rc)
		rc = READ_ONCE(peer->base.dead) ? -ESHUTDOWN :
			kernel_connect(sock, (struct sockaddr *)&remote, len, 0);
	if (!rc) {
		*sockp = sock;
		return 0;
	}
	ksock_dial_set_sock(peer, NULL);
	sock_release(sock);
	return rc == -EINPROGRESS ? -ETIMEDOUT : rc;
}

static int ksock_dial_privileged(struct ksock_peer *peer, struct socket **sock)
{
	struct lnet_accept_conf conf;
	u16 port;
	int rc = -EADDRINUSE;

	lnet_accept_conf(&conf);
	for (port = PORT_MAX; port >= PORT_MIN; port--) {
		if (port == conf.port)
			continue;
		rc = ksock_dial_from(peer, port, conf.port, sock);
		if (rc != -EADDRINUSE && rc != -EADDRNOTAVAIL)
			break;
	}
	return rc;
}

static int ksock_dial_check_answer(const struct ksock_peer *peer, const struct ksock_hello *h,
				   int type)
{
	char dialled[LNET_NIDSTR_SIZE], said[LNET_NIDSTR_SIZE];

	if (h->ctype == (u32)SOCKLND_CONN_NONE)
		return -EALREADY;
	if (!lnet_nid_eq(&h->src_nid, &peer->base.nid) || h->src_pid != LNET_PID_LUSTRE) {
		pr_warn_ratelimited("dialled %s, but the node there says it is %u-%s\n",
				    lnet_nid_str(&peer->base.nid, dialled), h->src_pid,
				    lnet_nid_str(&h->src_nid, said));
		return -EPROTO;
	}
	return ksock_invert_type(h->ctype) == type ? 0 : -EPROTO;
}

static int ksock_dial_hello(struct ksock_peer *peer, struct socket *sock, int type,
			    u64 *incarnation)
{
	struct ksock_hello h = {
		.version = KSOCK_PROTO_V3,
		.src_nid = peer->base.net->ni->nid,
		.dst_nid = peer->base.nid,
		.src_pid = LNET_PID_LUSTRE,
		.src_incarnation = peer->base.net->incarnation,
		.ctype = type,
	};
	int rc;

	rc = ksock_hello_send(sock, &h, true);
	if (rc)
		return rc;
	rc = ksock_hello_recv(sock, &h, jiffies + ksock_timeout());
	if (rc)
		return rc;
	*incarnation = h.src_incarnation;
	return ksock_dial_check_answer(peer, &h, type);
}

static bool ksock_dial_other_life(const struct ksock_peer *peer, u64 incarnation)
{
	return !list_empty(&peer->conns) && peer->incarnation != incarnation;
}

static int ksock_dial_add_conn(struct ksock_peer *peer, struct ksock_conn *conn, u64 incarnation)
{
	int rc = 0;

	spin_lock(&peer->base.lock);
	while (!peer->base.dead && ksock_dial_other_life(peer, incarnation)) {
		spin_unlock(&peer->base.lock);
		/*
		 * the peer was restarted: its old connections are dead, though nothing said so yet
		 */
		ksock_peer_close(peer, -ECONNRESET);
		spin_lock(&peer->base.lock);
	}
	if (peer->base.dead) {
		rc = -ESHUTDOWN;
	} else {
		peer->incarnation = incarnation;
		lnet_lnd_peer_reached(&peer->base);
		peer->refused = 0;
		ksock_conn_add(conn, true);
		ksock_peer_flush(peer);
	}
	spin_unlock(&peer->base.lock);
	return rc;
}

static int ksock_dial(struct ksock_peer *peer, int type)
{
	struct ksock_conn *conn;
	struct socket *sock;
	u64 incarnation;
	int rc;

	rc = ksock_dial_privileged(peer, &sock);
	if (rc)
		return rc;
	ksock_tune(sock);
	rc = ksock_dial_hello(peer, sock, type, &incarnation);
	ksock_dial_set_sock(peer, NULL);
	if (rc)
		goto out_sock;
	conn = ksock_conn_alloc(peer, sock, type);
	rc = -ENOMEM;
	if (!conn)
		goto out_sock;
	rc = ksock_dial_add_conn(peer, conn, incarnation);
	if (rc)
		ksock_conn_abort(conn);
	return rc;

out_sock:
	sock_release(sock);
	return rc;
}

/* An attempt failed. True: dial_work is queued again; false: dialling is over for now. */
static bool ksock_dial_failed(struct ksock_peer *peer, int err)
{
	char s[LNET_NIDSTR_SIZE];
	LIST_HEAD(waiting);
	bool again;

	spin_lock(&peer->base.lock);
	again = !peer->base.dead && err == -EALREADY &&
		(++peer->refused < REFUSALS_MAX || !list_empty(&peer->waiting));
	if (again) {
		queue_delayed_work(ksock_dial_wq, &peer->dial_work,
				   msecs_to_jiffies(ksock_params.min_reconnectms));
	} else {
		peer->dialing = false;
		peer->refused = 0;
		lnet_lnd_peer_back_off(&peer->base, ksock_params.min_reconnectms,
				       ksock_params.max_reconnectms);
		if (list_empty(&peer->conns))
			list_splice_init(&peer->waiting, &waiting);
	}
	spin_unlock(&peer->base.lock);
	if (!again && err != -ESHUTDOWN && err != -EALREADY)
		pr_warn_ratelimited("cannot connect to %s: rc = %d\n",
				    lnet_nid_str(&peer->base.nid, s), err);
	if (!again && err != -ESHUTDOWN && err != -EALREADY)
		lnet_peer_unreachable(peer->base.net->ni, &peer->base.nid, err);
	ksock_tx_done_list(&waiting, err);
	return again;
}

static int ksock_dial_next_type(struct ksock_peer *peer)
{
	int type = -1;

	spin_lock(&peer->base.lock);
	if (!peer->base.dead)
		type = ksock_missing_type(peer);
	if (type < 0)
		peer->dialing = false;
	spin_unlock(&peer->base.lock);
	return type;
}

void ksock_dial_work(struct work_struct *work)
{
	struct ksock_peer *peer = container_of(work, struct ksock_peer, dial_work.work);
	int type, rc;

	while ((type = ksock_dial_next_type(peer)) >= 0) {
		rc = ksock_dial(peer, type);
		if (!rc)
			continue;
		if (ksock_dial_failed(peer, rc))
			return;
		break;
	}
	ksock_peer_put(peer);
}
