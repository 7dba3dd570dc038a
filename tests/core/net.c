// SPDX-License-Identifier: GPL-2.0
#include "core/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

static uint64_t next_random(uint64_t *s)
{
	/* splitmix64: every seed is a good one */
	uint64_t z = *s += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool percent(struct net *net, unsigned int p)
{
	return p && next_random(&net->rng) % 100 < p;
}

static void node_random(void *ctx, void *out, size_t len)
{
	struct node *n = ctx;
	uint8_t *p = out;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)next_random(&n->rng);
}

/* ---- the modelled kernel ---- */

static struct k_peer *k_peer(struct node *n, uint32_t peer_id)
{
	for (size_t i = 0; i < sizeof(n->peers) / sizeof(*n->peers); i++)
		if (n->peers[i].used && n->peers[i].p.peer_id == peer_id)
			return &n->peers[i];
	return NULL;
}

static struct k_child *k_child(struct node *n, uint32_t peer_id, uint32_t child_id)
{
	for (size_t i = 0; i < n->children_end; i++)
		if (n->children[i].used && n->children[i].peer_id == peer_id && n->children[i].child_id == child_id)
			return &n->children[i];
	return NULL;
}

static struct k_sa *k_sa(struct node *n, enum sa_dir dir, uint32_t spi)
{
	for (size_t i = 0; i < n->sas_end; i++)
		if (n->sas[i].used && n->sas[i].dir == dir && n->sas[i].spi == spi)
			return &n->sas[i];
	return NULL;
}

static struct k_sa *k_current(struct node *n, uint32_t peer_id, uint32_t child_id)
{
	for (size_t i = 0; i < n->sas_end; i++) {
		struct k_sa *sa = &n->sas[i];

		if (sa->used && sa->dir == SA_OUT && sa->slot == SLOT_CURRENT && sa->peer_id == peer_id &&
		    sa->child_id == child_id)
			return sa;
	}
	return NULL;
}

static bool do_peer(struct node *n, const struct ike_action *a)
{
	struct k_peer *p = k_peer(n, a->peer.peer_id);

	if (a->type == ACT_PEER_DEL) {
		if (!p)
			return false;
		p->used = false;
		for (size_t i = 0; i < n->children_end; i++)
			if (n->children[i].peer_id == a->peer.peer_id)
				n->children[i].used = false;
		for (size_t i = 0; i < n->sas_end; i++)
			if (n->sas[i].peer_id == a->peer.peer_id)
				n->sas[i].used = false;
		return true;
	}
	if (a->type == ACT_PEER_SET) {
		if (p)
			p->p = a->peer;
		return p;
	}
	if (p || a->peer.remote.sa.sa_family == AF_UNSPEC)
		return false;
	for (p = n->peers; p->used; p++)
		;
	p->used = true;
	p->p = a->peer;
	return true;
}

static bool do_child(struct node *n, const struct ike_action *a)
{
	struct k_child *c = k_child(n, a->child.peer_id, a->child.child_id);

	if (a->type == ACT_CHILD_DEL) {
		if (c)
			c->used = false;
		return c;
	}
	if (c || !k_peer(n, a->child.peer_id))
		return false;
	for (c = n->children; c->used; c++)
		;
	if ((size_t)(c - n->children) >= n->children_end)
		n->children_end = (size_t)(c - n->children) + 1;
	*c = (struct k_child){ .used = true, .acquire = a->child.acquire, .peer_id = a->child.peer_id,
			       .child_id = a->child.child_id, .local = a->child.local, .remote = a->child.remote };
	return true;
}

static bool do_install(struct node *n, const struct act_sa *a)
{
	struct k_sa *sa = k_sa(n, a->dir, a->spi);
	size_t i = 0;

	if (sa || a->spi < 256 || !k_child(n, a->peer_id, a->child_id))
		return false;
	if (a->enc_key.len + a->auth_key.len != esp_keymat_len(&a->suite) ||
	    a->enc_key.len + a->auth_key.len > sizeof(sa->key))
		return false;
	while (i < n->sas_end && n->sas[i].used)
		i++;
	if (i == K_SAS_MAX)
		return false;
	sa = &n->sas[i];
	n->sas_end = i < n->sas_end ? n->sas_end : i + 1;
	memset(sa, 0, sizeof(*sa));
	sa->used = true;
	sa->peer_id = a->peer_id;
	sa->child_id = a->child_id;
	sa->spi = a->spi;
	sa->dir = a->dir;
	sa->slot = a->slot;
	sa->key_len = a->enc_key.len + a->auth_key.len;
	if (a->enc_key.len)
		memcpy(sa->key, a->enc_key.p, a->enc_key.len);
	if (a->auth_key.len)
		memcpy(sa->key + a->enc_key.len, a->auth_key.p, a->auth_key.len);
	sa->suite = a->suite;
	sa->replay_window = a->replay_window;
	sa->tfc_pad = a->tfc_pad;
	sa->soft_packets = a->soft_packets;
	sa->soft_bytes = a->soft_bytes;
	sa->hard_bytes = a->hard_bytes;
	sa->born = n->net->now;
	sa->hard_ms = a->hard_seconds * 1000;
	n->installs++;
	return true;
}

/* Who sends with @out can be understood: somebody has it inbound, with its keys. */
static bool held_by_other(const struct node *n, const struct k_sa *out)
{
	struct net *net = n->net;

	for (unsigned int i = 0; i < net->n; i++) {
		const struct k_sa *in = k_sa(&net->nodes[i], SA_IN, out->spi);

		if (&net->nodes[i] != n && in && in->key_len == out->key_len && in->suite.esn == out->suite.esn &&
		    !memcmp(in->key, out->key, in->key_len))
			return true;
	}
	return false;
}

static bool do_promote(struct node *n, const struct act_sa *a)
{
	struct k_sa *sa = k_sa(n, SA_OUT, a->spi), *cur;

	if (!sa || a->dir != SA_OUT)
		return false;
	cur = k_current(n, sa->peer_id, sa->child_id);
	if (cur && cur != sa)
		cur->slot = SLOT_PREVIOUS;
	sa->slot = SLOT_CURRENT;
	if (!held_by_other(n, sa))
		n->violations++;
	return true;
}

static void do_query(struct node *n, const struct act_sa *a)
{
	n->queries++;
	n->queried = n->net->now;
	for (size_t i = 0; i < n->sas_end; i++) {
		const struct k_sa *sa = &n->sas[i];
		struct ike_kernel_event ev = { .type = KEV_STATS, .peer_id = a->peer_id, .child_id = sa->child_id,
					       .spi = sa->spi, .dir = sa->dir, .bytes = sa->bytes,
					       .packets = sa->packets, .idle_ms = -1 };

		if (!sa->used || sa->peer_id != a->peer_id)
			continue;
		memcpy(ev.ifname, a->ifname, sizeof(ev.ifname));
		if (sa->packets)
			ev.idle_ms = (int64_t)(n->net->now - sa->last);
		ike_kernel_event(n->e, n->net->now, &ev);
	}
}

static bool do_sa(struct node *n, const struct ike_action *a)
{
	struct k_sa *sa;

	switch (a->type) {
	case ACT_SA_INSTALL:
		return do_install(n, &a->sa);
	case ACT_SA_PROMOTE:
		return do_promote(n, &a->sa);
	case ACT_SA_QUERY:
		do_query(n, &a->sa);
		return true;
	default:
		sa = k_sa(n, a->sa.dir, a->sa.spi);
		if (sa)
			sa->used = false;
		return sa;
	}
}

static void refuse(struct node *n, const struct ike_action *a)
{
	struct ike_kernel_event ev = { .type = KEV_ERROR, .action = a->type, .error = 22, .idle_ms = -1 };

	n->refused++;
	if (a->type >= ACT_SA_INSTALL) {
		memcpy(ev.ifname, a->sa.ifname, sizeof(ev.ifname));
		ev.peer_id = a->sa.peer_id;
		ev.child_id = a->sa.child_id;
		ev.spi = a->sa.spi;
		ev.dir = a->sa.dir;
	} else if (a->type >= ACT_CHILD_NEW) {
		memcpy(ev.ifname, a->child.ifname, sizeof(ev.ifname));
		ev.peer_id = a->child.peer_id;
		ev.child_id = a->child.child_id;
	} else {
		memcpy(ev.ifname, a->peer.ifname, sizeof(ev.ifname));
		ev.peer_id = a->peer.peer_id;
	}
	snprintf(ev.text, sizeof(ev.text), "modelled refusal");
	ike_kernel_event(n->e, n->net->now, &ev);
}

static void do_kernel(struct node *n, const struct ike_action *a)
{
	bool ok;

	if (n->refuse == (int)a->type) {
		n->refuse = -1;
		refuse(n, a);
		return;
	}
	if (a->type <= ACT_PEER_DEL)
		ok = do_peer(n, a);
	else if (a->type <= ACT_CHILD_DEL)
		ok = do_child(n, a);
	else
		ok = do_sa(n, a);
	if (ok)
		return;
	if (a->type == ACT_SA_PROMOTE)
		refuse(n, a);
	else if (a->type != ACT_SA_DELETE || !(n->refused || n->queried == n->net->now))
		/*
		 * Removing what a refused install never made is no error of the engine's, nor
		 * removing twice what was on its way out when the counters named it.
		 */
		n->kernel_errors++;
}

/* ---- wires ---- */

static void enqueue(struct net *net, struct packet *p)
{
	struct packet *at;

	p->seq = net->seq++;
	p->sent = net->now;
	DL_FOREACH(net->packets, at)
		if (at->due > p->due)
			break;
	if (at)
		DL_PREPEND_ELEM(net->packets, at, p);
	else
		DL_APPEND(net->packets, p);
}

static struct packet *packet_new(const void *data, size_t len)
{
	struct packet *p = calloc(1, sizeof(*p) + len);

	if (!p)
		abort();
	if (len)
		memcpy(p->data, data, len);
	p->len = len;
	return p;
}

static void translate_out(const struct node *n, union endpoint *src)
{
	uint16_t port = endpoint_port(src);

	if (n->nat_addr.sa.sa_family == AF_UNSPEC)
		return;
	*src = n->nat_addr;
	endpoint_set_port(src, (uint16_t)(port + n->nat_shift));
}

/* When a packet of @n is there: some jitter, but first in, first out unless reordering is asked for */
static uint64_t arrival(struct node *n)
{
	struct net *net = n->net;
	uint64_t due = net->now + LATENCY_MS + next_random(&net->rng) % 3;

	if (due < n->last_due)
		due = n->last_due;
	n->last_due = due;
	if (percent(net, net->reorder))
		due += next_random(&net->rng) % 400;
	return due;
}

static bool is_cut(const struct node *n)
{
	return n->down || n->net->cut & 1u << n->id;
}

static void do_send(struct node *n, const struct ike_action *a)
{
	struct net *net = n->net;
	unsigned int copies = 1 + percent(net, net->dup);

	n->sent++;
	n->sent_natt += a->send.path.natt;
	if (is_cut(n) || n->mute || percent(net, net->loss))
		return;
	if (net->drop && net->drop(net, n->id, a->send.data, a->send.len))
		return;
	while (copies--) {
		struct packet *p = packet_new(a->send.data, a->send.len);

		p->from = n->id;
		p->src = n->addr;
		endpoint_set_port(&p->src, a->send.path.natt ? 4500 : 500);
		translate_out(n, &p->src);
		p->dst = a->send.path.remote;
		p->natt = a->send.path.natt;
		p->raw = a->send.raw;
		p->due = arrival(n);
		enqueue(net, p);
	}
}

static void job_finish(struct node *n, struct ike_job *job)
{
	n->net->run_job(job);
	ike_job_done(n->e, n->net->now, job);
}

static void do_job(struct node *n, struct ike_job *job)
{
	struct packet *p;

	if (!n->net->job_ms) {
		job_finish(n, job);
		return;
	}
	p = packet_new(NULL, 0);
	p->job = job;
	p->from = n->id;
	p->due = n->net->now + next_random(&n->net->rng) % n->net->job_ms;
	enqueue(n->net, p);
}

static void do_event(struct node *n, const struct ike_action *a)
{
	struct net_event *ev;

	if (n->n_events == EVENTS_MAX)
		return;
	if (n->n_events == n->cap_events) {
		n->cap_events = n->cap_events ? 2 * n->cap_events : 16;
		n->events = realloc(n->events, n->cap_events * sizeof(*n->events));
		if (!n->events)
			abort();
	}
	ev = &n->events[n->n_events++];
	ev->at = n->net->now;
	memcpy(ev->what, a->event.what, sizeof(ev->what));
	memcpy(ev->detail, a->event.detail, sizeof(ev->detail));
}

static void print_action(const struct node *n, const struct ike_action *a)
{
	if (a->type == ACT_LOG)
		fprintf(stderr, "%8.3f %u [%s] %s\n", (double)n->net->now / 1000, n->id, a->log.conn, a->log.text);
	if (a->type == ACT_EVENT)
		fprintf(stderr, "%8.3f %u [%s] * %s: %s\n", (double)n->net->now / 1000, n->id, a->event.conn,
			a->event.what, a->event.detail);
}

static bool drain(struct node *n)
{
	struct ike_action *a = ike_next_action(n->e);

	if (!a)
		return false;
	if (n->net->verbose)
		print_action(n, a);
	if (n->net->watch.action)
		n->net->watch.action(n->net->watch.ctx, n, a);
	switch (a->type) {
	case ACT_SEND:
		do_send(n, a);
		break;
	case ACT_JOB:
		do_job(n, a->job);
		break;
	case ACT_EVENT:
		do_event(n, a);
		break;
	case ACT_LOG:
		break;
	default:
		do_kernel(n, a);
	}
	ike_action_free(a);
	return true;
}

void net_step(struct net *net)
{
	bool more = true;

	while (more) {
		more = false;
		for (unsigned int i = 0; i < net->n; i++)
			while (drain(&net->nodes[i]))
				more = true;
	}
}

/* The node that @dst leads to, its own address in @own; NULL if nothing is there. */
static struct node *route(struct net *net, const union endpoint *dst, union endpoint *own)
{
	for (unsigned int i = 0; i < net->n; i++) {
		struct node *n = &net->nodes[i];
		int port = endpoint_port(dst);

		*own = n->addr;
		if (n->nat_addr.sa.sa_family == AF_UNSPEC) {
			if (!addr_eq(&n->addr, dst))
				continue;
		} else {
			if (!addr_eq(&n->nat_addr, dst))
				continue;
			port -= (int)n->nat_shift;
		}
		if (port != 500 && port != 4500)
			return NULL;
		endpoint_set_port(own, (uint16_t)port);
		return n;
	}
	return NULL;
}

static void kernel_event(struct node *n, enum kev_type type, const struct k_sa *sa, const union endpoint *remote)
{
	const struct k_peer *p = k_peer(n, sa->peer_id);
	struct ike_kernel_event ev = { .type = type, .peer_id = sa->peer_id, .child_id = sa->child_id,
				       .spi = sa->spi, .dir = sa->dir, .idle_ms = -1 };

	if (!p)
		return;
	memcpy(ev.ifname, p->p.ifname, sizeof(ev.ifname));
	if (remote)
		ev.remote = *remote;
	ike_kernel_event(n->e, n->net->now, &ev);
}

/* What a limit in bytes does; time is the engine's own */
static void count_bytes(struct node *n, struct k_sa *sa)
{
	sa->packets++;
	sa->bytes += ESP_BYTES;
	sa->last = n->net->now;
	if (sa->soft_bytes && sa->bytes >= sa->soft_bytes && !sa->soft_told) {
		sa->soft_told = true;
		kernel_event(n, KEV_SOFT_EXPIRE, sa, NULL);
	}
	if (sa->hard_bytes && sa->bytes >= sa->hard_bytes && !sa->hard_told) {
		sa->hard_told = true;
		kernel_event(n, KEV_HARD_EXPIRE, sa, NULL);
	}
}

static void receive_esp(struct node *n, const struct packet *p)
{
	struct k_sa *sa = k_sa(n, SA_IN, p->spi);
	const struct k_peer *peer;

	if (!sa || sa->key_len != p->key_len || memcmp(sa->key, p->key, p->key_len)) {
		n->esp_lost++;
		if (n->net->watch.esp_lost)
			n->net->watch.esp_lost(n->net->watch.ctx, n, p);
		return;
	}
	n->esp_received++;
	peer = k_peer(n, sa->peer_id);
	if (peer && peer->p.udp && !endpoint_eq(&peer->p.remote, &p->src))
		kernel_event(n, KEV_MAPPING, sa, &p->src);
	if (!sa->packets && !n->lose_first_use)
		kernel_event(n, KEV_FIRST_USE, sa, NULL);
	count_bytes(n, sa);
}

static void deliver(struct net *net, struct packet *p)
{
	struct ike_path path = { .remote = p->src };
	struct node *n;

	if (p->job) {
		job_finish(&net->nodes[p->from], p->job);
		return;
	}
	n = route(net, &p->dst, &path.local);
	if (!n || n->down)
		return;
	if (p->esp) {
		receive_esp(n, p);
		return;
	}
	path.natt = endpoint_port(&path.local) == 4500;
	if (p->raw)
		n->keepalives += p->len == 1 && p->data[0] == 0xff;
	else if (path.natt == p->natt)		/* else the marker is missing or too much */
		ike_rx(n->e, net->now, &path, p->data, p->len);
}

/* ---- ESP ---- */

static void acquire(struct node *n, struct k_child *c)
{
	struct k_sa fake = { .peer_id = c->peer_id, .child_id = c->child_id, .dir = SA_OUT };

	if (!c->acquire || (c->acquired && n->net->now - c->acquired < 1000))
		return;
	c->acquired = n->net->now;
	kernel_event(n, KEV_ACQUIRE, &fake, NULL);
}

bool net_esp(struct node *n, uint32_t peer_id, uint32_t child_id)
{
	struct k_child *c = k_child(n, peer_id, child_id);
	struct k_sa *sa = k_current(n, peer_id, child_id);
	const struct k_peer *peer = k_peer(n, peer_id);
	struct packet *p;

	if (!c || !peer)
		return false;
	if (!sa) {
		n->no_sa++;
		acquire(n, c);
		return false;
	}
	n->esp_sent++;
	if (is_cut(n) || (n->net->bad_esp && percent(n->net, n->net->loss))) {
		count_bytes(n, sa);
		return true;
	}
	p = packet_new(NULL, 0);
	p->esp = true;
	p->from = n->id;
	p->spi = sa->spi;
	p->key_len = sa->key_len;
	memcpy(p->key, sa->key, sa->key_len);
	p->src = n->addr;
	endpoint_set_port(&p->src, 4500);
	translate_out(n, &p->src);
	p->dst = peer->p.remote;
	if (!peer->p.udp)		/* addresses alone lead the way */
		endpoint_set_port(&p->dst, 4500);
	p->due = n->net->bad_esp ? arrival(n) : n->net->now + LATENCY_MS;
	enqueue(n->net, p);
	count_bytes(n, sa);
	return true;
}

static void all_traffic(struct net *net)
{
	for (unsigned int i = 0; i < net->n && !(net->one_way && i); i++)
		for (size_t k = 0; k < net->nodes[i].children_end; k++)
			if (net->nodes[i].children[k].used)
				net_esp(&net->nodes[i], net->nodes[i].children[k].peer_id,
					net->nodes[i].children[k].child_id);
	net->next_traffic = net->now + net->traffic_ms;
}

/* ---- time ---- */

static uint64_t next_due(struct net *net)
{
	uint64_t due = net->packets ? net->packets->due : UINT64_MAX;

	for (unsigned int i = 0; i < net->n; i++) {
		uint64_t d = ike_deadline(net->nodes[i].e);

		due = d < due ? d : due;
	}
	if (net->traffic_ms && net->next_traffic < due)
		due = net->next_traffic;
	return due;
}

static void happen(struct net *net)
{
	while (net->packets && net->packets->due <= net->now) {
		struct packet *p = net->packets;

		DL_DELETE(net->packets, p);
		deliver(net, p);
		free(p);
		net_step(net);
	}
	for (unsigned int i = 0; i < net->n; i++)
		ike_tick(net->nodes[i].e, net->now);
	net_step(net);
	if (net->traffic_ms && net->next_traffic <= net->now)
		all_traffic(net);
	net_step(net);
}

bool net_until(struct net *net, uint64_t ms, bool (*done)(struct net *net))
{
	uint64_t end = net->now + ms;

	net_step(net);
	while (!done || !done(net)) {
		uint64_t due = next_due(net);

		if (due > end) {
			net->now = end;
			return false;
		}
		if (due > net->now)
			net->now = due;
		happen(net);
	}
	return true;
}

void net_run(struct net *net, uint64_t ms)
{
	net_until(net, ms, NULL);
}

/* ---- making it ---- */

static void node_start(struct node *n)
{
	struct ike_env env = { .random = node_random, .ctx = n };

	n->e = ike_engine_new(&env, n->net->now);
	n->refuse = -1;
}

struct net *net_new(unsigned int nodes, uint64_t seed)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		abort();
	net->now = 1000000;
	net->rng = seed * 2654435761u + 1;
	net->n = nodes;
	net->run_job = ike_job_run;
	net->verbose = getenv("NET_VERBOSE");
	for (unsigned int i = 0; i < nodes; i++) {
		struct node *n = &net->nodes[i];
		char addr[32];

		n->net = net;
		n->id = i;
		n->rng = seed * 1000003 + i * 7919 + 17;
		snprintf(addr, sizeof(addr), "192.0.2.%u", i + 1);
		addr_parse(addr, &n->addr);
		n->nat_addr.sa.sa_family = AF_UNSPEC;
		node_start(n);
	}
	return net;
}

static void cfg_clear(struct node *n)
{
	for (unsigned int i = 0; i < n->cfg.n; i++)
		conn_cfg_put(n->cfg.conns[i]);
	free(n->cfg.conns);
	n->cfg = (struct ike_config){ 0 };
}

static void drop_packet(struct net *net, struct packet *p)
{
	DL_DELETE(net->packets, p);
	ike_job_free(p->job);
	free(p);
}

/* The engine of @n goes: its threads have nobody to report to. */
static void drop_jobs(struct net *net, const struct node *n)
{
	struct packet *p, *tmp;

	DL_FOREACH_SAFE(net->packets, p, tmp)
		if (p->job && p->from == n->id)
			drop_packet(net, p);
}

void net_free(struct net *net)
{
	while (net->packets)
		drop_packet(net, net->packets);
	for (unsigned int i = 0; i < net->n; i++) {
		ike_engine_free(net->nodes[i].e);
		cfg_clear(&net->nodes[i]);
		free(net->nodes[i].events);
	}
	free(net);
}

void net_reboot(struct net *net, unsigned int node)
{
	struct node *n = &net->nodes[node];

	drop_jobs(net, n);
	ike_engine_free(n->e);
	memset(n->peers, 0, sizeof(n->peers));
	memset(n->children, 0, sizeof(n->children));
	memset(n->sas, 0, n->sas_end * sizeof(*n->sas));
	n->children_end = n->sas_end = 0;
	node_start(n);
	ike_configure(n->e, net->now, &n->cfg);
	net_step(net);
}

struct subnet net_subnet(const char *s)
{
	struct subnet out;

	if (!subnet_parse(s, &out))
		abort();
	return out;
}

void psk_set(struct conn_cfg *c, const char *psk)
{
	if (!secret_set(&c->psk, psk, strlen(psk)))
		abort();
}

struct conn_cfg *site_cfg(struct net *net, unsigned int i, unsigned int peer, const char *name)
{
	struct conn_cfg *c = conn_cfg_new(name);
	char s[32];

	if (!c)
		abort();
	c->local = net->nodes[i].addr;
	c->remote = net->nodes[peer].addr;
	for (unsigned int k = 0; k < 2; k++) {
		snprintf(s, sizeof(s), "192.168.%u.0/24", i * 2 + k + 1);
		c->local_subnets[c->n_local++] = net_subnet(s);
		snprintf(s, sizeof(s), "192.168.%u.0/24", peer * 2 + k + 1);
		c->remote_subnets[c->n_remote++] = net_subnet(s);
	}
	/* curves, so that hundreds of runs take seconds */
	c->ike[0].group = DH_ECP256;
	c->pfs = DH_ECP256;
	psk_set(c, "correct horse battery staple");
	return c;
}

void net_configure(struct net *net, unsigned int node, struct conn_cfg **cfgs, unsigned int n)
{
	struct node *nd = &net->nodes[node];

	cfg_clear(nd);
	nd->cfg.conns = calloc(n + 1, sizeof(*nd->cfg.conns));
	if (!nd->cfg.conns)
		abort();
	if (n)
		memcpy(nd->cfg.conns, cfgs, n * sizeof(*cfgs));
	nd->cfg.n = n;
	ike_configure(nd->e, net->now, &nd->cfg);
	net_step(net);
}

void net_configure1(struct net *net, unsigned int node, struct conn_cfg *cfg)
{
	net_configure(net, node, &cfg, 1);
}

struct net *net_sites(uint64_t seed, enum start_mode a, enum start_mode b)
{
	struct net *net = net_new(2, seed);
	struct conn_cfg *ca = site_cfg(net, 0, 1, "site"), *cb = site_cfg(net, 1, 0, "site");

	ca->start = a;
	cb->start = b;
	net_configure1(net, 1, cb);
	net_configure1(net, 0, ca);
	return net;
}

/* ---- looking at it ---- */

struct conn *node_conn(struct node *n, const char *name)
{
	struct conn *c;

	HASH_FIND_STR(n->e->conns, name, c);
	return c;
}

unsigned int node_children_up(struct node *n)
{
	struct conn *c, *tmp;
	unsigned int up = 0;

	HASH_ITER(hh, n->e->conns, c, tmp)
		for (unsigned int i = 0; i < c->n_children; i++)
			up += c->children[i].current != NULL;
	return up;
}

unsigned int node_established(struct node *n)
{
	struct ike_sa *sa, *tmp;
	unsigned int count = 0;

	HASH_ITER(hh, n->e->sas, sa, tmp)
		count += sa->state == IKE_ESTABLISHED;
	return count;
}

unsigned int node_sas(const struct node *n)
{
	unsigned int count = 0;

	for (size_t i = 0; i < n->sas_end; i++)
		count += n->sas[i].used;
	return count;
}

unsigned int node_count(const struct node *n, const char *what)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < n->n_events; i++)
		count += !strcmp(n->events[i].what, what);
	return count;
}

void node_clear_events(struct node *n)
{
	n->n_events = 0;
}

uint64_t node_counter(struct node *n, const char *name)
{
	const char *s;
	uint64_t v;

	for (unsigned int i = 0; (s = ike_counter(n->e, i, &v)); i++)
		if (!strcmp(s, name))
			return v;
	return UINT64_MAX;
}

const char *node_failure(struct node *n, const char *conn, uint32_t child_id)
{
	const struct conn *c = node_conn(n, conn);
	const struct failure *f;

	if (!c)
		return "no such connection";
	f = child_id ? &c->children[child_id - 1].failure : &c->failure;
	return f->cause == FAIL_NONE ? "" : failure_code(f->cause);
}

static unsigned int children_configured(const struct node *n)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < n->cfg.n; i++)
		count += n->cfg.conns[i]->n_local * n->cfg.conns[i]->n_remote;
	return count;
}

bool both_up(struct net *net)
{
	for (unsigned int i = 0; i < net->n; i++)
		if (node_children_up(&net->nodes[i]) != children_configured(&net->nodes[i]))
			return false;
	return true;
}

bool both_quiet(struct net *net)
{
	for (unsigned int i = 0; i < net->n; i++)
		if (node_sas(&net->nodes[i]) != 2 * children_configured(&net->nodes[i]))
			return false;
	return both_up(net);
}

bool net_consistent(struct net *net)
{
	for (unsigned int i = 0; i < net->n; i++) {
		struct node *n = &net->nodes[i];

		for (size_t k = 0; k < n->sas_end; k++)
			if (n->sas[k].used && n->sas[k].dir == SA_OUT && n->sas[k].slot == SLOT_CURRENT &&
			    !held_by_other(n, &n->sas[k]))
				return false;
	}
	return true;
}
