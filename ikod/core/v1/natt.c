// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <string.h>

#include "core/v1/v1.h"

/* NAT traversal, RFC 3947. */

void v1_natt_agree(struct ike_sa *sa)
{
	unsigned int peer = sa->p1->peer_vendors;

	sa->natt_ok = peer & (VENDOR_NATT_RFC | VENDOR_NATT_DRAFT);
	v1_priv(sa)->natt_draft = sa->natt_ok && !(peer & VENDOR_NATT_RFC);
	if (!sa->natt_ok && sa->conn->cfg->encap == ENCAP_FORCE_UDP)
		engine_log(sa->e, LOG_L_WARN, sa->conn,
			   "encapsulation = udp, but the peer does not speak NAT traversal: plain ESP is used");
}

/* RFC 3947 3.2: HASH = hash(CKY-I | CKY-R | IP | Port); returns its length, 0 on failure */
static size_t natd_hash(const struct ike_sa *sa, const union endpoint *ep, uint8_t out[HASH_MAX_LEN])
{
	uint16_t port = htons(endpoint_port(ep));
	size_t addr_len;
	const uint8_t *addr = endpoint_addr(ep, &addr_len);
	struct bytes v[] = {
		{ sa->cky_i, sizeof(sa->cky_i) }, { sa->cky_r, sizeof(sa->cky_r) }, { addr, addr_len },
		{ &port, sizeof(port) },
	};

	if (!addr || !hash_bytes(sa->suite.hash, v, V1_ARRAY_LEN(v), out))
		return 0;
	return hash_info(sa->suite.hash)->len;
}

static uint8_t natd_type(struct ike_sa *sa)
{
	return v1_priv(sa)->natt_draft ? PL_NAT_D_DRAFT : PL_NAT_D;
}

void v1_natt_put(struct ike_sa *sa, struct v1_writer *w)
{
	uint8_t hash[HASH_MAX_LEN];
	size_t len;

	if (!sa->natt_ok)
		return;
	/* the other end first, then our own */
	len = natd_hash(sa, &sa->path.remote, hash);
	v1_put(w, natd_type(sa), hash, len);
	len = natd_hash(sa, &sa->path.local, hash);
	/* a hash that cannot match makes the peer see a NAT, hence UDP */
	if (sa->conn->cfg->encap == ENCAP_FORCE_UDP)
		engine_random(sa->e, hash, len);
	v1_put(w, natd_type(sa), hash, len);
}

static bool natd_is(const struct ike_sa *sa, const struct v1_payload *pl, const union endpoint *ep)
{
	uint8_t hash[HASH_MAX_LEN];
	size_t len = natd_hash(sa, ep, hash);

	return len && pl->len == len && !CRYPTO_memcmp(hash, pl->body, len);
}

bool v1_natt_names(struct ike_sa *sa, const struct v1_msg *m, const union endpoint *ep)
{
	const struct v1_payload *pl;
	bool same = false;

	for (unsigned int i = 1; (pl = v1_find(&m->chain, natd_type(sa), i)); i++)
		same |= natd_is(sa, pl, ep);
	return same;
}

struct v1_natt_view v1_natt_look(struct ike_sa *sa, const struct v1_msg *m, const struct ike_path *path)
{
	const struct v1_payload *pl = v1_find(&m->chain, natd_type(sa), 0);

	/* RFC 3947 3.2: no NAT-D, no detection */
	if (!sa->natt_ok || !pl)
		return (struct v1_natt_view){ .ok = false };
	return (struct v1_natt_view){
		.ok = true,
		.local = !natd_is(sa, pl, &path->local) || sa->conn->cfg->encap == ENCAP_FORCE_UDP,
		.remote = !v1_natt_names(sa, m, &path->remote),
	};
}

void v1_natt_take(struct ike_sa *sa, const struct v1_natt_view *view)
{
	sa->natt_ok = view->ok;
	sa->nat_local = view->local;
	sa->nat_remote = view->remote;
	if (sa->nat_local || sa->nat_remote)
		engine_log(sa->e, LOG_L_INFO, sa->conn, "NAT found:%s%s", sa->nat_local ? " we are behind it" : "",
			   sa->nat_remote ? " the peer is behind it" : "");
}

void v1_natt_detect(struct ike_sa *sa, const struct v1_msg *m)
{
	struct v1_natt_view view = v1_natt_look(sa, m, m->path);

	v1_natt_take(sa, &view);
}

void v1_natt_float(struct ike_sa *sa)
{
	if (!(sa->nat_local || sa->nat_remote) || sa->path.natt)
		return;
	sa->path.natt = true;
	endpoint_set_port(&sa->path.local, IKE_NATT_PORT);
	endpoint_set_port(&sa->path.remote, IKE_NATT_PORT);
}

/* The hash of a message says nothing of its addresses: without a NAT in front of the peer they are what they were. */
static bool may_come_from(const struct ike_sa *sa, const struct ike_path *path)
{
	return sa->nat_remote || addr_eq(&sa->path.remote, &path->remote);
}

void v1_natt_answered(struct ike_sa *sa, const struct ike_path *path)
{
	if (may_come_from(sa, path))
		sa->path = *path;
}

/*
 * RFC 3947 4: an initiator that sees a NAT changes to port 4500, and from
 * message 5 on we answer to where it came from. NAT-D payloads are in clear, so
 * the two views may differ; message 5 is authenticated, so its view counts.
 */
void v1_natt_floated(struct ike_sa *sa, const struct ike_path *path)
{
	bool floated = path->natt && !sa->path.natt;

	if (!may_come_from(sa, path))
		return;
	sa->path = *path;
	if (!path->natt)
		sa->nat_local = sa->nat_remote = false;
	else if (floated && !sa->nat_local)
		sa->nat_remote = true;
}

static bool path_eq(const struct ike_path *a, const struct ike_path *b)
{
	return a->natt == b->natt && endpoint_eq(&a->local, &b->local) && endpoint_eq(&a->remote, &b->remote);
}

void v1_natt_follow(struct ike_sa *sa, const struct ike_path *path)
{
	if (path_eq(&sa->path, path))
		return;
	/*
	 * RFC 3947 7: only a peer behind a NAT moves. To follow one that has none
	 * would let whoever sits on the way, and holds a message back, send us
	 * anywhere. It keeps to the port where the non-ESP marker is.
	 */
	if (!path->natt || !sa->nat_remote)
		return;
	conn_moved(sa, path);
}
