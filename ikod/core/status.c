// SPDX-License-Identifier: GPL-2.0
/* Flat snapshots for the control socket. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/policy.h"

struct failure_strings {
	char fix[360];
};

static void failure_snapshot(struct st_failure *out, struct failure_strings *s, const struct failure *f,
			     const struct conn_cfg *cfg, uint64_t now)
{
	char where[300];

	memset(out, 0, sizeof(*out));
	out->code = out->text = out->who = out->phase = out->ours = out->theirs = out->fix = "";
	if (f->cause == FAIL_NONE)
		return;
	out->set = true;
	out->code = failure_code(f->cause);
	out->text = failure_text(f->cause);
	out->who = failure_who_str(f->who);
	out->phase = failure_phase_str(f->phase);
	out->ours = f->ours;
	out->theirs = f->theirs;
	out->age_ms = now > f->when ? now - f->when : 0;
	if (cfg && f->key != KEY_NONE) {
		conn_cfg_where(cfg, f->key, where, sizeof(where));
		snprintf(s->fix, sizeof(s->fix), "%s: %s", where, conn_key_name(f->key));
		out->fix = s->fix;
	}
}

static int64_t left_ms(uint64_t at, uint64_t now)
{
	return at > now ? (int64_t)(at - now) : 0;
}

/* ---- connections ---- */

static bool any_connecting(const struct conn *c)
{
	const struct ike_sa *sa;

	DL_FOREACH(c->ikes, sa)
		if (sa->state == IKE_CONNECTING)
			return true;
	for (unsigned int i = 0; i < c->n_children; i++)
		if (c->children[i].quick)
			return true;
	return false;
}

static unsigned int count_up(const struct conn *c)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->n_children; i++)
		n += c->children[i].current != NULL;
	return n;
}

static const char *conn_state_str(const struct conn *c, unsigned int up)
{
	if (c->n_children && up == c->n_children)
		return "up";
	if (up)
		return "partial";
	if (any_connecting(c))
		return "connecting";
	if (!c->admin_down && !conn_begins(c))
		return "waiting";
	return "down";
}

static void id_str(const struct v1_id *id, char out[V1_ID_STRLEN])
{
	if (id->type)
		v1_id_str(id, out);
	else
		snprintf(out, V1_ID_STRLEN, "any");
}

static void remote_id_str(const struct conn *c, char out[V1_ID_STRLEN])
{
	struct v1_id expected;
	struct ike_path path = { 0 };

	if (c->ike && c->ike->peer_id.type) {
		v1_id_str(&c->ike->peer_id, out);
		return;
	}
	memset(&expected, 0, sizeof(expected));
	conn_id_acceptable(c, &path, &expected, &expected);
	id_str(&expected, out);
}

static void end_str(const union endpoint *ep, char out[ENDPOINT_STRLEN])
{
	if (ep->sa.sa_family == AF_UNSPEC)
		snprintf(out, ENDPOINT_STRLEN, "any");
	else
		addr_str(ep, out);
}

#define PACKETS_STRLEN 200

static void packets_add(char out[PACKETS_STRLEN], const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void packets_add(char out[PACKETS_STRLEN], const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list ap;

	if (len)
		len += (size_t)snprintf(out + len, PACKETS_STRLEN - len, ", ");
	va_start(ap, fmt);
	vsnprintf(out + len, PACKETS_STRLEN - len, fmt, ap);
	va_end(ap);
}

/* As in the file: what is not written there is not shown either. */
static void packets_str(const struct conn_cfg *cfg, char out[PACKETS_STRLEN])
{
	static const char *const dfs[] = { [DF_COPY] = "copy", [DF_SET] = "set", [DF_CLEAR] = "clear" };
	static const char *const fragments[] = {
		[FRAGMENT_BEFORE] = "before", [FRAGMENT_AFTER] = "after", [FRAGMENT_NEVER] = "never",
	};
	const struct outer_cfg *o = &cfg->outer;

	out[0] = '\0';
	if (!o->mss_clamp)
		packets_add(out, "mss-clamp no");
	if (o->df != DF_COPY)
		packets_add(out, "df %s", dfs[o->df]);
	if (o->fragment != FRAGMENT_BEFORE)
		packets_add(out, "fragment %s", fragments[o->fragment]);
	if (o->dscp != DSCP_COPY)
		packets_add(out, "dscp %u", o->dscp);
	if (o->ttl != TTL_ROUTE)
		packets_add(out, "ttl %u", o->ttl);
	if (!o->ecn)
		packets_add(out, "ecn no");
	if (cfg->tfc == TFC_MTU)
		packets_add(out, "tfc mtu");
	else if (cfg->tfc)
		packets_add(out, "tfc %u", cfg->tfc);
}

static void visit_conn(const struct conn *c, uint64_t now, const struct st_visitor *v)
{
	static const char *const starts[] = {
		[START_AUTO] = "auto", [START_ON_DEMAND] = "on-demand", [START_PASSIVE] = "passive",
	};
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], local_id[V1_ID_STRLEN], remote_id[V1_ID_STRLEN];
	char packets[PACKETS_STRLEN], inner[INNER_STRLEN];
	struct ike_path path = { .local = c->kpeer.local };
	struct failure_strings fs;
	struct st_conn st = { .name = c->name, .start = starts[c->cfg->start], .interface = c->cfg->interface };
	struct v1_id own;

	end_str(&c->kpeer.local, local);
	end_str(&c->kpeer.remote, remote);
	conn_local_id(c, &path, &own);
	id_str(&own, local_id);
	remote_id_str(c, remote_id);
	st.local = local;
	st.remote = remote;
	st.local_id = local_id;
	st.remote_id = remote_id;
	packets_str(c->cfg, packets);
	st.packets = packets;
	st.user = c->xauth_user;
	st.inner = conn_inner_str(c, inner);
	st.children_up = count_up(c);
	st.children_total = c->n_children;
	st.state = conn_state_str(c, st.children_up);
	failure_snapshot(&st.failure, &fs, &c->failure, c->cfg, now);
	v->conn(v->ctx, &st);
}

/* ---- IKE SAs ---- */

static uint64_t cookie_u64(const uint8_t cky[8])
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < 8; i++)
		v = v << 8 | cky[i];
	return v;
}

static void visit_ike(const struct ike_sa *sa, uint64_t now, const struct st_visitor *v)
{
	static const char *const states[] = {
		[IKE_CONNECTING] = "connecting", [IKE_ESTABLISHED] = "established", [IKE_REKEYED] = "rekeyed",
		[IKE_DEAD] = "dead",
	};
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN], suite[SUITE_STRLEN] = "", peer[V1_PEER_STRLEN];
	struct st_ike st = { .state = states[sa->state], .rekey_in_ms = -1, .expires_in_ms = -1, .heard_ms = -1 };

	st.role = sa->role == ROLE_INITIATOR ? "initiator" : "responder";
	if (sa->path.local.sa.sa_family == AF_UNSPEC)
		snprintf(local, sizeof(local), "any");
	else
		endpoint_str(&sa->path.local, local);
	st.local = local;
	st.remote = endpoint_str(&sa->path.remote, remote);
	if (sa->suite.enc != ENC_NONE)
		ike_suite_str(&sa->suite, suite);
	st.suite = suite;
	v1_peer_str(sa, peer, sizeof(peer));
	st.peer = peer;
	st.spi_i = cookie_u64(sa->cky_i);
	st.spi_r = cookie_u64(sa->cky_r);
	st.natt = sa->path.natt;
	st.age_ms = now - (sa->up_at ? sa->up_at : sa->born);
	if (timer_running(&sa->rekey))
		st.rekey_in_ms = left_ms(sa->rekey.due, now);
	if (timer_running(&sa->expire))
		st.expires_in_ms = left_ms(sa->expire.due, now);
	if (sa->heard)
		st.heard_ms = (int64_t)(now - sa->heard);
	v->ike(v->ctx, &st);
}

/* ---- children ---- */

static bool child_rekeying(const struct child *child)
{
	const struct child_sa *csa;

	if (child->quick)
		return true;
	DL_FOREACH(child->sas, csa)
		if (csa->state == CSA_NEXT)
			return true;
	return false;
}

static const char *child_state_str(const struct child *child)
{
	if (child->current)
		return child_rekeying(child) ? "rekeying" : "up";
	return child_rekeying(child) ? "connecting" : "down";
}

/* Totals of all pairs: what a rekey replaced has counted for the tunnel too. */
static void child_counters(const struct child *child, struct st_child *st)
{
	const struct child_sa *csa;

	DL_FOREACH(child->sas, csa) {
		st->bytes_in += csa->bytes_in;
		st->bytes_out += csa->bytes_out;
		st->packets_in += csa->packets_in;
		st->packets_out += csa->packets_out;
	}
}

static void current_snapshot(const struct child_sa *csa, uint64_t now, struct st_child *st, char esp[SUITE_STRLEN])
{
	const struct dh_info *dh = csa->group == DH_NONE ? NULL : dh_info(csa->group);

	st->esp = esp_suite_str(&csa->suite, esp);
	st->pfs = dh ? dh->name : "none";
	st->udp = csa->udp;
	st->spi_in = csa->spi_in;
	st->spi_out = csa->spi_out;
	st->age_ms = now - csa->born;
	if (timer_running(&csa->rekey))
		st->rekey_in_ms = left_ms(csa->rekey.due, now);
	st->expires_in_ms = left_ms(csa->hard, now);
}

static void visit_child(const struct child *child, uint64_t now, const struct st_visitor *v)
{
	const struct conn *c = child->conn;
	char local[SUBNET_STRLEN], remote[SUBNET_STRLEN], esp[SUITE_STRLEN];
	struct st_child st = { .child_id = child->id, .esp = "", .pfs = "", .rekey_in_ms = -1, .expires_in_ms = -1 };
	struct failure_strings fs;
	struct failure f = child->failure;

	st.local = subnet_str(&child->local, local);
	st.remote = subnet_str(&child->remote, remote);
	st.state = child_state_str(child);
	if (child->current)
		current_snapshot(child->current, now, &st, esp);
	child_counters(child, &st);
	/* Without an IKE SA nothing of its own could go wrong: the connection says why. */
	if (!child->current && !c->ike && c->failure.cause != FAIL_NONE &&
	    (f.cause == FAIL_NONE || f.when < c->failure.when))
		failure_set(&f, c->failure.when, PHASE_1, FAIL_PHASE1_DOWN, c->failure.who,
			    failure_text(c->failure.cause), NULL);
	failure_snapshot(&st.failure, &fs, &f, c->cfg, now);
	v->child(v->ctx, &st);
}

void ike_status(struct ike_engine *e, uint64_t now, const struct st_visitor *v)
{
	const struct conn *c, *tmp;

	if (now < e->now)
		now = e->now;
	HASH_ITER(hh, e->conns, c, tmp) {
		const struct ike_sa *sa;

		visit_conn(c, now, v);
		DL_FOREACH(c->ikes, sa)
			visit_ike(sa, now, v);
		for (unsigned int i = 0; i < c->n_children; i++)
			visit_child(&c->children[i], now, v);
	}
}

void ike_status_strays(struct ike_engine *e, uint64_t now, void (*fn)(void *ctx, const struct st_stray *s), void *ctx)
{
	for (unsigned int i = 0; i < STRAYS_MAX; i++) {
		const struct stray *s = &e->strays[i];
		char remote[ENDPOINT_STRLEN];
		struct failure_strings fs;
		struct st_stray st;

		if (!s->count)
			continue;
		st.remote = endpoint_str(&s->remote, remote);
		st.count = s->count;
		failure_snapshot(&st.failure, &fs, &s->failure, NULL, now);
		fn(ctx, &st);
	}
}

const char *ike_counter(const struct ike_engine *e, unsigned int i, uint64_t *value)
{
	static const char *const names[CNT_N] = {
		[CNT_RX] = "datagrams_in",
		[CNT_TX] = "datagrams_out",
		[CNT_MALFORMED] = "malformed",
		[CNT_UNKNOWN_COOKIE] = "unknown_cookie",
		[CNT_UNKNOWN_PEER] = "unknown_peer",
		[CNT_DUPLICATE] = "duplicate",
		[CNT_UNAUTHENTICATED] = "unauthenticated",
		[CNT_BAD_HASH] = "bad_hash",
		[CNT_RETRANSMIT] = "retransmitted",
		[CNT_VERSION] = "other_version",
		[CNT_HALF_OPEN_LIMIT] = "half_open_limit",
		[CNT_WITHHELD] = "answers_withheld",
		[CNT_FRAGMENT_IN] = "fragments_in",
		[CNT_FRAGMENT_DROPPED] = "fragments_dropped",
		[CNT_REASSEMBLED] = "reassembled",
	};

	if (i >= CNT_N)
		return NULL;
	*value = e->counters[i];
	return names[i];
}
