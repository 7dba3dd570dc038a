// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <strings.h>

#include "core/failure.h"

#include "explain.h"

/* ---- our own codes ---- */

static const char *const key_names[KEY_N] = {
#define X(sym, name, expect) [KEY_##sym] = name,
	CONN_KEYS(X)
#undef X
};

static const struct code {
	const char *code, *text;
	enum conn_key key;
} codes[] = {
#define X(sym, code, text, key) { code, text, key },
	FAILURE_CAUSES(X)
#undef X
};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct code *code_find(const char *code)
{
	for (size_t i = FAIL_NONE + 1; i < LEN(codes); i++)
		if (!strcasecmp(codes[i].code, code))
			return &codes[i];
	return NULL;
}

bool explain_is_code(const char *code)
{
	return code_find(code);
}

/* ---- the words of others ---- */

#define IKEV2 "a matter of IKE version 2"
#define INSIDE "a matter of the other gateway's inside; what ikod sees of it is the Delete, or that nothing answers"
#define CLOUD "a matter of the cloud's own network; what ikod sees of it is the Delete, or that nothing answers"
#define NO_PROTOCOL "a protocol beside IKE that ikod does not speak"
#define LIMIT "a limit of the other gateway: IKE has no notify that says so"

/* In the order of the alphabet. */
static const struct wording wordings[] = {
	{ "aaa cut user", { NULL }, INSIDE },
	{ "admin down", { "admin-down", "peer-deleted" }, "ours if it was our operator, else the peer deleted it" },
	{ "authentication fail", 
	  { "psk-mismatch", "authentication-failed", "authentication-method-mismatch", "id-mismatch",
	    "certificate-untrusted", "certificate-invalid", "certificate-missing", "certificate-id-mismatch",
	    "signature-mismatch", "no-secret" },
	  "IKE version 1 tells a wrong key from damage by what cannot be read, so it is named as likely" },
	{ "config ID mismatch", { "id-mismatch", "certificate-id-mismatch" }, "compare local-id and remote-id of both sides, type and value" },
	{ "config modify or manual offline", { "config-changed", "admin-down", "peer-deleted" }, NULL },
	{ "construct local ID fail", { NULL }, "local-id, and with certificates that it is in ours, is checked when the configuration is read" },
	{ "cookie mismatch", { "exchange-timeout" }, "counted as unknown_cookie: a message of an IKE SA that one side has lost" },
	{ "cpu table updated", { NULL }, INSIDE },
	{ "critical drop", { NULL }, INSIDE },
	{ "dns resolution status change", { NULL }, "peers are named by address" },
	{ "dpd timeout", { "dpd-timeout" }, NULL },
	{ "dynamic peers number reaches limitation", { NULL }, LIMIT },
	{ "eap authentication fail", { NULL }, IKEV2 },
	{ "eap authentication timeout", { NULL }, IKEV2 },
	{ "eap delete old sa", { NULL }, IKEV2 },
	{ "encapsulation mode mismatch", { "encapsulation-mode-mismatch" }, NULL },
	{ "exchange mode mismatch", { "exchange-mode-mismatch" }, "one side begins aggressive mode and the other allows main mode alone" },
	{ "exchange timeout", { "exchange-timeout", "no-response" }, NULL },
	{ "first packet limited", { "no-response" },
	  "the peer limits first messages; where ikod does, it counts half_open_limit and answers_withheld" },
	{ "flow confict", { "subnet-mismatch" }, "the peer has these subnets in another tunnel" },
	{ "flow mismatch", { "subnet-mismatch", "netmask-mismatch" }, NULL },
	{ "flow overlap", { "subnet-mismatch" }, "here pairs that overlap are an error of the configuration" },
	{ "forward down", { NULL }, INSIDE },
	{ "fragment packet limit", { "malformed-message" }, NULL },
	{ "fragment packet reassemble timeout", { "exchange-timeout" }, "something on the way drops fragments" },
	{ "hard expiry triggered by port mismatch", { "peer-deleted" }, "the NAT between gave the peer another port" },
	{ "hash gene adjusted", { NULL }, INSIDE },
	{ "heartbeat timeout", { NULL }, NO_PROTOCOL },
	{ "ikev1 phase1-phase2 sa dependent offline", { "peer-deleted" },
	  "the peer ends its ESP SAs with their phase 1; ikod does not" },
	{ "ikev2 not support sm in ipsec proposal ikev2", { NULL }, IKEV2 },
	{ "initiator dh mismatch", { "phase1-dh-mismatch", "pfs-mismatch" }, NULL },
	{ "invalid cookie", { "exchange-timeout", "peer-notify" },
	  "counted as unknown_cookie: a message of an IKE SA that one side has lost" },
	{ "invalid length", { "malformed-message" }, NULL },
	{ "ip address syn failed", { NULL }, CLOUD },
	{ "ip assigned fail", { "pool-exhausted", "mode-config-failed" }, "the first of who gives the address, the second of who asked for it" },
	{ "ipsec tunnel number reaches limitation", { NULL }, LIMIT },
	{ "kick old sa with same flow", { "replaced" }, NULL },
	{ "license or specification limited", { NULL }, LIMIT },
	{ "local address mismatch", { "local-address-mismatch" }, NULL },
	{ "malformed message", { "malformed-message" }, NULL },
	{ "malformed payload", { "malformed-message" }, NULL },
	{ "manual offline", { "admin-down", "peer-deleted" }, NULL },
	{ "max transmit reached", { "no-response", "exchange-timeout" }, NULL },
	{ "nat detection fail", { "malformed-message" }, "a peer without NAT traversal is served without it" },
	{ "netmask mismatch", { "netmask-mismatch" }, NULL },
	{ "nhrp notify", { NULL }, NO_PROTOCOL },
	{ "no policy applied on interface", { "no-response", "peer-notify" }, "the peer has no policy where our messages arrive" },
	{ "peer address mismatch", { "peer-address-mismatch" }, NULL },
	{ "peer address switch", { "peer-deleted" }, "a connection has one remote address" },
	{ "peer cert is expired", { "certificate-expired" }, "the clocks of both sides count, too" },
	{ "peer cert is revoked by CRL", { "certificate-revoked", "crl-outdated" }, NULL },
	{ "peer request", { "peer-deleted" }, NULL },
	{ "phase1 hard expiry", { "hard-expiry" }, NULL },
	{ "phase1 proposal mismatch",
	  { "phase1-proposal-mismatch", "phase1-dh-mismatch", "authentication-method-mismatch", "xauth-mismatch",
	    "phase1-lifetime-mismatch" }, NULL },
	{ "phase1 sa replace", { "replaced" }, "renewed in time; no failure" },
	{ "phase2 hard expiry", { "hard-expiry" }, NULL },
	{ "phase2 proposal or pfs mismatch",
	  { "phase2-proposal-mismatch", "pfs-mismatch", "esn-mismatch", "phase2-lifetime-mismatch" }, NULL },
	{ "phase2 sa replace", { "replaced" }, "renewed in time; no failure" },
	{ "proposal mismatch or use sm in ikev2", { "phase1-proposal-mismatch" }, NULL },
	{ "re-auth timeout", { NULL }, IKEV2 },
	{ "receive backup delete info", { NULL }, INSIDE },
	{ "receive invalid spi notify", { "peer-notify" }, "the peer got ESP for an SA that it does not have" },
	{ "rekey fail", { "no-response", "exchange-timeout", "hard-expiry" }, "the pair's failure tells what went wrong" },
	{ "rekey no find old sa", { NULL }, IKEV2 },
	{ "reset sa by ike user", { "peer-deleted", "admin-down" }, NULL },
	{ "responder dh mismatch", { "phase1-dh-mismatch", "pfs-mismatch" }, NULL },
	{ "route limit", { NULL }, CLOUD },
	{ "sa with same user exists", { "replaced" }, "another tunnel with the same identity" },
	{ "short packet", { "malformed-message" }, NULL },
	{ "spi conflict", { "kernel-refused" }, NULL },
	{ "uncritical drop", { NULL }, INSIDE },
	{ "unknown exchange type", { "exchange-mode-mismatch", "malformed-message" }, NULL },
	{ "unsupported version", { "version-mismatch" }, NULL },
	{ "version mismatch", { "version-mismatch" }, NULL },
	{ "xauth authentication fail", { "xauth-failed", "xauth-mismatch" }, NULL },
	{ "xauth authentication timeout", { "xauth-timeout" }, NULL },
};

const struct wording *explain_nth(unsigned int n)
{
	return n < LEN(wordings) ? &wordings[n] : NULL;
}

const struct wording *explain_find(const char *words)
{
	for (size_t i = 0; i < LEN(wordings); i++)
		if (!strcasecmp(wordings[i].words, words))
			return &wordings[i];
	return NULL;
}

/* ---- as text ---- */

static void print_code(const struct page *p, const struct code *c, unsigned int indent)
{
	fprintf(p->out, "%*s", (int)indent, "");
	page_printf(p, INK_BOLD, "%s", c->code);
	page_printf(p, INK_NONE, ": %s", c->text);
	if (c->key != KEY_NONE)
		page_printf(p, INK_DIM, "; look at %s", key_names[c->key]);
	putc('\n', p->out);
}

static void print_wording(const struct page *p, const struct wording *w)
{
	page_text(p, INK_BOLD, w->words);
	putc('\n', p->out);
	for (unsigned int i = 0; i < EXPLAIN_CODES && w->codes[i]; i++)
		print_code(p, code_find(w->codes[i]), 2);
	if (!w->note)
		return;
	page_printf(p, INK_NONE, "  %s%s", w->codes[0] ? "" : "no code of ikod: ", w->note);
	putc('\n', p->out);
}

bool explain(const struct page *p, const char *what)
{
	const struct wording *w = explain_find(what);
	const struct code *c = code_find(what);
	bool found = false;

	if (c)
		print_code(p, c, 0);
	if (w)
		print_wording(p, w);
	if (c || w)
		return true;
	for (size_t i = FAIL_NONE + 1; i < LEN(codes); i++)
		if (strcasestr(codes[i].code, what)) {
			print_code(p, &codes[i], 0);
			found = true;
		}
	for (size_t i = 0; i < LEN(wordings); i++)
		if (strcasestr(wordings[i].words, what)) {
			print_wording(p, &wordings[i]);
			found = true;
		}
	return found;
}
