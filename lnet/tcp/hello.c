// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connection request and HELLO (chapter 1, 3.1 and 4.1). This node speaks version 3 only; another
 * version of HELLO is reported to the caller. Blocking. No locks.
 */
#define pr_fmt(fmt) "ksocklnd: " fmt

#include "ksock.h"

/* The type of a connection as the other side sees it, or -EPROTO. */
int ksock_invert_type(u32 type)
{
	switch (type) {
	case SOCKLND_CONN_ANY:
	case SOCKLND_CONN_CONTROL:
		return type;
	case SOCKLND_CONN_BULK_IN:
		return SOCKLND_CONN_BULK_OUT;
	case SOCKLND_CONN_BULK_OUT:
		return SOCKLND_CONN_BULK_IN;
	default:
		return -EPROTO;
	}
}

/*
 * Send a HELLO, in one piece with the connection request if that is wanted: the peer's acceptor
 * does not wait between the two.
 */
int ksock_hello_send(struct socket *sock, const struct ksock_hello *h, bool connreq)
{
	struct {
		struct lnet_acceptor_connreq req;
		struct ksock_hello_msg_nid4 hello;
	} m = {
		.req = {
			.acr_magic = cpu_to_le32(LNET_PROTO_ACCEPTOR_MAGIC),
			.acr_version = cpu_to_le32(LNET_PROTO_ACCEPTOR_VERSION),
			.acr_nid = cpu_to_le64(lnet_nid_to_nid4(&h->dst_nid)),
		},
		.hello = {
			.kshm_magic = cpu_to_le32(LNET_PROTO_MAGIC),
			.kshm_version = cpu_to_le32(h->version),
			.kshm_src_nid = cpu_to_le64(lnet_nid_to_nid4(&h->src_nid)),
			.kshm_dst_nid = cpu_to_le64(lnet_nid_to_nid4(&h->dst_nid)),
			.kshm_src_pid = cpu_to_le32(h->src_pid),
			.kshm_dst_pid = cpu_to_le32(h->dst_pid),
			.kshm_src_incarnation = cpu_to_le64(h->src_incarnation),
			.kshm_dst_incarnation = cpu_to_le64(h->dst_incarnation),
			.kshm_ctype = cpu_to_le32(h->ctype),
		},
	};

	if (connreq)
		return ksock_write(sock, &m, sizeof(m), ksock_timeout());
	return ksock_write(sock, &m.hello, sizeof(m.hello), ksock_timeout());
}

/* Skip the IP addresses that old peers list. */
static int ksock_hello_skip_ips(struct socket *sock, u32 nips, unsigned long deadline)
{
	__le32 ips[KSOCK_HELLO_MAX_IPS];
	u32 i;
	int rc;

	if (!nips)
		return 0;
	if (nips > KSOCK_HELLO_MAX_IPS)
		return -EPROTO;
	rc = ksock_read(sock, ips, nips * sizeof(ips[0]), deadline);
	for (i = 0; !rc && i < nips; i++)
		if (!ips[i])
			rc = -EPROTO;
	return rc;
}

/*
 * Receive a HELLO until deadline. 0 or -errno; -EPROTONOSUPPORT: it has another version, which is
 * in h->version; the rest was not read.
 */
int ksock_hello_recv(struct socket *sock, struct ksock_hello *h, unsigned long deadline)
{
	struct ksock_hello_msg_nid4 m;
	int rc;

	rc = ksock_read(sock, &m, offsetof(struct ksock_hello_msg_nid4, kshm_src_nid), deadline);
	if (rc)
		return rc;
	if (le32_to_cpu(m.kshm_magic) != LNET_PROTO_MAGIC)
		return -EPROTO;
	memset(h, 0, sizeof(*h));
	h->version = le32_to_cpu(m.kshm_version);
	if (h->version != KSOCK_PROTO_V3)
		return -EPROTONOSUPPORT;
	rc = ksock_read(sock, &m.kshm_src_nid,
			sizeof(m) - offsetof(struct ksock_hello_msg_nid4, kshm_src_nid), deadline);
	if (rc)
		return rc;
	lnet_nid_from_nid4(&h->src_nid, le64_to_cpu(m.kshm_src_nid));
	lnet_nid_from_nid4(&h->dst_nid, le64_to_cpu(m.kshm_dst_nid));
	h->src_pid = le32_to_cpu(m.kshm_src_pid);
	h->dst_pid = le32_to_cpu(m.kshm_dst_pid);
	h->src_incarnation = le64_to_cpu(m.kshm_src_incarnation);
	h->dst_incarnation = le64_to_cpu(m.kshm_dst_incarnation);
	h->ctype = le32_to_cpu(m.kshm_ctype);
	return ksock_hello_skip_ips(sock, le32_to_cpu(m.kshm_nips), deadline);
}

/* Answer what is not a connection request of a known version: say which version is known. */
static void ksock_connreq_refuse(struct socket *sock)
{
	struct lnet_acceptor_connreq req = {
		.acr_magic = cpu_to_le32(LNET_PROTO_ACCEPTOR_MAGIC),
		.acr_version = cpu_to_le32(LNET_PROTO_ACCEPTOR_VERSION),
	};

	ksock_write(sock, &req, sizeof(req), HZ);	/* it fits into an empty buffer */
}

/* Receive a connection request until deadline: the NID that the peer wants to reach here. */
int ksock_connreq_recv(struct socket *sock, struct lnet_nid *nid, unsigned long deadline)
{
	__le32 head[2];		/* magic, version */
	__le64 nid4;
	u32 magic;
	int rc;

	rc = ksock_read(sock, head, sizeof(head), deadline);
	if (rc)
		return rc;
	magic = le32_to_cpu(head[0]);
	if (magic == LNET_PROTO_MAGIC || magic == swab32(LNET_PROTO_MAGIC))
		goto refuse;
	if (magic != LNET_PROTO_ACCEPTOR_MAGIC)
		return -EPROTO;
	switch (le32_to_cpu(head[1])) {
	case LNET_PROTO_ACCEPTOR_VERSION:
		rc = ksock_read(sock, &nid4, sizeof(nid4), deadline);
		if (!rc)
			lnet_nid_from_nid4(nid, le64_to_cpu(nid4));
		return rc;
	case LNET_PROTO_ACCEPTOR_VERSION_16:
		return ksock_read(sock, nid, sizeof(*nid), deadline);
	}
refuse:
	ksock_connreq_refuse(sock);
	return -EPROTONOSUPPORT;
}
