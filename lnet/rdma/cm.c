// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the connection manager, and dialling (chapter 1, 14.1, 14.3 and 14.5). dial_work of a
 * peer starts one attempt; the events carry it on. A reject that teaches something (a lower limit,
 * the incarnation of a restarted peer) makes dial_work start another one at once; another failure
 * fails the messages that wait, and doubles the back-off.
 *
 * Events of one ID come one after the other, under its handler lock; peer->lock guards what is
 * learned of the peer.
 */
#define pr_fmt(fmt) "ko2iblnd: " fmt

#include <linux/in.h>
#include <linux/slab.h>
#include <rdma/ib_cm.h>
#include "kib.h"

#define RESOLVE_MS		5000
#define PORT_MAX		1023
#define RECONNECT_MIN_MS	1000
#define RECONNECT_MAX_MS	60000

/* What both sides say to the connection manager. conn->cm_msg goes with it. */
void kib_conn_param(struct kib_conn *conn, struct rdma_conn_param *param)
{
	memset(param, 0, sizeof(*param));
	param->private_data = &conn->cm_msg;
	param->private_data_len = KIB_CONN_MSG_SIZE;
	param->flow_control = 1;
	param->retry_count = kib_params.retry_count;
	param->rnr_retry_count = kib_params.rnr_retry_count;
}

/* ---- dialling ---- */

/* Start dialling unless it is under way. Under peer->lock. */
void kib_dial_start(struct kib_peer *peer)
{
	lockdep_assert_held(&peer->base.lock);
	if (peer->dialing || peer->base.dead || peer->nconns >= KIB_CONNS_MAX)
		return;
	peer->dialing = true;
	refcount_inc(&peer->base.refs);
	if (!queue_work(kib_wq, &peer->dial_work))
		refcount_dec(&peer->base.refs);
}

/*
 * An attempt failed before the connection was up. redial: try again now. -EALREADY: the peer dials
 * this node; it gets a second.
 */
void kib_dial_ended(struct kib_peer *peer, int err, bool redial)
{
	char s[LNET_NIDSTR_SIZE];
	LIST_HEAD(waiting);

	spin_lock(&peer->base.lock);
	peer->dialing = false;
	if (redial && !peer->base.dead && ++peer->redials <= KIB_REDIALS_MAX &&
	    !list_empty(&peer->waiting)) {
		kib_dial_start(peer);
		spin_unlock(&peer->base.lock);
		return;
	}
	peer->redials = 0;
	if (err == -EALREADY) {
		peer->base.next_dial = jiffies + HZ;
	} else {
		lnet_lnd_peer_back_off(&peer->base, RECONNECT_MIN_MS, RECONNECT_MAX_MS);
		if (!peer->nconns)
			list_splice_init(&peer->waiting, &waiting);
	}
	spin_unlock(&peer->base.lock);
	if (err != -ESHUTDOWN && err != -EALREADY)
		pr_warn_ratelimited("cannot connect to %s: rc = %d\n",
				    lnet_nid_str(&peer->base.nid, s), err);
	kib_tx_done_list(&waiting, err);
}

static void kib_nid_addr(const struct lnet_nid *nid, u16 port, struct sockaddr_in *in)
{
	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = nid->nid_addr[0];
}

static int kib_dial_bind(struct kib_conn *conn)
{
	u16 port = kib_params.use_privileged_port ? PORT_MAX : 0;
	struct sockaddr_in in;
	int rc;

	do {
		kib_nid_addr(&conn->peer->base.net->ni->nid, port, &in);
		rc = rdma_bind_addr(conn->id, (struct sockaddr *)&in);
	} while ((rc == -EADDRINUSE || rc == -EADDRNOTAVAIL) && port-- > 1);
	return rc;
}

static int kib_dial_resolve(struct kib_conn *conn)
{
	struct sockaddr_in in;
	int rc;

	rc = rdma_set_reuseaddr(conn->id, 1);
	if (!rc)
		rc = kib_dial_bind(conn);
	if (rc)
		return rc;
	kib_nid_addr(&conn->peer->base.nid, kib_params.service, &in);
	return rdma_resolve_addr(conn->id, NULL, (struct sockaddr *)&in, RESOLVE_MS);
}

static int kib_dial(struct kib_peer *peer)
{
	struct kib_conn *conn = kib_conn_alloc(peer, KIB_DIALING);
	struct rdma_cm_id *id;
	int rc;

	if (!conn)
		return -ENOMEM;
	id = rdma_create_id(&init_net, kib_cm_event, conn, RDMA_PS_TCP, IB_QPT_RC);
	if (IS_ERR(id)) {
		kib_conn_put(conn);
		return PTR_ERR(id);
	}
	conn->id = id;
	/* the thread that closes the connection takes this lock before it destroys the ID */
	rdma_lock_handler(id);
	rc = kib_conn_add(conn);
	if (rc) {
		rdma_unlock_handler(id);
		rdma_destroy_id(id);
		kib_conn_put(conn);
		return rc;
	}
	rc = kib_dial_resolve(conn);
	if (rc)
		kib_conn_close(conn, rc);
	rdma_unlock_handler(id);
	return 0;
}

void kib_dial_work(struct work_struct *work)
{
	struct kib_peer *peer = container_of(work, struct kib_peer, dial_work);
	int rc;

	rc = kib_dial(peer);
	if (rc)
		kib_dial_ended(peer, rc, false);
	kib_peer_put(peer);
}

/* ---- events of an attempt ---- */

static int kib_cm_addr_resolved(struct kib_conn *conn)
{
	if (kib_params.tos >= 0)
		rdma_set_service_type(conn->id, kib_params.tos);
	return rdma_resolve_route(conn->id, RESOLVE_MS);
}

static int kib_cm_route_resolved(struct kib_conn *conn)
{
	struct kib_peer *peer = conn->peer;
	struct rdma_conn_param param;
	struct kib_connparams cp = { .max_msg_size = KIB_MSG_SIZE };
	int rc;

	spin_lock(&peer->base.lock);
	cp.queue_depth = peer->depth ?: kib_depth();
	cp.max_frags = peer->max_frags ?: KIB_MAX_FRAGS;
	conn->ends.dststamp = peer->stamp;
	spin_unlock(&peer->base.lock);
	rc = kib_conn_setup(conn, cp.queue_depth);
	if (rc)
		return rc;
	kib_msg_init(&conn->cm_msg, KIB_CONNREQ, KIB_CONN_MSG_SIZE);
	conn->cm_msg.connparams = cp;
	kib_msg_seal(&conn->cm_msg, &conn->ends, 0);
	kib_conn_param(conn, &param);
	return rdma_connect_locked(conn->id, &param);
}

/* The other side accepted: is its answer one to what was asked? */
static int kib_cm_check_connack(struct kib_conn *conn, const struct rdma_conn_param *param,
				struct kib_msg *ack)
{
	const struct kib_connparams *asked = &conn->cm_msg.connparams;
	const struct kib_connparams *cp = &ack->connparams;
	u32 len = min_t(u32, param->private_data_len, sizeof(*ack));
	int rc;

	if (!param->private_data)
		return -EPROTO;
	memcpy(ack, param->private_data, len);
	rc = kib_msg_check(ack, len);
	if (rc)
		return rc;
	if (ack->type != KIB_CONNACK || ack->srcnid != conn->ends.dstnid ||
	    ack->dstnid != conn->ends.srcnid || ack->dststamp != conn->ends.srcstamp ||
	    !ack->srcstamp || !cp->queue_depth || cp->queue_depth > asked->queue_depth ||
	    !cp->max_frags || cp->max_frags > asked->max_frags || cp->max_msg_size != KIB_MSG_SIZE)
		return -EPROTO;
	return 0;
}

static int kib_cm_established(struct kib_conn *conn, const struct rdma_conn_param *param)
{
	struct kib_msg ack;
	char s[LNET_NIDSTR_SIZE];
	int rc;

	if (!conn->dialled) {
		kib_conn_up(conn);
		return 0;
	}
	rc = kib_cm_check_connack(conn, param, &ack);
	if (rc) {
		pr_warn_ratelimited("%s accepted a connection with other terms than asked for\n",
				    lnet_nid_str(&conn->peer->base.nid, s));
		return rc;
	}
	spin_lock(&conn->lock);
	conn->ends.dststamp = ack.srcstamp;
	kib_credits_init(&conn->credits, ack.connparams.queue_depth, kib_params.peer_credits_hiw);
	spin_unlock(&conn->lock);
	/* connections to another life of the peer are dead, though nothing said so yet */
	kib_peer_close(conn->peer, -ECONNRESET, ack.srcstamp);
	kib_conn_up(conn);
	return 0;
}

/* ---- rejects ---- */

/* What a reject of the other node's driver means. conn->redial: it taught something. */
static int kib_cm_learn(struct kib_conn *conn, const struct kib_reject *rej)
{
	const struct kib_connparams *asked = &conn->cm_msg.connparams;
	struct kib_peer *peer = conn->peer;

	lockdep_assert_held(&peer->base.lock);
	if (rej->incarnation)
		peer->stamp = rej->incarnation;
	switch (rej->why) {
	case KIB_REJECT_CONN_RACE:
		return -EALREADY;
	case KIB_REJECT_CONN_STALE:
		conn->redial = true;
		break;
	case KIB_REJECT_MSG_QUEUE_SIZE:
		if (rej->cp.queue_depth && rej->cp.queue_depth < asked->queue_depth) {
			peer->depth = rej->cp.queue_depth;
			conn->redial = true;
		}
		break;
	case KIB_REJECT_RDMA_FRAGS:
		if (rej->cp.max_frags && rej->cp.max_frags < asked->max_frags) {
			peer->max_frags = rej->cp.max_frags;
			conn->redial = true;
		}
		break;
	}
	return -ECONNREFUSED;
}

static int kib_cm_rejected(struct kib_conn *conn, struct rdma_cm_event *ev)
{
	struct kib_peer *peer = conn->peer;
	char s[LNET_NIDSTR_SIZE];
	struct kib_reject rej;
	const void *data;
	u8 len = 0;
	int rc;

	if (ev->status == IB_CM_REJ_INVALID_SERVICE_ID)
		return -EHOSTUNREACH;
	if (ev->status == IB_CM_REJ_STALE_CONN) {
		spin_lock(&peer->base.lock);
		peer->stamp = 0;
		conn->redial = true;
		spin_unlock(&peer->base.lock);
		return -ECONNREFUSED;
	}
	data = rdma_consumer_reject_data(conn->id, ev, &len);
	if (!data || kib_reject_check(data, len, &rej))
		return -ECONNREFUSED;
	spin_lock(&peer->base.lock);
	rc = kib_cm_learn(conn, &rej);
	spin_unlock(&peer->base.lock);
	if (!conn->redial && rc != -EALREADY)
		pr_warn_ratelimited("%s refuses connections: reason %u, version 0x%x, its limits: %u messages, %u fragments\n",
				    lnet_nid_str(&peer->base.nid, s), rej.why, rej.version,
				    rej.cp.queue_depth, rej.cp.max_frags);
	return rc;
}

/* Handler of all events of a connection. Its ID is destroyed by close_work only. */
int kib_cm_event(struct rdma_cm_id *id, struct rdma_cm_event *ev)
{
	struct kib_conn *conn = id->context;
	int rc = 0;

	if (conn->cm_over)
		return 0;
	switch (ev->event) {
	case RDMA_CM_EVENT_ADDR_RESOLVED:
		rc = kib_cm_addr_resolved(conn);
		break;
	case RDMA_CM_EVENT_ROUTE_RESOLVED:
		rc = kib_cm_route_resolved(conn);
		break;
	case RDMA_CM_EVENT_ESTABLISHED:
		rc = kib_cm_established(conn, &ev->param.conn);
		break;
	case RDMA_CM_EVENT_REJECTED:
		rc = kib_cm_rejected(conn, ev);
		break;
	case RDMA_CM_EVENT_ADDR_ERROR:
	case RDMA_CM_EVENT_ROUTE_ERROR:
	case RDMA_CM_EVENT_UNREACHABLE:
		rc = -EHOSTUNREACH;
		break;
	case RDMA_CM_EVENT_CONNECT_ERROR:
		rc = -ENOTCONN;
		break;
	case RDMA_CM_EVENT_DISCONNECTED:
	case RDMA_CM_EVENT_ADDR_CHANGE:
		rc = -ECONNRESET;
		break;
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		rc = -ENODEV;
		break;
	default:
		break;
	}
	if (rc)
		kib_conn_close(conn, rc);
	return 0;
}
