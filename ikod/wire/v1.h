/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_WIRE_V1_H
#define IKOD_WIRE_V1_H

#include "wire/addr.h"
#include "wire/buf.h"
#include "wire/cursor.h"
#include "wire/isakmp.h"

/* The IKEv1 codec: bytes to structs and back. Nothing here acts on a message. */

/** struct isakmp_hdr - the 28 bytes that IKEv1 and IKEv2 share, RFC 2408 3.1 */
struct isakmp_hdr {
	uint8_t cky_i[ISAKMP_COOKIE_LEN];
	uint8_t cky_r[ISAKMP_COOKIE_LEN];
	uint8_t next;
	uint8_t version;
	uint8_t exchange;
	uint8_t flags;
	uint32_t msgid;
	uint32_t length;
};

/** isakmp_hdr_parse - false (c->why set) unless 28 bytes are there and length equals the datagram's */
bool isakmp_hdr_parse(struct cursor *c, struct isakmp_hdr *h);
void isakmp_hdr_put(struct buf *b, const struct isakmp_hdr *h);	/* length is patched by v1_finish */

#define V1_PAYLOADS_MAX 40

/**
 * struct v1_payload - one payload, borrowed from the datagram
 * @type: enum isakmp_payload
 * @body: after the generic header
 * @len: of @body
 * @raw: from the generic header on
 * @raw_len: of @raw
 */
struct v1_payload {
	uint8_t type;
	const uint8_t *body;
	size_t len;
	const uint8_t *raw;
	size_t raw_len;
};

struct v1_chain {
	unsigned int n;
	struct v1_payload pl[V1_PAYLOADS_MAX];
	size_t consumed;	/* bytes of the chain; what follows is CBC padding */
	const char *why;	/* set if parsing failed */
};

/**
 * v1_chain_parse - split a payload chain
 * @first: type of the first payload, from the header
 * @p: @len bytes after the ISAKMP header (decrypted if it was encrypted)
 * @padded: any bytes may stand behind the last payload (decrypted message); otherwise only up to three that are zero
 *
 * Return: false with out->why set if a length lies, a type is unknown and not
 * in the private range, reserved bytes are not zero, or there are too many.
 */
bool v1_chain_parse(uint8_t first, const uint8_t *p, size_t len, bool padded, struct v1_chain *out);
/** v1_rounded_up - what is left is less than four bytes, all zero */
bool v1_rounded_up(const struct cursor *c);
/** v1_find - first payload of a type, NULL if none; @nth counts from 0 */
const struct v1_payload *v1_find(const struct v1_chain *ch, uint8_t type, unsigned int nth);
unsigned int v1_count(const struct v1_chain *ch, uint8_t type);

#define V1_PROPOSALS_MAX 16
#define V1_TRANSFORMS_MAX 64

enum v1_attr_bit {
	V1A_ENC = 1 << 0, V1A_HASH = 1 << 1, V1A_AUTH = 1 << 2, V1A_GROUP = 1 << 3,
	V1A_KEYLEN = 1 << 4, V1A_LIFE_S = 1 << 5, V1A_LIFE_KB = 1 << 6, V1A_ENCAP = 1 << 7,
	V1A_UNKNOWN = 1 << 8, V1A_ESN = 1 << 9,
};

/**
 * struct v1_transform - one transform with its attributes decoded, phase 1 or 2
 * @seen: enum v1_attr_bit of the attributes present (a repeated attribute is a parse error,
 *        except the life type/duration pairs, which may name each unit once)
 * @id: transform id (KEY_IKE in phase 1, the ESP cipher in phase 2)
 * @auth: authentication method in phase 1, integrity algorithm in phase 2
 * @raw: the whole transform payload; a responder returns it unchanged (RFC 2408 4.2)
 */
struct v1_transform {
	uint8_t number, id;
	unsigned int seen;
	uint16_t enc, hash, auth, group, keylen, encap, esn;
	uint64_t life_s, life_kb;
	const uint8_t *raw;
	size_t raw_len;
};

struct v1_proposal {
	uint8_t number, proto;
	uint8_t spi[16];
	uint8_t spi_len;
	unsigned int first, n;	/* transforms[first .. first+n) of the SA */
};

struct v1_sa {
	uint32_t doi, situation;
	unsigned int n_proposals, n_transforms;
	struct v1_proposal proposals[V1_PROPOSALS_MAX];
	struct v1_transform transforms[V1_TRANSFORMS_MAX];
	const char *why;
};

/** v1_sa_parse - decode an SA payload's body; @phase 1 or 2 picks the attribute numbering */
bool v1_sa_parse(const struct v1_payload *pl, int phase, struct v1_sa *out);

#define V1_ID_MAX 256
/** struct v1_id - identification payload, RFC 2407 4.6.2; @dn: dn_hash(), 0 if not known, of a distinguished name */
struct v1_id {
	uint8_t type, proto;
	uint16_t port;
	uint32_t dn;
	uint8_t data[V1_ID_MAX];
	size_t len;
};

bool v1_id_parse(const struct v1_payload *pl, struct v1_id *out, const char **why);
/** v1_id_to_subnet - address, subnet or power-of-two range to a subnet; false for other types */
bool v1_id_to_subnet(const struct v1_id *id, struct subnet *out);
/** v1_id_from_subnet - the form peers expect: address for a full-length prefix, else *_SUBNET */
void v1_id_from_subnet(const struct subnet *s, struct v1_id *out);
bool v1_id_eq(const struct v1_id *a, const struct v1_id *b);	/* type and data; FQDNs without case, DNs by RFC 5280 */
#define V1_ID_STRLEN 300
const char *v1_id_str(const struct v1_id *id, char out[V1_ID_STRLEN]);	/* printable, escaped */

struct v1_notify {
	uint32_t doi;
	uint8_t proto;
	uint16_t type;
	const uint8_t *spi, *data;
	size_t spi_len, data_len;
};

bool v1_notify_parse(const struct v1_payload *pl, struct v1_notify *out, const char **why);

struct v1_delete {
	uint32_t doi;
	uint8_t proto, spi_len;
	uint16_t n;
	const uint8_t *spis;	/* n * spi_len bytes */
};

bool v1_delete_parse(const struct v1_payload *pl, struct v1_delete *out, const char **why);

#define V1_ATTRS_MAX 64
/** struct v1_attr - one attribute; @data points into the payload, of a basic one at its two bytes of value */
struct v1_attr {
	uint16_t type;
	const uint8_t *data;
	size_t len;
};

/** struct v1_attrs - an attribute payload, draft-dukes-ike-mode-cfg-02 3.2; @type: enum v1_cfg_type */
struct v1_attrs {
	uint8_t type;
	uint16_t id;
	unsigned int n;
	struct v1_attr attrs[V1_ATTRS_MAX];
};

bool v1_attrs_parse(const struct v1_payload *pl, struct v1_attrs *out, const char **why);
/** v1_attr_find - the @nth of a type, from 0; NULL if there are not so many */
const struct v1_attr *v1_attr_find(const struct v1_attrs *a, uint16_t type, unsigned int nth);
/** v1_attr_u16 - the value of one that is a number, in either form; @otherwise if it is none */
uint16_t v1_attr_u16(const struct v1_attr *a, uint16_t otherwise);

/*
 * Writing. v1_begin writes the header, v1_pl_begin a generic header (linking
 * it from the one before), v1_pl_end patches its length, v1_finish the
 * message's. Chains without a header (to be hashed or encrypted) start from
 * struct v1_writer with hdr = false, that is from a zeroed one.
 *
 * v1_finish looks at nothing but the length, so an encrypted message is
 * v1_begin (with hdr.next the type of the first payload), buf_put of the
 * ciphertext to w->b, v1_finish. buf_free(&w->b) ends a writer's life.
 */
struct v1_writer {
	struct buf b;
	bool hdr;		/* the message starts with an ISAKMP header */
	size_t next_at;		/* offset of the next-payload byte to patch */
	size_t pl_at;		/* offset of the open payload */
};

void v1_begin(struct v1_writer *w, const struct isakmp_hdr *h);
/** v1_pl_begin - returns the offset in w->b of the body that follows, to be patched later (hashes) */
size_t v1_pl_begin(struct v1_writer *w, uint8_t type);
void v1_pl_end(struct v1_writer *w);
/** v1_put - a whole payload with body @p */
void v1_put(struct v1_writer *w, uint8_t type, const void *p, size_t n);
void v1_put_id(struct v1_writer *w, const struct v1_id *id);
void v1_put_notify(struct v1_writer *w, uint8_t proto, uint16_t type, const void *spi, size_t spi_len,
		   const void *data, size_t data_len);
void v1_put_delete(struct v1_writer *w, uint8_t proto, const void *spis, uint8_t spi_len, uint16_t n);
/** v1_attrs_begin - an attribute payload; v1_attr_put() and its like fill it, v1_pl_end() ends it */
void v1_attrs_begin(struct v1_writer *w, enum v1_cfg_type type, uint16_t id);
void v1_attr_put(struct v1_writer *w, uint16_t type, const void *p, size_t n);
void v1_attr_put_u16(struct v1_writer *w, uint16_t type, uint16_t v);
/** v1_finish - patch the length; false if memory ran out */
bool v1_finish(struct v1_writer *w);

/** struct v1_attrs_out - attributes of a transform to write; zero members are left out */
struct v1_transform_out {
	uint8_t number, id;
	uint16_t enc, hash, auth, group, keylen, encap, esn;
	uint64_t life_s, life_kb;
};
struct v1_proposal_out {
	uint8_t number, proto;
	uint8_t spi[16];
	uint8_t spi_len;
	const struct v1_transform_out *transforms;
	unsigned int n;
};
/** v1_put_sa - an SA payload, DOI IPSEC, SIT_IDENTITY_ONLY; values over 16 bits in variable form */
void v1_put_sa(struct v1_writer *w, int phase, const struct v1_proposal_out *props, unsigned int n);
/** v1_put_sa_chosen - the responder's answer: one proposal, the initiator's transform bytes unchanged */
void v1_put_sa_chosen(struct v1_writer *w, const struct v1_proposal *prop, const void *spi, uint8_t spi_len,
		      const struct v1_transform *t);

#endif
