// SPDX-License-Identifier: GPL-2.0
/*
 * One run: both ends come up on a bad line; faults; the line is good again, and
 * everything recovers; it is quiet, but for packets and rekeys, and nothing may
 * be lost; each end is shut down, and nothing may be left.
 */
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"
#include "sim/rules.h"
#include "sim/run.h"

#define SCAN_MS 1000
#define HANDSHAKE_MAX SECONDS(900)
#define PHASE1_TRIES SECONDS(62)	/* all retransmissions of an exchange, at the default times */

struct run {
	const struct scenario *sc;
	struct net *net;
	struct rules rules;
	struct verdict *v;
	uint64_t begun;
	void (*then)(void *ctx, struct node *n, const struct ike_action *a);
	bool trace;
};

/* ---- what a seed replays exactly ---- */

static void digest(uint64_t *d, const void *p, size_t len)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < len; i++)	/* FNV-1a */
		*d = (*d ^ b[i]) * 0x100000001b3;
}

static void trace_action(const struct run *run, const struct node *n, const struct ike_action *a)
{
	static const char *const slots[] = {
		[ACT_SA_INSTALL] = "install", [ACT_SA_PROMOTE] = "promote", [ACT_SA_DELETE] = "delete",
	};
	double at = (double)(run->net->now - run->begun) / 1000;

	if (a->type == ACT_SEND)
		fprintf(stderr, "%8.3f %u send %zu bytes\n", at, n->id, a->send.len);
	else if (a->type >= ACT_SA_INSTALL && a->type <= ACT_SA_DELETE)
		fprintf(stderr, "%8.3f %u %s %s %08x of child %u\n", at, n->id, slots[a->type],
			a->sa.dir == SA_IN ? "in" : "out", a->sa.spi, a->sa.child_id);
	else if (a->type == ACT_LOG)
		fprintf(stderr, "%8.3f %u %s\n", at, n->id, a->log.text);
	else if (a->type == ACT_EVENT)
		fprintf(stderr, "%8.3f %u * %s: %s\n", at, n->id, a->event.what, a->event.detail);
}

static void on_action(void *ctx, struct node *n, const struct ike_action *a)
{
	struct run *run = (struct run *)((char *)ctx - offsetof(struct run, rules));
	uint64_t head[] = { run->net->now, n->id, a->type };

	digest(&run->v->digest, head, sizeof(head));
	if (a->type == ACT_SEND)
		digest(&run->v->digest, a->send.data, a->send.len);
	else if (a->type >= ACT_SA_INSTALL && a->type <= ACT_SA_DELETE)
		digest(&run->v->digest, &a->sa.spi, sizeof(a->sa.spi));
	if (a->type == ACT_EVENT) {
		run->v->rekeys += !strcmp(a->event.what, "child-rekeyed");
		run->v->renewals += !strcmp(a->event.what, "ike-rekeyed");
	}
	if (run->trace)
		trace_action(run, n, a);
	run->then(ctx, n, a);
}

static void say(const struct run *run, const char *what)
{
	if (run->trace)
		fprintf(stderr, "%8.3f == %s\n", (double)(run->net->now - run->begun) / 1000, what);
}

/* ---- the gateways ---- */

static const struct ike_suite ike_suites[] = {
	{ .enc = ENC_AES_CBC, .keybits = 128, .hash = HASH_SHA2_256 },
	{ .enc = ENC_AES_CBC, .keybits = 256, .hash = HASH_SHA1 },
	{ .enc = ENC_3DES, .keybits = 192, .hash = HASH_MD5 },
	{ .enc = ENC_AES_CBC, .keybits = 128, .hash = HASH_SHA2_512 },
};

static const struct esp_suite esp_suites[] = {
	{ .enc = ENC_AES_CBC, .keybits = 128, .integ = HASH_SHA2_256 },
	{ .enc = ENC_AES_GCM16, .keybits = 128 },
	{ .enc = ENC_AES_CBC, .keybits = 256, .integ = HASH_SHA1 },
	{ .enc = ENC_3DES, .keybits = 192, .integ = HASH_MD5 },
};

static const unsigned int groups[] = { DH_ECP256, DH_MODP1024, DH_MODP2048, DH_ECP384 };
static const unsigned int pfss[] = { DH_NONE, DH_ECP256, DH_MODP1024, DH_MODP2048 };

/* What one end offers beside the common proposal the other end does not have. */
static void set_suites(const struct scenario *sc, unsigned int i, struct conn_cfg *c)
{
	const struct side *s = &sc->side[i];
	unsigned int common_ike = s->more_ike == 1, common_esp = s->more_esp == 1;

	c->n_ike = s->more_ike ? 2 : 1;
	c->ike[!common_ike] = ike_suites[(sc->ike + 1 + i) % 4];
	c->ike[common_ike] = ike_suites[sc->ike];
	for (unsigned int k = 0; k < 2; k++)
		c->ike[k].group = groups[sc->group];
	c->n_esp = s->more_esp ? 2 : 1;
	c->esp[!common_esp] = esp_suites[(sc->esp + 1 + i) % 4];
	c->esp[common_esp] = esp_suites[sc->esp];
	c->pfs = pfss[sc->pfs];
}

static void set_subnets(const struct scenario *sc, unsigned int i, struct conn_cfg *c)
{
	unsigned int n[2] = { sc->locals, sc->remotes };
	char s[32];

	c->n_local = c->n_remote = 0;
	for (unsigned int k = 0; k < n[i]; k++) {
		snprintf(s, sizeof(s), "10.%u.%u.0/24", i, k);
		c->local_subnets[c->n_local++] = net_subnet(s);
	}
	for (unsigned int k = 0; k < n[1 - i]; k++) {
		snprintf(s, sizeof(s), "10.%u.%u.0/24", 1 - i, k);
		c->remote_subnets[c->n_remote++] = net_subnet(s);
	}
}

static void set_identity(struct conn_cfg *c, unsigned int i)
{
	c->local_id.type = c->remote_id.type = IDT_FQDN;
	c->local_id.len = c->remote_id.len = 1;
	c->local_id.data[0] = (uint8_t)('a' + i);
	c->remote_id.data[0] = (uint8_t)('b' - i);
	if (!i)
		memset(&c->remote, 0, sizeof(c->remote));
}

#define USER "anna"
#define PASSWORD "secret-1"

static void add_user(struct conn_cfg *c)
{
	static const uint8_t salt[16] = { 7 };
	static char text[PASSWORD_STRLEN];
	struct secret s = { 0 };
	const char *why;

	c->users = calloc(1, sizeof(*c->users));
	if (!c->users || !secret_set(&s, PASSWORD, strlen(PASSWORD)))
		abort();
	if (!*text && !password_make(&s, salt, sizeof(salt), PASSWORD_ROUNDS_MIN, text))
		abort();
	secret_wipe(&s);
	snprintf(c->users->name, sizeof(c->users->name), USER);
	if (!password_parse(text, &c->users->hash, &why))
		abort();
	c->n_users = 1;
}

/* Node 0 asks for a password, node 1 has it. */
static void set_xauth(struct conn_cfg *c, unsigned int i)
{
	c->xauth = i ? XAUTH_CLIENT : XAUTH_SERVER;
	if (!i) {
		add_user(c);
		return;
	}
	snprintf(c->xauth_user, sizeof(c->xauth_user), USER);
	if (!secret_set(&c->xauth_password, PASSWORD, strlen(PASSWORD)))
		abort();
}

/* Node 0 gives addresses away, node 1 asks for one. */
static void set_pool(struct conn_cfg *c, unsigned int i)
{
	if (i) {
		c->local_mode_config = true;
		c->mode_config = MODE_CONFIG_PULL;
		c->local_subnets[0] = (struct subnet){ .family = AF_INET, .prefixlen = 32 };
		return;
	}
	c->remote_mode_config = true;
	c->pool = net_subnet("10.9.0.0/24");
	c->remote_subnets[0] = c->pool;
}

static struct conn_cfg *gateway(const struct run *run, unsigned int i)
{
	const struct scenario *sc = run->sc;
	const struct side *s = &sc->side[i];
	struct conn_cfg *c = site_cfg(run->net, i, 1 - i, "site");

	set_subnets(sc, i, c);
	set_suites(sc, i, c);
	if (sc->nat)
		set_identity(c, i);
	c->mode = sc->aggressive ? MODE_AGGRESSIVE : MODE_MAIN;
	if (sc->xauth)
		set_xauth(c, i);
	if (sc->pool)
		set_pool(c, i);
	c->start = (enum start_mode)s->start;
	c->ike_lifetime = s->ike_life;
	c->esp_lifetime = s->esp_life;
	c->esp_lifebytes = (uint64_t)s->life_kb * 1024;
	c->rekey_margin = s->margin;
	c->dpd = (enum dpd_mode)s->dpd;
	c->dpd_idle = s->dpd_idle;
	c->dpd_retransmit = s->dpd_retransmit;
	c->encap = (enum encap_mode)s->encap;
	return c;
}

static void start(struct run *run, unsigned int i)
{
	net_configure1(run->net, i, gateway(run, i));
}

/*
 * What is sent to a mapping that the NAT has given up reaches nobody. The end
 * outside learns of another one from authenticated packets alone, and with
 * traffic in one direction and no DPD the next one is the next renewal: until
 * then no end can know, so it is not up.
 */
static bool reachable(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++) {
		const struct node *n = &net->nodes[i], *peer = &net->nodes[1 - i];

		for (unsigned int k = 0; k < NODES_MAX; k++)
			if (n->peers[k].used && peer->nat_addr.sa.sa_family != AF_UNSPEC && n->peers[k].p.udp &&
			    endpoint_port(&n->peers[k].p.remote) != 4500 + peer->nat_shift)
				return false;
	}
	return true;
}

static bool up(struct net *net)
{
	return net->nodes[0].cfg.n && net->nodes[1].cfg.n && both_up(net) && net_consistent(net) && reachable(net);
}

static bool went_down(struct net *net)
{
	for (unsigned int i = 0; i < 2; i++)
		if (node_count(&net->nodes[i], "child-down") || node_count(&net->nodes[i], "ike-down"))
			return true;
	return false;
}

/* ---- time ---- */

/* @ms pass, or until @done if that is given; false if a rule was broken or it was not done */
static bool pass(struct run *run, uint64_t ms, bool (*done)(struct net *net))
{
	struct net *net = run->net;
	uint64_t end = net->now + ms;

	while (net->now < end && !run->rules.rule) {
		uint64_t step = SCAN_MS - net->now % SCAN_MS;

		if (net_until(net, step < end - net->now ? step : end - net->now, done))
			return !run->rules.rule;
		rules_scan(&run->rules);
	}
	return !done && !run->rules.rule;
}

/* ---- faults ---- */

static void fault_line(struct run *run, const struct fault *f)
{
	run->net->loss = f->arg[0];
	run->net->dup = f->arg[1];
	run->net->reorder = f->arg[2];
}

static void fault_cut(struct run *run, const struct fault *f)
{
	run->net->cut = f->arg[0];
}

static void fault_rebind(struct run *run, const struct fault *f)
{
	run->net->nodes[1].nat_shift = 1000 * f->arg[0];
}

static void fault_crash(struct run *run, const struct fault *f)
{
	rules_crashed(&run->rules, f->arg[0]);
	net_reboot(run->net, f->arg[0]);
}

static void fault_restart(struct run *run, const struct fault *f)
{
	ike_shutdown(run->net->nodes[f->arg[0]].e, run->net->now);
	net_step(run->net);
	fault_crash(run, f);
}

static void command(struct run *run, unsigned int i, enum ike_cmd_type cmd)
{
	char err[128];

	ike_cmd(run->net->nodes[i].e, run->net->now, cmd, "site", err, sizeof(err));
}

static void fault_down(struct run *run, const struct fault *f)
{
	command(run, f->arg[0], CMD_DOWN);
}

static void fault_up(struct run *run, const struct fault *f)
{
	command(run, f->arg[0], CMD_UP);
}

static void fault_renew(struct run *run, const struct fault *f)
{
	struct node *n = &run->net->nodes[f->arg[0]];

	for (unsigned int i = 0; i < n->sas_end; i++) {
		const struct k_sa *sa = &n->sas[i];
		struct ike_kernel_event ev = { .type = KEV_SOFT_EXPIRE, .ifname = "vpn0", .peer_id = sa->peer_id,
					       .child_id = sa->child_id, .dir = sa->dir, .spi = sa->spi, .idle_ms = -1 };

		if (sa->used && sa->dir == SA_OUT && sa->slot == SLOT_CURRENT)
			ike_kernel_event(n->e, run->net->now, &ev);
	}
}

static void fault_renew_ike(struct run *run, const struct fault *f)
{
	struct conn *c = node_conn(&run->net->nodes[f->arg[0]], "site");

	if (c && c->ike && c->cfg->start != START_PASSIVE)
		conn_renew_phase1(c);
}

static void fault_traffic(struct run *run, const struct fault *f)
{
	run->net->traffic_ms = f->arg[0];
	run->net->next_traffic = run->net->now + f->arg[0];
}

static void strike(struct run *run, const struct fault *f)
{
	static void (*const faults[FAULT_N])(struct run *, const struct fault *) = {
		[FAULT_LINE] = fault_line, [FAULT_CUT] = fault_cut, [FAULT_REBIND] = fault_rebind,
		[FAULT_CRASH] = fault_crash, [FAULT_RESTART] = fault_restart, [FAULT_DOWN] = fault_down,
		[FAULT_UP] = fault_up, [FAULT_RENEW] = fault_renew, [FAULT_RENEW_IKE] = fault_renew_ike,
		[FAULT_TRAFFIC] = fault_traffic,
	};

	if (run->trace) {
		fprintf(stderr, "%8.3f == ", (double)(run->net->now - run->begun) / 1000);
		fault_print(f, stderr);
	}
	faults[f->kind](run, f);
	net_step(run->net);
}

/* ---- the stages ---- */

static bool come_up(struct run *run)
{
	const struct side *s = run->sc->side;
	unsigned int first = s[1].start_at < s[0].start_at;

	say(run, "both begin");
	if (!pass(run, s[first].start_at, NULL))
		return false;
	start(run, first);
	if (!pass(run, s[1 - first].start_at - s[first].start_at, NULL))
		return false;
	start(run, 1 - first);
	if (!pass(run, HANDSHAKE_MAX, up)) {
		rules_break(&run->rules, "handshake", "not up at both ends after %u s", (unsigned int)(HANDSHAKE_MAX / 1000));
		return false;
	}
	run->v->handshake_ms = run->net->now - run->begun;
	return true;
}

static bool suffer(struct run *run)
{
	const struct scenario *sc = run->sc;
	uint64_t from = run->net->now;

	say(run, "faults");
	for (unsigned int i = 0; i < sc->n_faults; i++) {
		uint64_t at = from + sc->faults[i].at;

		if (at > run->net->now && !pass(run, at - run->net->now, NULL))
			return false;
		strike(run, &sc->faults[i]);
	}
	return run->net->now >= from + SECONDS(sc->fault_s) ||
	       pass(run, from + SECONDS(sc->fault_s) - run->net->now, NULL);
}

/*
 * How long it may take: a peer that forgot is found out by its silence, or, if
 * nobody asks, when an SA is to be renewed and is not; then a new phase 1 runs.
 */
static uint64_t recovery_max(const struct scenario *sc)
{
	uint64_t worst = 0;

	for (unsigned int i = 0; i < 2; i++) {
		const struct side *s = &sc->side[i];
		uint64_t ms = SECONDS(s->dpd_idle + 4 * s->dpd_retransmit);

		if (s->dpd != DPD_PERIODIC)
			ms = SECONDS(s->ike_life > s->esp_life ? s->ike_life : s->esp_life) + 3 * PHASE1_TRIES;
		worst = ms > worst ? ms : worst;
	}
	return worst + 2 * PHASE1_TRIES + 2 * BACKOFF_MAX;
}

static void end_faults(struct run *run)
{
	struct net *net = run->net;

	net->loss = net->dup = net->reorder = net->cut = 0;
	fault_traffic(run, &(struct fault){ .arg = { run->sc->traffic_ms } });
	for (unsigned int i = 0; i < 2; i++)	/* read again, which ends "down" as well */
		ike_configure(net->nodes[i].e, net->now, &net->nodes[i].cfg);
	net_step(net);
}

static bool recover(struct run *run)
{
	uint64_t from = run->net->now;

	say(run, "no faults any more");
	end_faults(run);
	rules_calm(&run->rules, CALM_LINE);
	if (!pass(run, recovery_max(run->sc), up)) {
		rules_break(&run->rules, "recovery", "not up at both ends %u s after the last fault",
			    (unsigned int)((run->net->now - from) / 1000));
		return false;
	}
	run->v->recovery_ms = run->net->now - from;
	return true;
}

/*
 * What was half done when the line became good comes to its end first: it may
 * even be that an end has counted three unanswered probes, and gives up now.
 */
#define SETTLE SECONDS(100)

static bool settle(struct run *run)
{
	uint64_t deadline = run->net->now + recovery_max(run->sc);
	bool settled = false;

	while (!settled && run->net->now < deadline) {
		rules_calm(&run->rules, CALM_UP);
		if (!pass(run, SETTLE, NULL))
			return false;
		settled = up(run->net) && !went_down(run->net);
		if (settled)
			break;
		rules_calm(&run->rules, CALM_LINE);
		if (!pass(run, recovery_max(run->sc), up))
			break;
	}
	if (!settled)
		rules_break(&run->rules, "recovery", "came up, and did not stay up");
	return settled;
}

static bool stay_up(struct run *run)
{
	say(run, "up");
	if (!settle(run))
		return false;
	say(run, "quiet");
	rules_calm(&run->rules, CALM_QUIET);
	if (!pass(run, SECONDS(run->sc->quiet_s), NULL))
		return false;
	run->net->traffic_ms = 0;
	if (!pass(run, SECONDS(1), NULL))
		return false;
	rules_arrived(&run->rules);
	return !run->rules.rule;
}

static bool end(struct run *run)
{
	rules_calm(&run->rules, CALM_LINE);
	for (unsigned int i = 0; i < 2; i++) {
		struct node *n = &run->net->nodes[i];

		say(run, "shut down");
		conn_cfg_put(n->cfg.conns[0]);
		n->cfg.n = 0;
		ike_shutdown(n->e, run->net->now);
		if (!pass(run, SECONDS(1), NULL))
			return false;
		rules_ended(&run->rules, i);
	}
	return !run->rules.rule;
}

/* ---- one run ---- */

static void prepare(struct run *run)
{
	const struct scenario *sc = run->sc;
	struct net *net = net_new(2, sc->seed);

	run->net = net;
	run->begun = net->now;
	net->loss = sc->loss;
	net->dup = sc->dup;
	net->reorder = sc->reorder;
	net->bad_esp = sc->bad_esp;
	net->job_ms = sc->job_ms;
	net->traffic_ms = sc->traffic_ms;
	net->one_way = sc->one_way;
	if (sc->nat) {
		addr_parse("198.51.100.9", &net->nodes[1].nat_addr);
		net->nodes[1].nat_shift = 10000;
	}
	rules_init(&run->rules, net);
	run->then = net->watch.action;
	net->watch.action = on_action;
}

static void judge(const struct run *run)
{
	struct verdict *v = run->v;

	if (run->rules.rule) {
		snprintf(v->rule, sizeof(v->rule), "%s", run->rules.rule);
		snprintf(v->detail, sizeof(v->detail), "%s", run->rules.detail);
	}
	v->at = v->virtual_ms = run->net->now - run->begun;
	for (unsigned int i = 0; i < 2; i++) {
		v->packets += run->net->nodes[i].esp_sent;
		v->datagrams += run->net->nodes[i].sent;
	}
}

void sim_run(const struct scenario *sc, bool trace, struct verdict *v)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		abort();
	memset(v, 0, sizeof(*v));
	v->digest = 0xcbf29ce484222325;
	run->sc = sc;
	run->v = v;
	run->trace = trace;
	prepare(run);
	if (come_up(run) && suffer(run) && recover(run) && stay_up(run))
		end(run);
	judge(run);
	net_free(run->net);
	rules_free(&run->rules);
	free(run);
}
