// SPDX-License-Identifier: GPL-2.0
#include "fuzz/creds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "fuzz/fuzz.h"

/*
 * Made once for these files, so that an input means the same in each run; they
 * open nothing else. RSA of 1024 bits, as it is quick: the connections that use
 * them have weak-crypto. The CA's key is an elliptic one for the same reason.
 */

static const char root[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBQTCB56ADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwIBcN\n"
	"MjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMA8xDTALBgNVBAMMBHJvb3Qw\n"
	"WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASIoNpYlt9YCboLuoOqVabLbQUtDATi\n"
	"k2rQUvzwRjDsjTPvbi6pzngfVv44Aayjv4b7DMY4w250xhfWUFSRXlCwozIwMDAP\n"
	"BgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBS2ReZDHd6X+AhOKgb4QIMPYR76ETAK\n"
	"BggqhkjOPQQDAgNJADBGAiEAmAodBcmnYFTJV+J7ARbAJshp9+lOceG97/OkcQiJ\n"
	"0NkCIQDBflUkzOm6WTGscwucsEDtQTgL3xe1c6dviUyt3jCeEg==\n"
	"-----END CERTIFICATE-----\n";

static const char root_key[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIFYph9dwfr8cPev2D+iL9qyb1T1wBdJ8btqG5rYMA1nioAoGCCqGSM49\n"
	"AwEHoUQDQgAEiKDaWJbfWAm6C7qDqlWmy20FLQwE4pNq0FL88EYw7I0z724uqc54\n"
	"H1b+OAGso7+G+wzGOMNudMYX1lBUkV5QsA==\n"
	"-----END EC PRIVATE KEY-----\n";

static const char *const certs[] = {
	"-----BEGIN CERTIFICATE-----\n"
	"MIIB1TCCAXygAwIBAgIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MCAX\n"
	"DTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjARMQ8wDQYDVQQDDAZ2aWN0\n"
	"aW0wgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBANWmpCLY5D2MMOhEC0sPkMWR\n"
	"2l1nUqNemGDzcwk2s5RV6ogUa43QUwwxSuJHdLCzdMWLTQSzLjfVBKjZLdNhILVa\n"
	"5XbAkiWWitG8t1ldSnQmJ0FQfNi9vIcRFT4o9JiFFRciGJ1XdN+z+u8kKWZeKQ4x\n"
	"DNyZPGV5yTHogM8VmoWHAgMBAAGjfjB8MC8GA1UdEQQoMCaHBMAAAgGCDnZpY3Rp\n"
	"bS5leGFtcGxlgQ52aWN0aW1AZXhhbXBsZTAJBgNVHRMEAjAAMB0GA1UdDgQWBBRf\n"
	"xnjzQQcOBpA6LnHIYFPdjawhnTAfBgNVHSMEGDAWgBS2ReZDHd6X+AhOKgb4QIMP\n"
	"YR76ETAKBggqhkjOPQQDAgNHADBEAiBheV9eXV1K0IP8OkDLe6F9SDkwBcn6WHtn\n"
	"fhmBzkzH2AIgbvNp/bdNVLEy2Wd6J2bEOPHgAfj4GASiBHtMPSUg2KI=\n"
	"-----END CERTIFICATE-----\n",
	"-----BEGIN CERTIFICATE-----\n"
	"MIIB0DCCAXagAwIBAgIBAzAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MCAX\n"
	"DTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARwZWVy\n"
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDLPtD+vvxly7IKPju90lMXgEcJ\n"
	"xBAFCwtwkZX0EGl4JQwqY2KDnmiIRgybWFkgjn1KOGAuHEm0zs03RhtG62LysmZ9\n"
	"dfoy9vwQmvSKrbajJitoXKzsNYRtLjcNn5YTWgsVU566ePPWLd6TNOfslQ2mnml8\n"
	"AP+YEzLz2xQIl4TUaQIDAQABo3oweDArBgNVHREEJDAihwTAAAICggxwZWVyLmV4\n"
	"YW1wbGWBDHBlZXJAZXhhbXBsZTAJBgNVHRMEAjAAMB0GA1UdDgQWBBT7EFmjJLUI\n"
	"/gLc1ObPKNtmBn9KljAfBgNVHSMEGDAWgBS2ReZDHd6X+AhOKgb4QIMPYR76ETAK\n"
	"BggqhkjOPQQDAgNIADBFAiEAmKt5vP8mWB6n4kwr4cWFpSeHBnoQlQWlhiKKHvUk\n"
	"CRwCIAcyrzL5KZTP7LU4Pt5Gv7fYuTBhlFfbp3HOUnAxl7y9\n"
	"-----END CERTIFICATE-----\n",
};

static const char *const keys[] = {
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANWmpCLY5D2MMOhE\n"
	"C0sPkMWR2l1nUqNemGDzcwk2s5RV6ogUa43QUwwxSuJHdLCzdMWLTQSzLjfVBKjZ\n"
	"LdNhILVa5XbAkiWWitG8t1ldSnQmJ0FQfNi9vIcRFT4o9JiFFRciGJ1XdN+z+u8k\n"
	"KWZeKQ4xDNyZPGV5yTHogM8VmoWHAgMBAAECgYAXEVr/eDOMgap2KYKepBuZeVn+\n"
	"Y72Ebh49uYteH03cYjpkXvAN68RLuLbBH731piqheZzjOQVwect6/5f3DrGdMKUU\n"
	"ASL73SPuQtNyCvlqxS6a6NmJSIuJ+G0ahZM225/uvwK+KdFY+yFHNZbzePm7aMQu\n"
	"sq6nr+uI6c9wPegewQJBAO2UEVpxIH5K456i8BsCCAkdDcNa+58LeKYjCn+ESWCK\n"
	"FA0gT1/jeS4PG05nbEi+dAMUhd0uXezio/Ic+UlSQa8CQQDmN50IrhSTHqrexxoo\n"
	"QPqQLs+SwpB9mDgYyCDAh7y70D6ZCln1RS3sJxNn11swlEQg9eXl+RrZVoiPMh+y\n"
	"zKepAkBSKbgKqD8NjkbEESOqo3w18qdU3X1R1rzF8C5sRUq/KWGf3IG27st042KV\n"
	"Le1kBwHGIu3cvXFcQFFkpSKNefYfAkAYgjkskGPOWch1GRs2x9wk92bPx/jb9hWa\n"
	"xct+07SLBhtz7X8wNmIyLuLI/ktN+6rZG3STLBbopma5X+ux/EmpAkEAr5fGEYQ6\n"
	"YsUChHlQemmFbav21/zkfaqmBqJFsxpxAZLxuqJ8YllEVfpz08gkVgBRiFjCPIN0\n"
	"EzlJ+Sbu5rXjaQ==\n"
	"-----END PRIVATE KEY-----\n",
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAMs+0P6+/GXLsgo+\n"
	"O73SUxeARwnEEAULC3CRlfQQaXglDCpjYoOeaIhGDJtYWSCOfUo4YC4cSbTOzTdG\n"
	"G0brYvKyZn11+jL2/BCa9IqttqMmK2hcrOw1hG0uNw2flhNaCxVTnrp489Yt3pM0\n"
	"5+yVDaaeaXwA/5gTMvPbFAiXhNRpAgMBAAECgYAOlDHvpAl8z9C0lWQ5qIWXUPdH\n"
	"hw3THsiySW8lM6wtFxM5Uym04T8ET2oGFp9GC5KHKWYUyKis1Iy540h/nNDbESAz\n"
	"X0qryz7VhA9h6loVo/Y1jHYat230u3PZH44uBD1ybmOf86TQdHZN/bltrKVpHemS\n"
	"x4/t5aGsaPb/Qp0OgQJBAOgxBwCuM7OnLiuwJfvuS9GiCXXQHIrxoAx/zRjuIWFR\n"
	"TNdjScqoU9S0HA2RywkHzz/AVaJZVBjTH9btW0cwM/ECQQDgFfWyOzhIlGTPK6vi\n"
	"McTy2Y6tl9wNpcw894iorMK8JRSR5x94uPYblrNFpVfx6AMUq9XER/nw7BsaBTp8\n"
	"ej/5AkBBB7IxY5jBYTpSLBSHWbdMcDh8EZxc4c10krqrl84rhmyiCoHZS4mnEgal\n"
	"WkbmMZS/Ayw4uxINndvWA0ZESuDRAkA8SMwbkeD3baydK3OHW7pPVwYSX3tc1JDY\n"
	"igNi1W9iLFuXUOVflernyygZgXziYHeLtRrCPlbYYLx9yJBOcpkJAkEAitJihfGn\n"
	"fPtvoLNRT47tzy3I5mWBrSQsSY5so22zTphtWaVWgn/6pkufOJZ61rIUHtroBN8C\n"
	"aL2DfgmruVpNSA==\n"
	"-----END PRIVATE KEY-----\n",
};

/* Of the first end: what is over, and what has not begun. */
static const char expired[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIB1TCCAXqgAwIBAgIBBDAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MB4X\n"
	"DTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGdmljdGlt\n"
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDVpqQi2OQ9jDDoRAtLD5DFkdpd\n"
	"Z1KjXphg83MJNrOUVeqIFGuN0FMMMUriR3Sws3TFi00Esy431QSo2S3TYSC1WuV2\n"
	"wJIllorRvLdZXUp0JidBUHzYvbyHERU+KPSYhRUXIhidV3Tfs/rvJClmXikOMQzc\n"
	"mTxleckx6IDPFZqFhwIDAQABo34wfDAvBgNVHREEKDAmhwTAAAIBgg52aWN0aW0u\n"
	"ZXhhbXBsZYEOdmljdGltQGV4YW1wbGUwCQYDVR0TBAIwADAdBgNVHQ4EFgQUX8Z4\n"
	"80EHDgaQOi5xyGBT3Y2sIZ0wHwYDVR0jBBgwFoAUtkXmQx3el/gITioG+ECDD2Ee\n"
	"+hEwCgYIKoZIzj0EAwIDSQAwRgIhAOU1vJz3rEmkNu7HJhq1CTxkAXvWlUJbtyCz\n"
	"KHLQho+QAiEAiaMFE9kVEP0HuDYhN7J6kd2ZmTZbVgGJiPuVEiujCj0=\n"
	"-----END CERTIFICATE-----\n";

static const char not_yet[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIB1zCCAX6gAwIBAgIBBTAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARyb290MCIY\n"
	"DzIxMTAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBExDzANBgNVBAMMBnZp\n"
	"Y3RpbTCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEA1aakItjkPYww6EQLSw+Q\n"
	"xZHaXWdSo16YYPNzCTazlFXqiBRrjdBTDDFK4kd0sLN0xYtNBLMuN9UEqNkt02Eg\n"
	"tVrldsCSJZaK0by3WV1KdCYnQVB82L28hxEVPij0mIUVFyIYnVd037P67yQpZl4p\n"
	"DjEM3Jk8ZXnJMeiAzxWahYcCAwEAAaN+MHwwLwYDVR0RBCgwJocEwAACAYIOdmlj\n"
	"dGltLmV4YW1wbGWBDnZpY3RpbUBleGFtcGxlMAkGA1UdEwQCMAAwHQYDVR0OBBYE\n"
	"FF/GePNBBw4GkDoucchgU92NrCGdMB8GA1UdIwQYMBaAFLZF5kMd3pf4CE4qBvhA\n"
	"gw9hHvoRMAoGCCqGSM49BAMCA0cAMEQCIH4pt1nhBLlAqzYi6WXKMV1bysoEiAyH\n"
	"Jqkmy2uX/ajRAiAaJVWRYnrGnyw88o0qGMNILSi6CK8sPaRleQvGCIlH4Q==\n"
	"-----END CERTIFICATE-----\n";

/* Without an entry. */
static const char crl[] =
	"-----BEGIN X509 CRL-----\n"
	"MIGVMD0wCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdBcNMjAwMTAxMDAwMDAw\n"
	"WhgPMjEyMDAxMDEwMDAwMDBaMAoGCCqGSM49BAMCA0gAMEUCIQCO5In7t8ZxEHUd\n"
	"8JBpE/wzHOBqjyGKKtIn0dRNVidMIQIgEc/D39jInmDxtzYivi42r42YB2sANQN6\n"
	"O2acHWdn7Ug=\n"
	"-----END X509 CRL-----\n";

static const char old_crl[] =
	"-----BEGIN X509 CRL-----\n"
	"MIGTMDswCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEcm9vdBcNMjAwMTAxMDAwMDAw\n"
	"WhcNMjEwMTAxMDAwMDAwWjAKBggqhkjOPQQDAgNIADBFAiEA0p93wUOJw00l1wkC\n"
	"A1Pkrv2dX1FpiYYkyLzNRvAbAjICIENvbtohBAGEH7Vb6zdmoBkH9ZVxK2iezhTQ\n"
	"Zr40RRqT\n"
	"-----END X509 CRL-----\n";

#define ENDS 2

static struct pki *pkis[ENDS][2];	/* the second is the large one */

static void load(struct pki *p, bool (*fn)(struct pki *p, const struct secret *pem, char why[PKI_WHY]), const char *text)
{
	struct secret pem = { 0 };
	char why[PKI_WHY];

	FUZZ_CHECK(secret_set(&pem, text, strlen(text)) && fn(p, &pem, why));
	secret_wipe(&pem);
}

struct pki *creds_pki(unsigned int end, bool large)
{
	struct pki *p = pkis[end][large];
	char text[4096];

	if (p)
		return p;
	p = pki_new();
	FUZZ_CHECK(p);
	snprintf(text, sizeof(text), "%s%s%s", certs[end], large ? root : "", large ? root : "");
	load(p, pki_load_certificate, text);
	load(p, pki_load_key, keys[end]);
	load(p, pki_load_ca, root);
	if (large)
		load(p, pki_load_crl, crl);
	pkis[end][large] = p;
	return p;
}

/* Parsing them again for each run would take most of its time; a configuration's end is not theirs. */
void __real_pki_free(struct pki *p);
void __wrap_pki_free(struct pki *p);

void __wrap_pki_free(struct pki *p)
{
	for (unsigned int i = 0; p && i < ENDS; i++)
		if (p == pkis[i][0] || p == pkis[i][1])
			return;
	__real_pki_free(p);
}

/* ---- signatures ---- */

#define KEPT 64

/** struct kept - one that was made: a scene's are always the same */
static struct kept {
	unsigned int end;
	size_t hash_len, len;
	uint8_t hash[HASH_MAX_LEN], sig[PKI_SIG_MAX];
} kept[KEPT];

static unsigned int next_kept;

bool creds_sign(unsigned int end, struct bytes hash, uint8_t sig[PKI_SIG_MAX], size_t *len)
{
	struct kept *k;

	for (unsigned int i = 0; i < KEPT; i++) {
		k = &kept[i];
		if (!k->len || k->end != end || k->hash_len != hash.len || memcmp(k->hash, hash.p, hash.len))
			continue;
		memcpy(sig, k->sig, k->len);
		*len = k->len;
		return true;
	}
	if (hash.len > HASH_MAX_LEN || !pki_sign(creds_pki(end, false), hash, sig, len))
		return false;
	k = &kept[next_kept++ % KEPT];
	k->end = end;
	k->hash_len = hash.len;
	k->len = *len;
	memcpy(k->hash, hash.p, hash.len);
	memcpy(k->sig, sig, *len);
	return true;
}

unsigned int creds_end(const struct pki *p)
{
	return p && (p == pkis[1][0] || p == pkis[1][1]);
}

/* ---- files ---- */

void creds_write(void (*to_file)(const char *name, const void *p, size_t len))
{
	const struct {
		const char *name, *text;
	} rows[] = {
		{ "ca.pem", root }, { "site.pem", certs[0] }, { "site.key", keys[0] }, { "other.key", keys[1] },
		{ "expired.pem", expired }, { "not-yet.pem", not_yet }, { "crl.pem", crl }, { "old-crl.pem", old_crl },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		to_file(rows[i].name, rows[i].text, strlen(rows[i].text));
}

/* ---- what a CA has ---- */

static BIO *reader(const char *text)
{
	BIO *b = BIO_new_mem_buf(text, -1);

	FUZZ_CHECK(b);
	return b;
}

EVP_PKEY *creds_ca_key(void)
{
	BIO *b = reader(root_key);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	FUZZ_CHECK(key);
	return key;
}

X509 *creds_ca(void)
{
	BIO *b = reader(root);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	FUZZ_CHECK(x);
	return x;
}

X509 *creds_cert(unsigned int end)
{
	BIO *b = reader(certs[end]);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);

	BIO_free(b);
	FUZZ_CHECK(x);
	return x;
}
