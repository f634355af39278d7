// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accepting connections (chapter 1, 14.4): a listening ID for each address of this node, which all
 * nets on that address share, and the decision about each connection request, in the handler of the
 * ID. This node never refuses because of a race: it may end with more connections than needed and
 * not with none.
 *
 * listen_mutex guards the listeners. When the device of one goes away its work ends the ID, and
 * tries every few seconds to listen again.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/in.h>
#include <linux/slab.h>
#include <rdma/ib_cm.h>
#include "kib.h"

#define PORT_SECURE_MAX		1023
#define RETRY_LISTEN		(5 * HZ)

struct kib_listener {
	struct list_head link;
	__be32 addr;
	unsigned int users;
	struct rdma_cm_id *id;		/* NULL: the device is gone; under listen_mutex */
	bool down;
	bool gone;			/* the device told that it goes */
	struct delayed_work work;
};

static DEFINE_MUTEX(listen_mutex);
static LIST_HEAD(listeners);

bool kib_listener_is_down(struct kib_listener *l)
{
	return READ_ONCE(l->down);
}

/* What is to be known of a request before a connection is made for it. */
struct kib_request {
	struct kib_msg msg;
	struct kib_net *net;		/* NULL: unknown */
	struct lnet_nid nid;		/* of the peer */
	u8 why;				/* KIB_REJECT_*, or 0 */
};

static void kib_reject(struct rdma_cm_id *id, const struct kib_request *req)
{
	struct kib_reject rej = {
		.magic = KIB_MAGIC,
		.version = KIB_VERSION,
		.why = req->why,
		.incarnation = req->net ? req->net->base.incarnation : 0,
		.cp.queue_depth = kib_depth(),
		.cp.max_frags = KIB_MAX_FRAGS,
		.cp.max_msg_size = KIB_MSG_SIZE,
	};

	rdma_reject(id, &rej, sizeof(rej), IB_CM_REJ_CONSUMER_DEFINED);
}

static const struct sockaddr_in *kib_request_from(const struct rdma_cm_id *id)
{
	return (const struct sockaddr_in *)&id->route.addr.dst_addr;
}

/* Check a request, and find its net. Returns why it is refused, or 0. */
static u8 kib_request_check(struct rdma_cm_id *id, const struct kib_listener *l,
			    const struct rdma_conn_param *param, struct kib_request *req)
{
	const struct kib_connparams *cp = &req->msg.connparams;
	u32 len = min_t(u32, param->private_data_len, sizeof(req->msg));
	struct lnet_lnd_net *net;
	struct lnet_nid to;

	if (!param->private_data)
		return KIB_REJECT_FATAL;
	memcpy(&req->msg, param->private_data, len);
	if (kib_msg_check(&req->msg, len))
		return KIB_REJECT_FATAL;
	lnet_nid_from_nid4(&to, req->msg.dstnid);
	lnet_nid_from_nid4(&req->nid, req->msg.srcnid);
	net = to.nid_addr[0] == l->addr ? lnet_lnd_net_get(&kib_net_ops, &to) : NULL;
	if (!net)
		return KIB_REJECT_EARLY;
	req->net = container_of(net, struct kib_net, base);
	if (req->msg.dststamp && req->msg.dststamp != net->incarnation)
		return KIB_REJECT_CONN_STALE;
	if (req->msg.type != KIB_CONNREQ || !req->msg.srcstamp ||
	    lnet_nid_net(&req->nid) != net->ni->net ||
	    req->nid.nid_addr[0] != kib_request_from(id)->sin_addr.s_addr)
		return KIB_REJECT_FATAL;
	if (kib_params.require_privileged_port &&
	    ntohs(kib_request_from(id)->sin_port) > PORT_SECURE_MAX)
		return KIB_REJECT_FATAL;
	if (!cp->queue_depth || cp->queue_depth > kib_depth())
		return cp->queue_depth ? KIB_REJECT_MSG_QUEUE_SIZE : KIB_REJECT_FATAL;
	if (!cp->max_frags || cp->max_frags > KIB_MAX_FRAGS)
		return cp->max_frags ? KIB_REJECT_RDMA_FRAGS : KIB_REJECT_FATAL;
	return cp->max_msg_size == KIB_MSG_SIZE ? 0 : KIB_REJECT_FATAL;
}

/* Are there connections to another life of the peer? */
static bool kib_peer_restarted(struct kib_peer *peer, u64 stamp)
{
	struct kib_conn *conn;
	bool found = false;

	spin_lock(&peer->base.lock);
	list_for_each_entry(conn, &peer->conns, link)
		if (conn->state != KIB_DIALING && conn->ends.dststamp != stamp)
			found = true;
	spin_unlock(&peer->base.lock);
	return found;
}

/*
 * Make the connection of a request. Returns why not, or 0: the ID belongs to the connection. From
 * kib_conn_add() on it does, whatever happens.
 */
static u8 kib_accept_conn(struct rdma_cm_id *id, struct kib_peer *peer,
			  const struct kib_request *req)
{
	const struct kib_connparams *cp = &req->msg.connparams;
	struct rdma_conn_param param;
	struct kib_conn *conn;
	int rc;

	conn = kib_conn_alloc(peer, KIB_ACCEPTING);
	if (!conn)
		return KIB_REJECT_NO_RESOURCES;
	conn->id = id;
	conn->ends.dststamp = req->msg.srcstamp;
	kib_credits_init(&conn->credits, cp->queue_depth, kib_params.peer_credits_hiw);
	rc = kib_conn_setup(conn, cp->queue_depth);
	if (!rc)
		rc = kib_conn_add(conn);
	if (rc) {
		kib_conn_free(conn);
		return KIB_REJECT_NO_RESOURCES;
	}
	id->context = conn;
	id->event_handler = kib_cm_event;
	kib_msg_init(&conn->cm_msg, KIB_CONNACK, KIB_CONN_MSG_SIZE);
	conn->cm_msg.connparams = *cp;
	kib_msg_seal(&conn->cm_msg, &conn->ends, 0);
	kib_conn_param(conn, &param);
	rc = rdma_accept(id, &param);
	if (rc)
		kib_conn_close(conn, rc);
	return 0;
}

static u8 kib_accept_peer(struct rdma_cm_id *id, const struct kib_request *req)
{
	struct kib_peer *peer = kib_peer_get(req->net, &req->nid);
	u8 why;

	if (IS_ERR(peer))
		return PTR_ERR(peer) == -ENETDOWN ? KIB_REJECT_EARLY : KIB_REJECT_NO_RESOURCES;
	if (kib_peer_restarted(peer, req->msg.srcstamp)) {
		kib_peer_close(peer, -ECONNRESET, req->msg.srcstamp);
		why = KIB_REJECT_CONN_STALE;
	} else {
		why = kib_accept_conn(id, peer, req);
	}
	kib_peer_put(peer);
	return why;
}

/* A connection request. Not 0: the connection manager destroys the new ID. */
static int kib_accept(struct rdma_cm_id *id, struct kib_listener *l,
		      const struct rdma_conn_param *param)
{
	struct kib_request req = {};

	req.why = kib_request_check(id, l, param, &req);
	if (!req.why)
		req.why = kib_accept_peer(id, &req);
	if (req.why) {
		if (req.why == KIB_REJECT_FATAL || req.why == KIB_REJECT_NO_RESOURCES)
			pr_warn_ratelimited("connection request from %pISpc refused: reason %u\n",
					    kib_request_from(id), req.why);
		kib_reject(id, &req);
	}
	if (req.net)
		lnet_lnd_net_put(&req.net->base);
	return req.why ? -ECONNREFUSED : 0;
}

static int kib_listen_event(struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	struct kib_listener *l = id->context;

	switch (ev->event) {
	case RDMA_CM_EVENT_CONNECT_REQUEST:
		return kib_accept(id, l, &ev->param.conn);
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
	case RDMA_CM_EVENT_ADDR_CHANGE:
		WRITE_ONCE(l->down, true);
		WRITE_ONCE(l->gone, true);
		mod_delayed_work(kib_wq, &l->work, 0);
		return 0;
	default:
		return 0;
	}
}

/* Bind and listen. -ENODEV: the address has no RDMA device. Under listen_mutex. */
static int kib_listen_start(struct kib_listener *l)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(kib_params.service),
		.sin_addr.s_addr = l->addr,
	};
	struct rdma_cm_id *id;
	int rc;

	id = rdma_create_id(&init_net, kib_listen_event, l, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(id))
		return PTR_ERR(id);
	rc = rdma_bind_addr(id, (struct sockaddr *)&in);
	if (!rc && !id->device)
		rc = -ENODEV;
	if (!rc && !(id->device->attrs.device_cap_flags & IB_DEVICE_MEM_MGT_EXTENSIONS))
		rc = -EOPNOTSUPP;
	if (!rc)
		rc = rdma_listen(id, 0);
	if (rc) {
		rdma_destroy_id(id);
		return rc;
	}
	l->id = id;
	WRITE_ONCE(l->down, false);
	return 0;
}

/* The device went away: end the ID, and listen again when there is a device. */
static void kib_listen_work(struct work_struct *work)
{
	struct kib_listener *l = container_of(work, struct kib_listener, work.work);

	mutex_lock(&listen_mutex);
	if (l->id && READ_ONCE(l->gone)) {
		pr_warn("the RDMA device of %pI4 is gone; waiting for it\n", &l->addr);
		rdma_destroy_id(l->id);
		l->id = NULL;
	}
	WRITE_ONCE(l->gone, false);
	if (!l->id && l->users && kib_listen_start(l))
		queue_delayed_work(kib_wq, &l->work, RETRY_LISTEN);
	else if (l->id)
		pr_info("the RDMA device of %pI4 is back\n", &l->addr);
	mutex_unlock(&listen_mutex);
}

static struct kib_listener *kib_listener_new(__be32 addr)
{
	struct kib_listener *l = kzalloc(sizeof(*l), GFP_KERNEL);
	int rc;

	if (!l)
		return ERR_PTR(-ENOMEM);
	l->addr = addr;
	INIT_DELAYED_WORK(&l->work, kib_listen_work);
	rc = kib_listen_start(l);
	if (rc) {
		kfree(l);
		return ERR_PTR(rc);
	}
	list_add(&l->link, &listeners);
	return l;
}

/*
 * A net starts: listen on the address of its NI. -ENODEV: it has no RDMA device; -EOPNOTSUPP: the
 * device cannot register memory by work requests.
 */
int kib_listen_get(struct kib_net *net)
{
	__be32 addr = net->base.ni->nid.nid_addr[0];
	struct kib_listener *l, *found = NULL;

	mutex_lock(&listen_mutex);
	list_for_each_entry(l, &listeners, link)
		if (l->addr == addr)
			found = l;
	if (!found)
		found = kib_listener_new(addr);
	if (!IS_ERR(found)) {
		found->users++;
		net->listener = found;
	}
	mutex_unlock(&listen_mutex);
	return PTR_ERR_OR_ZERO(found);
}

/* A net stops. */
void kib_listen_put(struct kib_net *net)
{
	struct kib_listener *l = net->listener;
	struct rdma_cm_id *id = NULL;
	bool last;

	mutex_lock(&listen_mutex);
	last = !--l->users;
	if (last) {
		list_del(&l->link);
		id = l->id;
		l->id = NULL;
	}
	mutex_unlock(&listen_mutex);
	if (!last)
		return;
	if (id)
		rdma_destroy_id(id);
	/* the handler queues it no more, and without users it does nothing */
	cancel_delayed_work_sync(&l->work);
	kfree(l);
}
