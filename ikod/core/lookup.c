// SPDX-License-Identifier: GPL-2.0
/* Which connection, child or pair is meant: hashed, for thousands of them. */
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

static void remote_key(const union endpoint *remote, uint8_t key[17])
{
	size_t len = 0;
	const uint8_t *p = NULL;

	memset(key, 0, 17);
	if (remote->sa.sa_family != AF_UNSPEC)
		p = endpoint_addr(remote, &len);
	if (!p || len > 16)
		return;
	key[0] = (uint8_t)len;
	memcpy(key + 1, p, len);
}

static struct remote_bucket *bucket_find(struct ike_engine *e, const union endpoint *remote)
{
	struct remote_bucket *b;
	uint8_t key[17];

	remote_key(remote, key);
	HASH_FIND(hh, e->remotes, key, sizeof(key), b);
	return b;
}

static struct remote_bucket *bucket_any(struct ike_engine *e)
{
	static const union endpoint any = { .sa = { .sa_family = AF_UNSPEC } };

	return bucket_find(e, &any);
}

void conn_index_add(struct conn *c)
{
	struct ike_engine *e = c->e;
	struct remote_bucket *b = bucket_find(e, &c->cfg->remote);

	if (!b) {
		b = core_zalloc(sizeof(*b));
		remote_key(&c->cfg->remote, b->key);
		HASH_ADD(hh, e->remotes, key, sizeof(b->key), b);
	}
	c->bucket = b;
	LL_APPEND2(b->conns, c, next_remote);
	HASH_ADD_KEYPTR(hh, e->conns, c->name, strlen(c->name), c);
	HASH_ADD(hh_peer, e->peers, peer_id, sizeof(c->peer_id), c);
}

void conn_index_del(struct conn *c)
{
	struct ike_engine *e = c->e;
	struct remote_bucket *b = c->bucket;

	LL_DELETE2(b->conns, c, next_remote);
	if (!b->conns) {
		HASH_DELETE(hh, e->remotes, b);
		free(b);
	}
	c->bucket = NULL;
	HASH_DELETE(hh, e->conns, c);
	HASH_DELETE(hh_peer, e->peers, c);
}

struct conn *conn_by_name(struct ike_engine *e, const char *name)
{
	struct conn *c;

	HASH_FIND_STR(e->conns, name, c);
	return c;
}

struct conn *conn_by_peer(struct ike_engine *e, uint32_t peer_id)
{
	struct conn *c;

	HASH_FIND(hh_peer, e->peers, &peer_id, sizeof(peer_id), c);
	return c;
}

struct child *conn_child(struct conn *c, uint32_t child_id)
{
	return child_id && child_id <= c->n_children ? &c->children[child_id - 1] : NULL;
}

struct child *conn_find_child(struct conn *c, const struct subnet *local, const struct subnet *remote)
{
	for (unsigned int i = 0; i < c->n_children; i++) {
		struct child *child = &c->children[i];

		if (subnet_eq(&child->local, local) && subnet_eq(&child->remote, remote))
			return child;
	}
	return NULL;
}

static struct child_sa *child_by_spi_out(struct child *child, uint32_t spi)
{
	struct child_sa *csa;

	DL_FOREACH(child->sas, csa)
		if (csa->spi_out == spi)
			return csa;
	return NULL;
}

struct child_sa *csa_by_spi(struct conn *c, enum sa_dir dir, uint32_t spi)
{
	struct child_sa *csa;

	if (dir == SA_IN) {
		HASH_FIND(hh_in, c->e->spis, &spi, sizeof(spi), csa);
		return csa && csa->child->conn == c ? csa : NULL;
	}
	for (unsigned int i = 0; i < c->n_children; i++) {
		csa = child_by_spi_out(&c->children[i], spi);
		if (csa)
			return csa;
	}
	return NULL;
}

/* ---- which connection answers ---- */

/* 0: cannot answer on this address, 1: local = any, 2: configured for it */
static int local_fits(const struct conn *c, const struct ike_path *path)
{
	if (c->removed || c->admin_down)
		return 0;
	if (c->cfg->local.sa.sa_family == AF_UNSPEC || path->local.sa.sa_family == AF_UNSPEC)
		return 1;
	return addr_eq(&c->cfg->local, &path->local) ? 2 : 0;
}

/* Main mode is answered by all, but best by who knows nothing else: its key is the one that such peers have. */
static int fits_main(const struct conn *c, const struct ike_path *path, const struct v1_id *id)
{
	int fit = local_fits(c, path);

	(void)id;
	return fit ? 2 * fit + (c->cfg->mode == MODE_MAIN) : 0;
}

static int fits_aggressive(const struct conn *c, const struct ike_path *path, const struct v1_id *id)
{
	struct v1_id expected;

	if (c->cfg->mode != MODE_AGGRESSIVE || (id && !conn_id_acceptable(c, path, id, &expected)))
		return 0;
	return local_fits(c, path);
}

static struct conn *best_of(struct remote_bucket *b, const struct ike_path *path, const struct v1_id *id,
			    int (*fits)(const struct conn *c, const struct ike_path *path, const struct v1_id *id))
{
	struct conn *c, *best = NULL;
	int best_fit = 0;

	if (!b)
		return NULL;
	LL_FOREACH2(b->conns, c, next_remote) {
		int fit = fits(c, path, id);

		if (fit > best_fit) {
			best = c;
			best_fit = fit;
		}
	}
	return best;
}

bool ike_expects(struct ike_engine *e, const struct ike_path *path)
{
	return bucket_find(e, &path->remote);
}

struct conn *conn_for_responder(struct ike_engine *e, const struct ike_path *path)
{
	struct conn *c = best_of(bucket_find(e, &path->remote), path, NULL, fits_main);

	return c ? c : best_of(bucket_any(e), path, NULL, fits_main);
}

struct conn *conn_for_aggressive(struct ike_engine *e, const struct ike_path *path, const struct v1_id *id)
{
	struct conn *c = best_of(bucket_find(e, &path->remote), path, id, fits_aggressive);

	return c ? c : best_of(bucket_any(e), path, id, fits_aggressive);
}

/* The connection with the peer at @path, which is to be reached at another address of ours. */
static struct conn *other_local(struct ike_engine *e, const struct ike_path *path)
{
	struct remote_bucket *b = bucket_find(e, &path->remote);
	struct conn *c = b ? b->conns : NULL;

	while (c && (c->removed || c->admin_down))
		c = c->next_remote;
	return c;
}

void conn_unknown(struct ike_engine *e, const struct ike_path *path)
{
	struct conn *c = other_local(e, path);
	char ours[ENDPOINT_STRLEN], theirs[ENDPOINT_STRLEN];

	if (!c)
		engine_stray(e, path, FAIL_UNKNOWN_PEER, NULL, NULL);
	else
		conn_opening_refused(c, path, FAIL_LOCAL_ADDRESS, WHO_US, addr_str(&c->cfg->local, ours),
				     addr_str(&path->local, theirs));
}

static struct conn *bucket_identity(struct remote_bucket *b, const struct ike_path *path, const struct v1_id *id)
{
	struct v1_id expected;
	struct conn *c;

	if (!b)
		return NULL;
	LL_FOREACH2(b->conns, c, next_remote)
		if (local_fits(c, path) && conn_id_acceptable(c, path, id, &expected))
			return c;
	return NULL;
}

struct conn *conn_for_identity(struct ike_sa *sa, const struct v1_id *id)
{
	struct v1_id expected;
	struct conn *c;

	if (conn_id_acceptable(sa->conn, &sa->path, id, &expected))
		return sa->conn;
	c = bucket_identity(bucket_find(sa->e, &sa->path.remote), &sa->path, id);
	return c ? c : bucket_identity(bucket_any(sa->e), &sa->path, id);
}

static bool holds_pairs(const struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].sas)
			return true;
	return false;
}

/* ESP SAs count too: they outlive the IKE SA that made them, and the notify would end them. */
bool conn_first_contact(const struct ike_sa *sa)
{
	const struct conn *c;

	LL_FOREACH2(sa->conn->bucket->conns, c, next_remote) {
		bool same = c == sa->conn || addr_eq(&c->kpeer.remote, &sa->path.remote);

		if (same && ((c->ike && c->ike != sa) || holds_pairs(c)))
			return false;
	}
	return true;
}

static void id_from_addr(const union endpoint *ep, struct v1_id *out)
{
	size_t len = 0;
	const uint8_t *p = NULL;

	memset(out, 0, sizeof(*out));
	if (ep->sa.sa_family != AF_UNSPEC)
		p = endpoint_addr(ep, &len);
	if (!p)
		return;
	out->type = len == 16 ? IDT_IPV6 : IDT_IPV4;
	out->len = len;
	memcpy(out->data, p, len);
}

void conn_local_id(const struct conn *c, const struct ike_path *path, struct v1_id *out)
{
	if (c->cfg->local_id.type)
		*out = c->cfg->local_id;
	else
		id_from_addr(c->cfg->local.sa.sa_family != AF_UNSPEC ? &c->cfg->local : &path->local, out);
}

bool conn_id_acceptable(const struct conn *c, const struct ike_path *path, const struct v1_id *got,
			struct v1_id *expected)
{
	(void)path;
	if (c->cfg->remote_id.type)
		*expected = c->cfg->remote_id;
	else
		id_from_addr(&c->cfg->remote, expected);
	/* remote = any without remote-id: whoever has the key */
	return !expected->type || v1_id_eq(expected, got);
}
