// SPDX-License-Identifier: GPL-2.0
/* What the kernel is told: peers, children and SAs, as actions. */
#include <stdio.h>
#include <string.h>

#include "core/policy.h"

bool ike_sa_udp(const struct ike_sa *sa)
{
	return sa->path.natt && (sa->nat_local || sa->nat_remote || sa->conn->cfg->encap == ENCAP_FORCE_UDP);
}

static void peer_action(struct conn *c, enum ike_action_type type)
{
	engine_action(c->e, type)->peer = c->kpeer;
}

/* Without encapsulation ports mean nothing, and a port of IKE must not leak into ESP. */
static void set_end(union endpoint *out, const union endpoint *in, bool udp)
{
	*out = *in;
	if (out->sa.sa_family != AF_UNSPEC && !udp)
		endpoint_set_port(out, 0);
}

static bool same_end(const union endpoint *a, const union endpoint *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	return a->sa.sa_family == AF_UNSPEC || endpoint_eq(a, b);
}

static void child_install(struct child *child)
{
	struct conn *c = child->conn;
	struct act_child *a;

	/* mode config has yet to say for whom */
	if (child->installed || !child->local.family || !child->remote.family)
		return;
	a = &engine_action(c->e, ACT_CHILD_NEW)->child;
	memcpy(a->ifname, c->kpeer.ifname, sizeof(a->ifname));
	a->peer_id = c->peer_id;
	a->child_id = child->id;
	a->local = child->local;
	a->remote = child->remote;
	a->acquire = conn_may_acquire(c);
	child->installed = true;
}

void kernel_install(struct conn *c)
{
	if (c->kpeer.remote.sa.sa_family == AF_UNSPEC)
		return;
	if (!c->peer_installed)
		peer_action(c, ACT_PEER_NEW);
	c->peer_installed = true;
	for (unsigned int i = 0; i < c->n_children; i++)
		child_install(&c->children[i]);
}

/* No address yet: the kernel's route picks one. */
static bool is_any(const union endpoint *ep)
{
	static const uint8_t zero[16];
	size_t len = 0;
	const uint8_t *p;

	if (ep->sa.sa_family == AF_UNSPEC)
		return true;
	p = endpoint_addr(ep, &len);
	return !p || !memcmp(p, zero, len);
}

/* RFC 3948 4: it is on us to keep the mapping of a NAT in front of us, not on the peer */
static uint16_t keepalive(const struct ike_sa *sa, bool udp)
{
	return udp && sa->nat_local ? (uint16_t)sa->conn->cfg->nat_keepalive : 0;
}

void kernel_sync(struct conn *c, const struct ike_sa *sa, bool udp)
{
	const struct ike_path *path = &sa->path;
	struct act_peer is = c->kpeer;
	bool moved;

	set_end(&is.local, is_any(&path->local) ? &c->cfg->local : &path->local, udp);
	set_end(&is.remote, &path->remote, udp);
	is.udp = udp;
	is.keepalive = keepalive(sa, udp);
	moved = !same_end(&is.local, &c->kpeer.local) || !same_end(&is.remote, &c->kpeer.remote) ||
		is.udp != c->kpeer.udp || is.keepalive != c->kpeer.keepalive;
	c->kpeer = is;
	if (moved && c->peer_installed)
		peer_action(c, ACT_PEER_SET);
	kernel_install(c);
}

void kernel_child_remove(struct child *child)
{
	struct conn *c = child->conn;
	struct act_child *a;

	if (!child->installed)
		return;
	a = &engine_action(c->e, ACT_CHILD_DEL)->child;
	memcpy(a->ifname, c->kpeer.ifname, sizeof(a->ifname));
	a->peer_id = c->peer_id;
	a->child_id = child->id;
	a->local = child->local;
	a->remote = child->remote;
	child->installed = false;
}

void kernel_remove(struct conn *c)
{
	for (unsigned int i = 0; i < c->n_children; i++)
		kernel_child_remove(&c->children[i]);
	if (c->peer_installed)
		peer_action(c, ACT_PEER_DEL);
	c->peer_installed = false;
}

static struct act_sa *sa_action(struct conn *c, enum ike_action_type type, uint32_t child_id, enum sa_dir dir,
				uint32_t spi)
{
	struct act_sa *a = &engine_action(c->e, type)->sa;

	memcpy(a->ifname, c->kpeer.ifname, sizeof(a->ifname));
	a->peer_id = c->peer_id;
	a->child_id = child_id;
	a->dir = dir;
	a->spi = spi;
	return a;
}

/* KEYMAT is the cipher key, its salt and the integrity key in this order (RFC 2407 4.5, RFC 4106 8.1, RFC 4543 5.3). */
static void split_keys(struct act_sa *a, const struct esp_suite *s, struct secret *keymat)
{
	const struct hash_info *h = s->integ == HASH_NONE ? NULL : hash_info(s->integ);
	size_t auth = h ? h->len : 0, enc;

	/* the kernel refuses an SA without the keys that it needs */
	if (!keymat->p || !keymat->len || keymat->len != esp_keymat_len(s))
		return;
	enc = keymat->len - auth;
	if (enc)
		secret_set(&a->enc_key, keymat->p, enc);
	if (auth)
		secret_set(&a->auth_key, keymat->p + enc, auth);
	secret_wipe(keymat);
}

static uint64_t hard_bytes(const struct conn *c, const struct csa_params *p)
{
	uint64_t kb = p->life_kb > UINT64_MAX / 1024 ? 0 : p->life_kb * 1024;

	if (!kb || (c->cfg->esp_lifebytes && c->cfg->esp_lifebytes < kb))
		return c->cfg->esp_lifebytes;
	return kb;
}

#define SEQ32 (1ull << 32)

static void sa_install(struct child_sa *csa, const struct csa_params *p, enum sa_dir dir, struct secret *keymat)
{
	struct conn *c = csa->child->conn;
	struct act_sa *a = sa_action(c, ACT_SA_INSTALL, csa->child->id, dir, dir == SA_IN ? p->spi_in : p->spi_out);
	unsigned int margin = c->cfg->rekey_margin, early;

	a->slot = SLOT_NEXT;
	a->suite = p->suite;
	split_keys(a, &p->suite, keymat);
	a->replay_window = c->cfg->replay_window;
	a->tfc_pad = dir == SA_OUT ? c->cfg->tfc : 0;
	a->hard_bytes = hard_bytes(c, p);
	/* the side that made the SA is told first, as with the timers */
	early = p->role == ROLE_INITIATOR ? margin : margin / 2;
	a->soft_bytes = a->hard_bytes / 100 * (100 - early);
	/* RFC 4303 3.3.3: the SA ends with its last number */
	if (!p->suite.esn)
		a->soft_packets = SEQ32 / 100 * (100 - early);
	a->hard_seconds = p->life_s;
}

void kernel_sa_install(struct child_sa *csa, struct csa_params *p)
{
	sa_install(csa, p, SA_IN, &p->keymat_in);
	sa_install(csa, p, SA_OUT, &p->keymat_out);
}

void kernel_sa_promote(struct child_sa *csa)
{
	struct act_sa *a = sa_action(csa->child->conn, ACT_SA_PROMOTE, csa->child->id, SA_OUT, csa->spi_out);

	a->slot = SLOT_CURRENT;
}

void kernel_sa_delete(struct conn *c, uint32_t child_id, enum sa_dir dir, uint32_t spi)
{
	sa_action(c, ACT_SA_DELETE, child_id, dir, spi);
}

void kernel_query(struct conn *c)
{
	sa_action(c, ACT_SA_QUERY, 0, SA_IN, 0);
}
