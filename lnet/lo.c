// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loopback driver, 0@lo (chapter 1, section 13): a worker receives a message to this node, from
 * memory to memory, so that the receiver's handlers never run in the context of the sender. No
 * locks.
 */
#define pr_fmt(fmt) "lnet: " fmt

#include <linux/module.h>
#include "internal.h"

static void lnet_lo_deliver(struct work_struct *work)
{
	struct lnet_msg *msg = container_of(work, struct lnet_msg, work);
	struct lnet_msg *rx;
	int rc;

	rc = lnet_rx_begin(msg->ni, &msg->hdr, &lnet_lo_nid, &rx);
	/* The sender learns at once that nobody serves the portal (yet), it need not wait. */
	if (!rc && !rx)
		rc = -ENXIO;
	if (!rc && rx && msg->hdr.payload_length) {
		if (rx->md) {
			rc = lnet_md_copy(rx->md, rx->offset, msg, rx->len);
		} else {
			struct iov_iter from;

			lnet_msg_iter(msg, ITER_SOURCE, &from);
			if (copy_from_iter(rx->buf, rx->len, &from) != rx->len)
				rc = -EFAULT;
		}
	}
	lnet_msg_sent(msg, rc);
	if (rx)
		lnet_rx_end(rx, rc);
}

static int lnet_lo_send(struct lnet_ni *ni, struct lnet_msg *msg)
{
	INIT_WORK(&msg->work, lnet_lo_deliver);
	queue_work(lnet_wq, &msg->work);
	return 0;
}

static int lnet_lo_startup(struct lnet_ni *ni)
{
	ni->nid = lnet_lo_nid;
	return 0;
}

/* Messages under way hold the NI, and the core waits until they are done. */
static void lnet_lo_shutdown(struct lnet_ni *ni)
{
}

const struct lnet_lnd lnet_lo_lnd = {
	.type = LOLND,
	.name = "lo",
	.startup = lnet_lo_startup,
	.shutdown = lnet_lo_shutdown,
	.release = lnet_lo_shutdown,
	.send = lnet_lo_send,
};
