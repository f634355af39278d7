// SPDX-License-Identifier: GPL-2.0-only
/*
 * Receiving (chapter 1, 5.1 and 5.3): rx_work of a connection reads what the socket has. It reads a
 * header into conn->rx.hdr; the core says where the payload is to be put; and the payload is
 * received straight into that memory. A ZC cookie is acknowledged when the whole payload was read,
 * also if it was dropped. All functions run in rx_work; no locks.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include <net/sock.h>
#include "ksock.h"

#define HDR_LEN		(sizeof(struct ksock_msg_hdr) + sizeof(struct lnet_hdr_nid4))
/* cookie of a keepalive NOOP */
#define KEEPALIVE	1

/*
 * Receive into an iterator. Returns bytes; -EAGAIN if there are none now; another -errno at the
 * end.
 */
static int ksock_rx_iter(struct ksock_conn *conn, struct iov_iter *iter)
{
	struct msghdr msg = { .msg_iter = *iter };
	int rc;

	rc = sock_recvmsg(conn->sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (rc <= 0)
		return rc ?: -ECONNRESET;
	iov_iter_advance(iter, rc);
	conn->rx_time = jiffies;
	return rc;
}

/*
 * This node asks for no ACKs, so the only cookie that may come back is that of a
 * keepalive, in a NOOP or with a message that took its place.
 */
static bool ksock_rx_acks_nothing(u64 cookie)
{
	return !cookie || cookie == KEEPALIVE;
}

static int ksock_rx_noop(const struct ksock_msg_hdr *ksh)
{
	return ksock_rx_acks_nothing(le64_to_cpu(ksh->ksh_zc_cookies[0])) &&
	       le64_to_cpu(ksh->ksh_zc_cookies[1]) == KEEPALIVE ? 0 : -EPROTO;
}

static bool ksock_rx_is_ping(const struct lnet_hdr *hdr)
{
	return hdr->type == LNET_MSG_GET &&
		le32_to_cpu(hdr->msg.get.ptl_index) == LNET_RESERVED_PORTAL;
}

static int ksock_rx_lnet_hdr(struct ksock_conn *conn)
{
	struct ksock_rx *rx = &conn->rx;
	const struct ksock_msg_hdr *ksh = (void *)rx->hdr;
	struct lnet_hdr hdr;
	int rc;

	if (!ksock_rx_acks_nothing(le64_to_cpu(ksh->ksh_zc_cookies[1])))
		return -EPROTO;
	lnet_hdr_from_nid4((void *)(ksh + 1), &hdr);
	rc = lnet_rx_begin(conn->peer->base.net->ni, &hdr, &conn->peer->base.nid, &rx->msg);
	if (rc)
		return rc;
	if (!rx->msg || ksock_rx_is_ping(&hdr))
		conn->rx_idle_msgs++;
	rx->zc_cookie = le64_to_cpu(ksh->ksh_zc_cookies[0]);
	rx->skip = hdr.payload_length;
	WRITE_ONCE(conn->rx_size, hdr.payload_length);
	/* the memory of a GET is for its REPLY: nothing is received into it */
	if (rx->msg && hdr.payload_length) {
		lnet_msg_iter(rx->msg, ITER_DEST, &rx->iter);
		rx->skip -= rx->msg->len;
	} else {
		iov_iter_discard(&rx->iter, ITER_DEST, 0);
	}
	rx->have = 0;
	rx->state = KSOCK_RX_BODY;
	return 0;
}

/*
 * A NOOP is shorter than a message: bytes of the next message may follow it in hdr. A message is
 * never shorter than what was read.
 */
static int ksock_rx_parse_hdr(struct ksock_conn *conn)
{
	struct ksock_rx *rx = &conn->rx;
	const struct ksock_msg_hdr *ksh = (void *)rx->hdr;
	int rc;

	while (rx->have >= sizeof(*ksh)) {
		switch (le32_to_cpu(ksh->ksh_type)) {
		case KSOCK_MSG_NOOP:
			rc = ksock_rx_noop(ksh);
			if (rc)
				return rc;
			WRITE_ONCE(conn->rx_began, jiffies);
			conn->rx_idle_msgs++;
			rx->have -= sizeof(*ksh);
			memmove(rx->hdr, rx->hdr + sizeof(*ksh), rx->have);
			break;
		case KSOCK_MSG_LNET:
			if (rx->have < HDR_LEN)
				return 0;
			return ksock_rx_lnet_hdr(conn);
		default:
			return -EPROTO;
		}
	}
	return 0;
}

static int ksock_rx_hdr(struct ksock_conn *conn)
{
	struct ksock_rx *rx = &conn->rx;
	struct iov_iter iter;
	struct kvec kvec;
	int rc;

	kvec.iov_base = rx->hdr + rx->have;
	kvec.iov_len = HDR_LEN - rx->have;
	iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, kvec.iov_len);
	rc = ksock_rx_iter(conn, &iter);
	if (rc < 0)
		return rc;
	if (!READ_ONCE(conn->rx_partial)) {
		WRITE_ONCE(conn->rx_size, 0);
		WRITE_ONCE(conn->rx_began, jiffies);
	}
	rx->have += rc;
	rc = ksock_rx_parse_hdr(conn);
	/* pairs with the smp_load_acquire() of the tick */
	smp_store_release(&conn->rx_partial, rx->have || rx->state != KSOCK_RX_HDR);
	return rc;
}

static int ksock_rx_message_done(struct ksock_conn *conn)
{
	struct ksock_rx *rx = &conn->rx;
	struct lnet_msg *msg = rx->msg;
	int rc = 0;

	rx->msg = NULL;
	rx->state = KSOCK_RX_HDR;
	WRITE_ONCE(conn->rx_partial, false);
	if (rx->zc_cookie)
		rc = ksock_send_noop(conn, rx->zc_cookie);
	if (msg)
		lnet_rx_end(msg, 0);
	return rc;
}

static int ksock_rx_body(struct ksock_conn *conn)
{
	struct ksock_rx *rx = &conn->rx;
	struct iov_iter trash;
	int rc;

	while (iov_iter_count(&rx->iter)) {
		rc = ksock_rx_iter(conn, &rx->iter);
		if (rc < 0)
			return rc;
	}
	while (rx->skip) {
		iov_iter_discard(&trash, ITER_DEST, rx->skip);
		rc = ksock_rx_iter(conn, &trash);
		if (rc < 0)
			return rc;
		rx->skip -= rc;
	}
	return ksock_rx_message_done(conn);
}

void ksock_rx_work(struct work_struct *work)
{
	struct ksock_conn *conn = container_of(work, struct ksock_conn, rx_work);
	int rc = 0;

	if (!READ_ONCE(conn->added))
		return;
	if (READ_ONCE(conn->rx_held))
		return;			/* data has come, but it is not the tick */
	while (!rc && !READ_ONCE(conn->closing)) {
		if (conn->rx.state == KSOCK_RX_HDR &&
		    (atomic_read(&conn->peer->ntxs) > KSOCK_PEER_TXS_MAX ||
		     READ_ONCE(conn->rx_idle_msgs) > KSOCK_IDLE_MSGS_MAX)) {
			WRITE_ONCE(conn->rx_held, true);
			return;		/* the tick will queue rx_work again */
		}
		rc = conn->rx.state == KSOCK_RX_HDR ? ksock_rx_hdr(conn) : ksock_rx_body(conn);
		cond_resched();
	}
	if (rc && rc != -EAGAIN)
		ksock_conn_failed(conn, rc);
}
