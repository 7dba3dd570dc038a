// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/check.h"
#include "fuzz/creds.h"
#include "fuzz/rig.h"

/* ---- Diffie-Hellman without arithmetic ---- */

#define REFUSED_PUB 0xfb	/* first byte of a public value that is no group element */

static const uint8_t canned[DH_PUB_MAX] = { 0x5a, 0xa5, 0x17 };

static bool skeyid(struct ike_job *job, const struct secret *gxy)
{
	struct bytes ni = { job->ni, job->ni_len }, nr = { job->nr, job->nr_len };

	if (job->auth == P1_AUTH_RSA_SIG)
		return v1_skeyid_sig(job->suite.hash, gxy, ni, nr, &job->keys.skeyid);
	return job->cfg->psk.len && v1_skeyid_psk(job->suite.hash, &job->cfg->psk, ni, nr, &job->keys.skeyid);
}

static bool derive(struct ike_job *job)
{
	struct secret gxy = { 0 };
	bool ok = secret_set(&gxy, canned, dh_info(job->suite.group)->shared_len) && skeyid(job, &gxy) &&
		  v1_derive(&job->keys, &job->suite, &gxy, job->cky_i, job->cky_r);

	secret_wipe(&gxy);
	return ok;
}

/* A password's hash is slow by design. */
static const char password[] = "secret-1";

static bool let_in(const struct ike_job *job)
{
	for (unsigned int i = 0; i < job->cfg->n_users; i++)
		if (!strcmp(job->cfg->users[i].name, job->user))
			return job->password.len == strlen(password) &&
			       !memcmp(job->password.p, password, strlen(password));
	return false;
}

static bool sign(struct ike_job *job)
{
	const struct pki *p = job->cfg->pki;

	return p && creds_sign(creds_end(p), (struct bytes){ job->hash, job->hash_len }, job->sig, &job->sig_len);
}

void rig_run_job(struct ike_job *job)
{
	job->why = "refused";
	switch (job->type) {
	case JOB_DH_GENERATE:
		job->pub_len = dh_info(job->group)->pub_len;
		memset(job->pub, 0x11, job->pub_len);
		memcpy(job->pub, job->seed, job->pub_len < 8 ? job->pub_len : 8);
		job->pub[0] &= 0x7f;
		job->ok = secret_set(&job->priv, canned, 32);
		break;
	case JOB_V1_PHASE1:
		job->ok = job->peer_pub[0] != REFUSED_PUB && derive(job);
		break;
	case JOB_V1_PHASE2:
		job->ok = job->peer_pub[0] != REFUSED_PUB &&
			  secret_set(&job->gqm, canned, dh_info(job->group)->shared_len);
		break;
	case JOB_XAUTH:
		job->ok = let_in(job);
		break;
	case JOB_SIGN:
		job->ok = sign(job);
		break;
	default:	/* the check of a signature is none that could be left out */
		ike_job_run(job);
	}
}

/* ---- scenes ---- */

/**
 * struct scene - how to get there
 * @victim_begins: it is the initiator
 * @lost_exchange, @lost_number: the message that never arrives, counted from 1
 *	in each exchange; 0: none is lost
 */
static const struct scene {
	bool victim_begins;
	uint8_t lost_exchange, lost_number;
	enum rig_kind kind;
} scenes[RIG_SCENES] = {
	[RIG_IDLE] = { false, XCHG_MAIN, 1, 0 },
	[RIG_I_WAIT_SA] = { true, XCHG_MAIN, 1, 0 },
	[RIG_I_WAIT_KE] = { true, XCHG_MAIN, 3, 0 },
	[RIG_I_WAIT_AUTH] = { true, XCHG_MAIN, 5, 0 },
	[RIG_R_WAIT_KE] = { false, XCHG_MAIN, 3, 0 },
	[RIG_R_WAIT_AUTH] = { false, XCHG_MAIN, 5, 0 },
	[RIG_Q_I_WAIT_SA] = { true, XCHG_QUICK, 1, 0 },
	[RIG_Q_R_WAIT_PROOF] = { false, XCHG_QUICK, 3, 0 },
	[RIG_UP_I] = { true, 0, 0, 0 },
	[RIG_UP_R] = { false, 0, 0, 0 },
	[RIG_A_IDLE] = { false, XCHG_AGGRESSIVE, 1, RIG_AGGRESSIVE },
	[RIG_A_I_WAIT_SA] = { true, XCHG_AGGRESSIVE, 1, RIG_AGGRESSIVE },
	[RIG_A_R_WAIT_AUTH] = { false, XCHG_AGGRESSIVE, 3, RIG_AGGRESSIVE },
	[RIG_A_UP_I] = { true, 0, 0, RIG_AGGRESSIVE },
	[RIG_A_UP_R] = { false, 0, 0, RIG_AGGRESSIVE },
	[RIG_S_IDLE] = { false, XCHG_MAIN, 1, RIG_RSA },
	[RIG_S_I_WAIT_KE] = { true, XCHG_MAIN, 3, RIG_RSA },
	[RIG_S_I_WAIT_AUTH] = { true, XCHG_MAIN, 5, RIG_RSA },
	[RIG_S_R_WAIT_KE] = { false, XCHG_MAIN, 3, RIG_RSA },
	[RIG_S_R_WAIT_AUTH] = { false, XCHG_MAIN, 5, RIG_RSA },
	[RIG_AS_IDLE] = { false, XCHG_AGGRESSIVE, 1, RIG_AGGRESSIVE | RIG_RSA },
	[RIG_AS_I_WAIT_SA] = { true, XCHG_AGGRESSIVE, 1, RIG_AGGRESSIVE | RIG_RSA },
	[RIG_AS_R_WAIT_AUTH] = { false, XCHG_AGGRESSIVE, 3, RIG_AGGRESSIVE | RIG_RSA },
	[RIG_X_I_WAIT_ASK] = { true, XCHG_TRANSACTION, 1, RIG_XAUTH },
	[RIG_X_I_WAIT_STATUS] = { true, XCHG_TRANSACTION, 3, RIG_XAUTH | RIG_CONFIG },
	[RIG_X_R_WAIT_REPLY] = { false, XCHG_TRANSACTION, 2, RIG_XAUTH },
	[RIG_X_R_WAIT_ACK] = { false, XCHG_TRANSACTION, 4, RIG_XAUTH | RIG_CONFIG },
	[RIG_C_I_WAIT_REPLY] = { true, XCHG_TRANSACTION, 1, RIG_CONFIG },
	[RIG_C_I_WAIT_SET] = { true, 0, 0, RIG_CONFIG | RIG_PUSH },
	[RIG_C_R_READY] = { false, XCHG_TRANSACTION, 1, RIG_CONFIG },
	[RIG_C_UP_R] = { false, 0, 0, RIG_CONFIG },
};

enum rig_kind rig_kind(enum rig_scene scene)
{
	return scenes[scene].kind;
}

static struct {
	const struct scene *scene;
	unsigned int number;
	bool lost;
} stage;

/* The peer falls silent and deaf with the message that is lost. */
static bool lose(struct net *net, unsigned int from, const uint8_t *p, size_t len)
{
	(void)net;
	(void)from;
	(void)len;
	if (p[18] == stage.scene->lost_exchange && ++stage.number == stage.scene->lost_number)
		stage.lost = true;
	return stage.lost;
}

static bool scene_set(struct net *net)
{
	struct conn *c = node_conn(&net->nodes[0], "site");
	unsigned int up = 0;

	/* nobody here pushes: it waits from the moment that phase 1 is up */
	if (stage.scene->kind & RIG_PUSH)
		return c->ikes && !c->ikes->p1;
	for (unsigned int i = 0; i < c->n_children; i++)
		up += c->children[i].current != NULL;
	return stage.lost || (!stage.scene->lost_number && up == c->n_children &&
			      node_children_up(&net->nodes[1]) == up);
}

enum { VAR_NO_PFS = 1, VAR_IDS = 2, VAR_ANY = 4, VAR_NAT = 8, VAR_MANY = 16, VAR_OLD = 32, VAR_ESN = 64, VAR_AGGRESSIVE = 128 };

static void set_id(struct v1_id *id, const char *name)
{
	id->type = IDT_FQDN;
	id->len = strlen(name);
	memcpy(id->data, name, id->len);
}

static void set_user(struct conn_cfg *c)
{
	c->xauth = XAUTH_CLIENT;
	strcpy(c->xauth_user, "anna");
	FUZZ_CHECK(secret_set(&c->xauth_password, password, strlen(password)));
}

static void set_users(struct conn_cfg *c)
{
	static const char *const names[] = { "bert", "anna" };

	c->xauth = XAUTH_SERVER;
	c->users = calloc(2, sizeof(*c->users));
	if (!c->users)
		abort();
	for (c->n_users = 0; c->n_users < 2; c->n_users++)
		strcpy(c->users[c->n_users].name, names[c->n_users]);
}

static void set_inner(struct conn_cfg *c, bool begins, enum mode_config_mode how)
{
	struct subnet pool = net_subnet("10.9.0.0/24");

	c->n_local = c->n_remote = 1;
	if (begins) {
		c->local_mode_config = true;
		c->mode_config = how;
		c->local_subnets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
	} else {
		c->remote_mode_config = true;
		c->pool = c->remote_subnets[0] = pool;
		addr_parse("10.9.0.1", &c->pool_dns);
	}
}

void rig_set_kind(struct conn_cfg *c, unsigned int i, enum rig_kind kind, bool begins)
{
	if (kind & RIG_AGGRESSIVE)
		c->mode = MODE_AGGRESSIVE;
	if (kind & RIG_RSA) {
		c->auth[0] = P1_AUTH_RSA_SIG;
		c->pki = creds_pki(i, false);
		c->weak_crypto = true;
	}
	if (kind & RIG_CONFIG)
		set_inner(c, begins, kind & RIG_PUSH ? MODE_CONFIG_PUSH : MODE_CONFIG_PULL);
	if (kind & RIG_XAUTH && begins)
		set_user(c);
	else if (kind & RIG_XAUTH)
		set_users(c);
}

/* What the scene is about; whoever begins is the user, and gets the address. */
static void set_kind(struct conn_cfg *c, unsigned int i, uint8_t variant)
{
	enum rig_kind kind = stage.scene->kind;

	if (kind & (RIG_XAUTH | RIG_CONFIG) && variant & VAR_AGGRESSIVE)
		kind |= RIG_AGGRESSIVE;
	rig_set_kind(c, i, kind, stage.scene->victim_begins == !i);
	if (kind & RIG_RSA && variant & VAR_MANY) {
		c->auth[1] = P1_AUTH_PSK;
		c->n_auth = 2;
		c->pki = creds_pki(i, true);
	}
}

/* One pair of networks, else a run is mostly quick modes. */
static struct conn_cfg *rig_cfg(struct net *net, unsigned int i, uint8_t variant)
{
	struct conn_cfg *c = site_cfg(net, i, 1 - i, "site");

	if (!(variant & VAR_MANY))
		c->n_local = c->n_remote = 1;
	if (variant & VAR_NO_PFS)
		c->pfs = DH_NONE;
	if (variant & VAR_ESN)
		c->esn = ESN_OFFER;
	if (variant & VAR_NAT)
		c->encap = ENCAP_FORCE_UDP;
	if (variant & VAR_OLD) {
		c->ike[0] = (struct ike_suite){ ENC_3DES, 192, HASH_SHA1, DH_MODP1024 };
		c->esp[0] = (struct esp_suite){ .enc = ENC_AES_CBC, .keybits = 256, .integ = HASH_SHA2_512 };
	}
	if (variant & (VAR_IDS | VAR_ANY)) {
		set_id(&c->local_id, i ? "peer.example" : "victim.example");
		set_id(&c->remote_id, i ? "victim.example" : "peer.example");
	}
	set_kind(c, i, variant);
	return c;
}

/* With peers at any address it is their identity that says which connection is meant. */
static void configure_victim(struct net *net, struct conn_cfg *site, uint8_t variant)
{
	struct conn_cfg *both[2] = { NULL, site };

	if (!(variant & VAR_ANY) || stage.scene->victim_begins) {
		net_configure1(net, 0, site);
		return;
	}
	memset(&site->remote, 0, sizeof(site->remote));
	both[0] = site_cfg(net, 0, 1, "other");
	both[0]->remote = site->remote;
	both[0]->start = START_PASSIVE;
	both[0]->remote_subnets[0] = net_subnet("10.9.0.0/24");
	both[0]->n_local = both[0]->n_remote = 1;
	both[0]->local_id = site->local_id;
	both[0]->ike[0] = site->ike[0];
	both[0]->pfs = site->pfs;
	set_kind(both[0], 0, variant);
	set_id(&both[0]->remote_id, "other.example");
	net_configure(net, 0, both, 2);
}

void rig_new(struct rig *r, enum rig_scene scene, uint8_t variant)
{
	struct conn_cfg *victim, *peer;
	struct net *net = net_new(2, 1);

	stage.scene = &scenes[scene];
	stage.number = 0;
	stage.lost = false;
	victim = rig_cfg(net, 0, variant);
	peer = rig_cfg(net, 1, variant);
	victim->start = stage.scene->victim_begins ? START_AUTO : START_PASSIVE;
	peer->start = stage.scene->victim_begins ? START_PASSIVE : START_AUTO;
	net->run_job = rig_run_job;
	net->drop = lose;
	if (stage.scene->victim_begins)
		net_configure1(net, 1, peer);
	configure_victim(net, victim, variant);
	if (!stage.scene->victim_begins)
		net_configure1(net, 1, peer);
	FUZZ_CHECK(net_until(net, 5000, scene_set));
	net->nodes[1].down = true;
	net->drop = NULL;
	*r = (struct rig){ .net = net, .victim = net->nodes[0].e, .conn = node_conn(&net->nodes[0], "site"),
			   .scene = scene };
	check_engine(r->victim);
}

void rig_free(struct rig *r)
{
	check_status(r->victim, r->net->now);
	net_free(r->net);
	*r = (struct rig){ 0 };
}

struct ike_sa *rig_sa(const struct rig *r)
{
	static const char *const names[] = { "site", "other" };

	for (unsigned int i = 0; i < 2; i++) {
		struct conn *c = node_conn(&r->net->nodes[0], names[i]);

		if (c && c->ikes)
			return c->ikes;
	}
	return NULL;
}

/* ---- what happens ---- */

struct ike_path rig_path(const struct rig *r, unsigned int which)
{
	struct ike_path path = { .local = r->net->nodes[0].addr, .remote = r->net->nodes[1].addr };
	uint16_t port = IKE_PORT;

	switch (which % 8) {
	case 1:
		path.natt = true;
		port = IKE_NATT_PORT;
		break;
	case 2:
		path.natt = true;
		port = 61000;
		break;
	case 3:
		port = 61000;
		break;
	case 4:
		addr_parse("203.0.113.7", &path.remote);
		break;
	case 5:
		addr_parse("2001:db8::7", &path.remote);
		break;
	case 6:
		addr_parse("203.0.113.7", &path.remote);
		path.natt = true;
		port = 4501;
		break;
	}
	endpoint_set_port(&path.local, path.natt ? IKE_NATT_PORT : IKE_PORT);
	endpoint_set_port(&path.remote, port);
	return path;
}

void rig_deliver(struct rig *r, const struct ike_path *path, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);	/* of its own, so that the sanitizer sees every overread */

	if (!copy)
		abort();
	if (len)
		memcpy(copy, p, len);
	ike_rx(r->victim, r->net->now, path, copy, len);
	free(copy);
	check_engine(r->victim);
}

static void kernel_event(struct rig *r, struct fuzz_in *in)
{
	static const enum kev_type types[] = {
		KEV_ACQUIRE, KEV_SOFT_EXPIRE, KEV_HARD_EXPIRE, KEV_FIRST_USE, KEV_MAPPING, KEV_STATS, KEV_ERROR,
		KEV_RESYNC, KEV_DEVICE,
	};
	struct conn *c = node_conn(&r->net->nodes[0], "site");
	struct ike_kernel_event ev = { .type = types[fuzz_u8(in) % 9], .ifname = "vpn0", .idle_ms = -1 };
	const struct child *child = c && c->n_children ? &c->children[0] : NULL;
	uint8_t bits = fuzz_u8(in);

	ev.peer_id = bits & 0x80 ? bits : c ? c->peer_id : 1;
	ev.child_id = bits & 7;
	ev.dir = bits & 8 ? SA_IN : SA_OUT;
	ev.spi = fuzz_u32(in);
	if (!(bits & 0x10) && child && child->sas)
		ev.spi = ev.dir == SA_IN ? child->sas->spi_in : child->sas->spi_out;
	ev.remote = rig_path(r, bits >> 4).remote;
	ev.packets = fuzz_u8(in);
	ev.bytes = ev.packets << 6;
	ev.idle_ms = (int64_t)fuzz_u16(in) - 1;
	ev.action = fuzz_u8(in) % (ACT_SA_QUERY + 1);
	ev.error = fuzz_u8(in);
	ike_kernel_event(r->victim, r->net->now, &ev);
}

void rig_event(struct rig *r, uint8_t what, struct fuzz_in *in)
{
	char err[64];

	switch (what % 8) {
	case 0:
		ike_cmd(r->victim, r->net->now, CMD_UP, "site", err, sizeof(err));
		break;
	case 1:
		ike_cmd(r->victim, r->net->now, CMD_DOWN, "site", err, sizeof(err));
		break;
	case 2:
	case 3:
		kernel_event(r, in);
		break;
	case 4:
		net_run(r->net, fuzz_u8(in));
		break;
	default:
		net_run(r->net, (uint64_t)fuzz_u8(in) * 250);
	}
	net_step(r->net);
	check_engine(r->victim);
}

static void fill(uint8_t *p, size_t len, uint8_t marker, const void *value, size_t n)
{
	size_t seen = 0;

	for (size_t i = 0; i < len; i++) {
		seen = p[i] == marker ? seen + 1 : 0;
		if (seen < n)
			continue;
		memcpy(p + i + 1 - n, value, n);
		seen = 0;
	}
}

void rig_fill(const struct rig *r, uint8_t *p, size_t len)
{
	const struct ike_sa *sa = rig_sa(r);
	const struct child_sa *csa = sa && sa->conn->n_children ? sa->conn->children[0].sas : NULL;
	uint32_t be;

	if (!sa)
		return;
	fill(p, len, 0xc1, sa->cky_i, sizeof(sa->cky_i));
	fill(p, len, 0xc2, sa->cky_r, sizeof(sa->cky_r));
	be = htonl(csa ? csa->spi_in : 0);
	fill(p, len, 0xc3, &be, sizeof(be));
	be = htonl(csa ? csa->spi_out : 0);
	fill(p, len, 0xc4, &be, sizeof(be));
	be = htonl(sa->dpd_seq);
	fill(p, len, 0xc5, &be, sizeof(be));
}
