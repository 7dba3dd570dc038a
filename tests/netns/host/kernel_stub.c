// SPDX-License-Identifier: GPL-2.0
/*
 * In place of os/kernel.c, for machines whose kernel takes no module: ikod
 * negotiates as ever, but its SAs end here. Each action is a JSON line in the
 * file named by $IKOD_STUB_LOG; keys are told by a hash, so that a test can
 * compare both ends. No packet is ever encrypted: this is no way to run a
 * tunnel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <utlist.h>

#include "os/kernel.h"

struct stub_sa {
	char ifname[16];
	uint32_t peer_id, child_id, spi;
	enum sa_dir dir;
	struct stub_sa *prev, *next;
};

struct kernel {
	struct kernel_user user;
	struct stub_sa *sas;
	FILE *log;
};

/* Any kind of device that every kernel has. */
const char kernel_link_kind[] = "ifb";

struct kernel *kernel_open(struct event_base *base, const struct kernel_user *user, char *err, size_t errlen)
{
	const char *path = getenv("IKOD_STUB_LOG");
	struct kernel *k = calloc(1, sizeof(*k));

	(void)base;
	if (!k)
		abort();
	k->user = *user;
	k->log = fopen(path ? path : "/dev/null", "ae");
	if (k->log)
		return k;
	snprintf(err, errlen, "%s: %s", path, strerror(errno));
	free(k);
	return NULL;
}

static const char *key_hash(const struct secret *s, char out[17])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	out[0] = '\0';
	if (s->len && EVP_Digest(s->p, s->len, md, &len, EVP_sha256(), NULL))
		for (unsigned int i = 0; i < 8; i++)
			snprintf(out + 2 * i, 3, "%02x", md[i]);
	return out;
}

static json_t *peer_line(const struct ike_action *a)
{
	char local[ENDPOINT_STRLEN], remote[ENDPOINT_STRLEN];

	return json_pack("{ss si ss ss sb si si si sb}", "name", a->peer.name, "peer", (int)a->peer.peer_id,
			 "local", endpoint_str(&a->peer.local, local), "remote", endpoint_str(&a->peer.remote, remote),
			 "udp", a->peer.udp, "keepalive", a->peer.keepalive, "dscp", (int)a->peer.outer.dscp,
			 "ttl", (int)a->peer.outer.ttl, "mss_clamp", a->peer.outer.mss_clamp);
}

static json_t *child_line(const struct ike_action *a)
{
	char local[SUBNET_STRLEN], remote[SUBNET_STRLEN];

	return json_pack("{si si ss ss sb}", "peer", (int)a->child.peer_id, "child", (int)a->child.child_id,
			 "local", subnet_str(&a->child.local, local), "remote", subnet_str(&a->child.remote, remote),
			 "acquire", a->child.acquire);
}

static json_t *sa_line(const struct ike_action *a)
{
	char enc[17], auth[17], spi[9], suite[SUITE_STRLEN];

	snprintf(spi, sizeof(spi), "%08x", a->sa.spi);
	return json_pack("{si si ss ss si ss ss ss sI si si}", "peer", (int)a->sa.peer_id, "child", (int)a->sa.child_id,
			 "dir", a->sa.dir == SA_IN ? "in" : "out", "spi", spi, "slot", (int)a->sa.slot,
			 "suite", a->type == ACT_SA_INSTALL ? esp_suite_str(&a->sa.suite, suite) : "",
			 "enc_key", key_hash(&a->sa.enc_key, enc), "auth_key", key_hash(&a->sa.auth_key, auth),
			 "hard_s", (json_int_t)a->sa.hard_seconds, "replay_window", (int)a->sa.replay_window,
			 "tfc_pad", (int)a->sa.tfc_pad);
}

static const struct {
	const char *name;
	json_t *(*line)(const struct ike_action *a);
} actions[] = {
	[ACT_PEER_NEW] = { "peer-new", peer_line }, [ACT_PEER_SET] = { "peer-set", peer_line },
	[ACT_PEER_DEL] = { "peer-del", peer_line }, [ACT_CHILD_NEW] = { "child-new", child_line },
	[ACT_CHILD_DEL] = { "child-del", child_line }, [ACT_SA_INSTALL] = { "sa-new", sa_line },
	[ACT_SA_PROMOTE] = { "sa-promote", sa_line }, [ACT_SA_DELETE] = { "sa-del", sa_line },
};

static bool sa_matches(const struct stub_sa *s, const struct ike_action *a)
{
	if (strcmp(s->ifname, a->peer.ifname))
		return false;
	if (a->type == ACT_SA_DELETE)
		return s->spi == a->sa.spi && s->dir == a->sa.dir;
	return s->peer_id == a->peer.peer_id && (a->type == ACT_PEER_DEL || s->child_id == a->child.child_id);
}

static void remember(struct kernel *k, const struct ike_action *a)
{
	struct stub_sa *s, *tmp;

	if (a->type == ACT_SA_INSTALL) {
		s = calloc(1, sizeof(*s));
		if (!s)
			abort();
		snprintf(s->ifname, sizeof(s->ifname), "%s", a->sa.ifname);
		s->peer_id = a->sa.peer_id;
		s->child_id = a->sa.child_id;
		s->spi = a->sa.spi;
		s->dir = a->sa.dir;
		DL_APPEND(k->sas, s);
	}
	if (a->type != ACT_SA_DELETE && a->type != ACT_CHILD_DEL && a->type != ACT_PEER_DEL)
		return;
	DL_FOREACH_SAFE(k->sas, s, tmp) {
		if (sa_matches(s, a)) {
			DL_DELETE(k->sas, s);
			free(s);
		}
	}
}

void kernel_action(struct kernel *k, const struct ike_action *a, int udp_fd)
{
	json_t *j = actions[a->type].line(a);
	char *text;

	(void)udp_fd;
	json_object_set_new(j, "do", json_string(actions[a->type].name));
	json_object_set_new(j, "ifname", json_string(a->peer.ifname));
	text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	fprintf(k->log, "%s\n", text);
	fflush(k->log);
	free(text);
	json_decref(j);
	remember(k, a);
}

bool kernel_stats(struct kernel *k, const char *ifname, const uint32_t *peer_id)
{
	struct stub_sa *s, *tmp;

	DL_FOREACH_SAFE(k->sas, s, tmp) {
		struct ike_kernel_event ev = { .type = KEV_STATS, .peer_id = s->peer_id, .child_id = s->child_id,
					       .dir = s->dir, .spi = s->spi, .idle_ms = -1 };

		if (strcmp(s->ifname, ifname) || (peer_id && *peer_id != s->peer_id))
			continue;
		snprintf(ev.ifname, sizeof(ev.ifname), "%s", ifname);
		k->user.event(k->user.ctx, &ev);
	}
	return true;
}

unsigned int kernel_flush(struct kernel *k, const char *ifname)
{
	(void)k;
	(void)ifname;
	return 0;
}

void kernel_moved(struct kernel *k, uint32_t was, uint32_t now)
{
	(void)k;
	(void)was;
	(void)now;
}

void kernel_close(struct kernel *k)
{
	struct stub_sa *s, *tmp;

	if (!k)
		return;
	DL_FOREACH_SAFE(k->sas, s, tmp) {
		DL_DELETE(k->sas, s);
		free(s);
	}
	fclose(k->log);
	free(k);
}
