// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepting connections (chapter 1, 3 and 4.3): a listening socket for each address of this node,
 * and a work item for each accepted socket, which reads the connection request and HELLO, decides,
 * and answers. Up to KSOCK_CONNS_MAX connections only those are refused that say that the peer was
 * restarted; so a race of two nodes that dial each other ends with more connections than needed and
 * not with none. listen_mutex guards the listeners; pending_mutex guards the list of sockets that
 * are being read, and no other lock is taken under it.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <linux/inet.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "ksock.h"

#define PENDING_MAX	1024
/* of one address, so that it cannot keep all others out */
#define PENDING_MAX_ADDR	32
#define PORT_SECURE_MAX	1023

struct pending {
	struct list_head link;
	struct work_struct work;
	struct socket *sock;
	struct sockaddr_storage peer_addr;
	unsigned long since;		/* jiffies: accepted; all must be read soon after */
};

/* A listening socket; all nets on one address share it. */
struct listener {
	struct list_head link;
	struct lnet_nid nid;		/* only its address counts */
	unsigned int users;
	struct socket *sock;		/* NULL: accept=none */
	void (*old_data_ready)(struct sock *sk);
	struct work_struct work;
};

static DEFINE_MUTEX(listen_mutex);
static LIST_HEAD(listeners);

static DEFINE_MUTEX(pending_mutex);
static LIST_HEAD(pending_list);
static unsigned int pending_count;
static bool pending_stop;

/* Send the HELLO that refuses a connection. */
static void ksock_hello_refuse(struct socket *sock, const struct ksock_net *net,
			       const struct ksock_hello *in)
{
	struct ksock_hello h = *in;

	h.version = KSOCK_PROTO_V3;
	h.src_nid = net->base.ni->nid;
	h.dst_nid = in->src_nid;
	h.src_pid = LNET_PID_LUSTRE;
	h.src_incarnation = net->base.incarnation;
	h.dst_incarnation = in->src_incarnation;
	h.ctype = (u32)SOCKLND_CONN_NONE;
	ksock_hello_send(sock, &h, false);
}

static int ksock_hello_answer(struct socket *sock, const struct ksock_net *net,
			      const struct ksock_hello *in,
			      int type)
{
	struct ksock_hello h = {
		.version = KSOCK_PROTO_V3,
		.src_nid = net->base.ni->nid,
		.dst_nid = in->src_nid,
		.src_pid = LNET_PID_LUSTRE,
		.dst_pid = in->dst_pid,
		.src_incarnation = net->base.incarnation,
		.dst_incarnation = in->dst_incarnation,
		.ctype = type,
	};

	return ksock_hello_send(sock, &h, false);
}

/*
 * Decide about a connection. 0: it was added to the peer; -ESTALE: the peer was restarted;
 * -EALREADY: too many; -ESHUTDOWN. Under peer->lock.
 */
static int ksock_accept_decide(struct ksock_peer *peer, struct ksock_conn *conn, u64 incarnation)
{
	if (peer->base.dead)
		return -ESHUTDOWN;
	if (!list_empty(&peer->conns) && peer->incarnation != incarnation)
		return -ESTALE;
	if (peer->nconns[conn->type] >= KSOCK_CONNS_MAX)
		return -EALREADY;
	peer->incarnation = incarnation;
	/* nothing is sent on it before the answer is */
	ksock_conn_add(conn, false);
	refcount_inc(&conn->refs);
	return 0;
}

static void ksock_accept_ready(struct ksock_peer *peer, struct ksock_conn *conn)
{
	spin_lock(&peer->base.lock);
	if (!conn->closing) {
		conn->ready = true;
		lnet_lnd_peer_reached(&peer->base);
		ksock_peer_flush(peer);
	}
	spin_unlock(&peer->base.lock);
}

/*
 * Make a connection of an accepted socket. 0: the socket belongs to the connection, or was
 * released.
 */
static int ksock_accept_conn(struct ksock_net *net, struct ksock_peer *peer, struct socket *sock,
			     const struct ksock_hello *h, int type)
{
	struct ksock_conn *conn;
	int rc;

	conn = ksock_conn_alloc(peer, sock, type);
	if (!conn)
		return -ENOMEM;
	spin_lock(&peer->base.lock);
	rc = ksock_accept_decide(peer, conn, h->src_incarnation);
	spin_unlock(&peer->base.lock);
	if (rc) {
		if (rc == -ESTALE)
			ksock_peer_close(peer, -ECONNRESET);
		if (rc != -ESHUTDOWN)
			ksock_hello_refuse(sock, net, h);
		ksock_conn_abort(conn);
		return 0;
	}
	rc = ksock_hello_answer(sock, net, h, type);
	if (rc)
		ksock_peer_close(peer, rc);
	else
		ksock_accept_ready(peer, conn);
	ksock_conn_put(conn);
	return 0;
}

/* After this, ksock_pending_end() does not shut the socket down. */
static void ksock_pending_remove(struct pending *p)
{
	mutex_lock(&pending_mutex);
	list_del_init(&p->link);
	mutex_unlock(&pending_mutex);
}

static int ksock_accept_hello(struct ksock_net *net, struct pending *p, unsigned long deadline)
{
	struct socket *sock = p->sock;
	struct ksock_peer *peer;
	struct ksock_hello h;
	int rc, type;

	rc = ksock_hello_recv(sock, &h, deadline);
	if (rc == -EPROTONOSUPPORT)
		ksock_hello_refuse(sock, net, &h);
	if (rc)
		return rc;
	type = ksock_invert_type(h.ctype);
	if (type < 0)
		return type;
	if (lnet_nid_net(&h.src_nid) != net->base.ni->net || h.src_nid.nid_size)
		return -EPROTO;
	/* a node is who its address says (chapter 1, 3.2) */
	if (!ksock_addr_is_nid(&p->peer_addr, &h.src_nid)) {
		char s[LNET_NIDSTR_SIZE];

		pr_warn_ratelimited("connection from %pISpc refused: it says that it is %s\n",
				    &p->peer_addr, lnet_nid_str(&h.src_nid, s));
		return -EACCES;
	}
	peer = ksock_peer_get(net, &h.src_nid);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	ksock_tune(sock);
	ksock_pending_remove(p);
	rc = ksock_accept_conn(net, peer, sock, &h, type);
	ksock_peer_put(peer);
	return rc;
}

static bool ksock_local_addr_is(struct socket *sock, const struct lnet_nid *nid)
{
	struct sockaddr_storage local;

	return kernel_getsockname(sock, (struct sockaddr *)&local) >= 0 &&
		ksock_addr_is_nid(&local, nid);
}

/* Serve an accepted socket. 0: it belongs to a connection now; else the caller releases it. */
static int ksock_accept_serve(struct pending *p)
{
	struct lnet_accept_conf conf;
	struct lnet_lnd_net *net;
	struct lnet_nid nid;
	int rc;

	lnet_accept_conf(&conf);
	if (!conf.any_port && ksock_addr_port(&p->peer_addr) > PORT_SECURE_MAX) {
		pr_warn_ratelimited("connection from %pISpc refused: not from a privileged port (module parameter accept)\n",
				    &p->peer_addr);
		return -EPERM;
	}
	rc = ksock_connreq_recv(p->sock, &nid, p->since + conf.timeout * HZ);
	if (rc)
		return rc;
	net = lnet_lnd_net_get(&ksock_net_ops, &nid);
	if (!net)
		return -EHOSTUNREACH;
	rc = -EHOSTUNREACH;
	if (ksock_local_addr_is(p->sock, &nid))
		rc = ksock_accept_hello(container_of(net, struct ksock_net, base), p,
					p->since + conf.timeout * HZ);
	lnet_lnd_net_put(net);
	return rc;
}

static void ksock_accept_serve_work(struct work_struct *work)
{
	struct pending *p = container_of(work, struct pending, work);
	struct socket *sock = p->sock;
	int rc;

	rc = ksock_accept_serve(p);
	if (rc == -EPROTO)
		pr_warn_ratelimited("bad connection request from %pISpc, connection closed\n",
				    &p->peer_addr);
	mutex_lock(&pending_mutex);
	list_del_init(&p->link);
	pending_count--;
	mutex_unlock(&pending_mutex);
	if (rc)
		sock_release(sock);
	kfree(p);
}

/* Undo what an accepted socket inherits from the listening one. */
static void ksock_accept_disinherit(struct socket *sock, const struct listener *l)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_data_ready = l->old_data_ready;
	sk->sk_user_data = NULL;
	write_unlock_bh(&sk->sk_callback_lock);
}

static bool ksock_addr_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	const struct sockaddr_in *in_a = (const void *)a, *in_b = (const void *)b;

	return a->ss_family == b->ss_family && in_a->sin_addr.s_addr == in_b->sin_addr.s_addr;
}

/* How many sockets of an address are being read? Under pending_mutex. */
static unsigned int ksock_pending_of(const struct sockaddr_storage *addr)
{
	struct pending *p;
	unsigned int n = 0;

	list_for_each_entry(p, &pending_list, link)
		if (ksock_addr_same(&p->peer_addr, addr))
			n++;
	return n;
}

static int ksock_pending_start(struct socket *sock)
{
	struct pending *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int rc = -EBUSY;

	if (!p)
		return -ENOMEM;
	p->sock = sock;
	INIT_WORK(&p->work, ksock_accept_serve_work);
	if (kernel_getpeername(sock, (struct sockaddr *)&p->peer_addr) < 0) {
		kfree(p);
		return -ENOTCONN;
	}
	p->since = jiffies;
	mutex_lock(&pending_mutex);
	if (!pending_stop && pending_count < PENDING_MAX &&
	    ksock_pending_of(&p->peer_addr) < PENDING_MAX_ADDR) {
		pending_count++;
		list_add_tail(&p->link, &pending_list);
		queue_work(ksock_accept_wq, &p->work);
		rc = 0;
	}
	mutex_unlock(&pending_mutex);
	if (rc)
		kfree(p);
	return rc;
}

static void ksock_accept_work(struct work_struct *work)
{
	struct listener *l = container_of(work, struct listener, work);
	struct socket *sock;

	while (!kernel_accept(l->sock, &sock, O_NONBLOCK)) {
		ksock_accept_disinherit(sock, l);
		if (ksock_pending_start(sock))
			sock_release(sock);
	}
}

static void ksock_listen_data_ready(struct sock *sk)
{
	struct listener *l;

	read_lock_bh(&sk->sk_callback_lock);
	l = sk->sk_user_data;
	/* sockets that wait to be accepted call this as well */
	if (l && sk->sk_state == TCP_LISTEN)
		queue_work(ksock_wq, &l->work);	/* it never waits, as reading HELLOs does */
	read_unlock_bh(&sk->sk_callback_lock);
}

static int ksock_listen_on(struct listener *l, struct socket *sock,
			   const struct lnet_accept_conf *conf)
{
	struct sockaddr_storage addr;
	struct sock *sk = sock->sk;
	int len, rc;

	len = ksock_nid_addr(&l->nid, conf->port, &addr);
	sock_set_reuseaddr(sk);
	if (ksock_params.tx_buffer_size > 0)
		sk->sk_sndbuf = ksock_params.tx_buffer_size;
	rc = kernel_bind(sock, (struct sockaddr *)&addr, len);
	if (rc)
		return rc;
	l->sock = sock;
	write_lock_bh(&sk->sk_callback_lock);
	l->old_data_ready = sk->sk_data_ready;
	sk->sk_user_data = l;
	sk->sk_data_ready = ksock_listen_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
	return kernel_listen(sock, conf->backlog);
}

static void ksock_listen_stop(struct listener *l)
{
	struct sock *sk = l->sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sk->sk_data_ready = l->old_data_ready;
	write_unlock_bh(&sk->sk_callback_lock);
	cancel_work_sync(&l->work);
	sock_release(l->sock);
}

static int ksock_listen_start(struct listener *l)
{
	struct lnet_accept_conf conf;
	struct sockaddr_storage addr;
	struct socket *sock;
	int rc;

	lnet_accept_conf(&conf);
	if (!conf.listen)
		return 0;
	rc = ksock_nid_addr(&l->nid, conf.port, &addr);
	if (rc < 0)
		return rc;
	rc = sock_create_kern(&init_net, addr.ss_family, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (rc)
		return rc;
	rc = ksock_listen_on(l, sock, &conf);
	if (!rc)
		return 0;
	pr_err("cannot listen on %pISpc: rc = %d\n", &addr, rc);
	if (l->sock)
		ksock_listen_stop(l);
	else
		sock_release(sock);
	return rc;
}

static struct listener *ksock_listener_find(const struct lnet_nid *nid)
{
	struct listener *l;

	list_for_each_entry(l, &listeners, link)
		if (l->nid.nid_size == nid->nid_size &&
		    !memcmp(l->nid.nid_addr, nid->nid_addr, sizeof(nid->nid_addr)))
			return l;
	return NULL;
}

static int ksock_listener_new(const struct lnet_nid *nid)
{
	struct listener *l = kzalloc(sizeof(*l), GFP_KERNEL);
	int rc;

	if (!l)
		return -ENOMEM;
	l->nid = *nid;
	l->users = 1;
	INIT_WORK(&l->work, ksock_accept_work);
	mutex_lock(&pending_mutex);
	pending_stop = false;
	mutex_unlock(&pending_mutex);
	rc = ksock_listen_start(l);
	if (rc) {
		kfree(l);
		return rc;
	}
	list_add(&l->link, &listeners);
	return 0;
}

/* A net starts: listen on the address of its NI, unless the module parameter accept is "none". */
int ksock_listen_get(const struct lnet_nid *nid)
{
	struct listener *l;
	int rc = 0;

	mutex_lock(&listen_mutex);
	l = ksock_listener_find(nid);
	if (l)
		l->users++;
	else
		rc = ksock_listener_new(nid);
	mutex_unlock(&listen_mutex);
	return rc;
}

/* The last net has stopped: shut down the sockets that are being read. */
static void ksock_pending_end(void)
{
	struct pending *p;

	mutex_lock(&pending_mutex);
	pending_stop = true;
	list_for_each_entry(p, &pending_list, link)
		kernel_sock_shutdown(p->sock, SHUT_RDWR);
	mutex_unlock(&pending_mutex);
}

/* A net stops. */
void ksock_listen_put(const struct lnet_nid *nid)
{
	struct listener *l;

	mutex_lock(&listen_mutex);
	l = ksock_listener_find(nid);
	if (!--l->users) {
		if (l->sock)
			ksock_listen_stop(l);
		list_del(&l->link);
		kfree(l);
	}
	if (list_empty(&listeners))
		ksock_pending_end();
	mutex_unlock(&listen_mutex);
}
