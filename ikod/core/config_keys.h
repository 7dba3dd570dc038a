/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IKOD_CORE_CONFIG_KEYS_H
#define IKOD_CORE_CONFIG_KEYS_H

/* The keys of a [connection NAME] section: X(symbol, "key", "value expected") */
#define CONN_KEYS(X)									\
	X(LOCAL, "local", "an IPv4 or IPv6 address of this machine, or any")			\
	X(REMOTE, "remote", "the peer's IPv4 or IPv6 address, or any")				\
	X(LOCAL_ID, "local-id", "an IPv4 or IPv6 address, a domain name, user@domain, or a name such as C=DE, CN=gw") \
	X(REMOTE_ID, "remote-id", "an IPv4 or IPv6 address, a domain name, user@domain, or a name such as C=DE, CN=gw") \
	X(LOCAL_SUBNETS, "local-subnets", "networks such as 192.168.1.0/24, separated by commas") \
	X(REMOTE_SUBNETS, "remote-subnets", "networks such as 192.168.3.0/24, separated by commas") \
	X(PROFILE, "profile", "huawei-classic, huawei-enterprise, aws, azure or none") \
	X(MODE_CONFIG, "mode-config", "no, pull or push")				\
	X(POOL, "pool", "an IPv4 network such as 10.9.0.0/24")				\
	X(POOL_DNS, "pool-dns", "an IPv4 address")					\
	X(XAUTH, "xauth", "no, client or server")					\
	X(XAUTH_USER, "xauth-user", "the name of a user")				\
	X(XAUTH_PASSWORD_FILE, "xauth-password-file", "a file that holds the password")	\
	X(XAUTH_USERS_FILE, "xauth-users-file", "a file of lines NAME:HASH")		\
	X(IKE_VERSION, "ike-version", "1")						\
	X(MODE, "mode", "main, or aggressive-exposes-identity-and-psk if the peer has no main mode") \
	X(IKE, "ike", "proposals such as aes128-sha256-modp2048, separated by commas")	\
	X(ESP, "esp", "proposals such as aes128-sha256, separated by commas")		\
	X(PFS, "pfs", "a group such as modp2048, or none")				\
	X(IKE_LIFETIME, "ike-lifetime", "a time such as 24h (60s to 604800s)")		\
	X(ESP_LIFETIME, "esp-lifetime", "a time such as 1h (30s to 604800s)")		\
	X(ESP_LIFEBYTES, "esp-lifebytes", "a size such as 1800G, or 0 for no limit")	\
	X(LIFETIME_POLICY, "lifetime-policy", "claim, obey or strict")			\
	X(QUICK_MODES, "quick-modes", "a number from 1 to 16")				\
	X(INTERFACE, "interface", "the name of the tunnel interface, such as vpn0")	\
	X(ROUTES, "routes", "yes or no")						\
	X(START, "start", "auto, on-demand or passive")					\
	X(AUTH, "auth", "psk, rsa-sig, or both, the preferred one first")		\
	X(PSK_FILE, "psk-file", "a file that holds the pre-shared key")			\
	X(CERTIFICATE, "certificate", "a PEM file with the certificate of this machine, and what leads to its CA") \
	X(PRIVATE_KEY, "private-key", "a PEM file with the private key of the certificate, without a passphrase") \
	X(CA, "ca", "a PEM file with the CA certificates that vouch for the peer")	\
	X(CRL, "crl", "a PEM file with a CRL of each CA that issues certificates to peers") \
	X(DPD, "dpd", "on-demand, periodic or off")					\
	X(DPD_ACTION, "dpd-action", "clear, hold or restart")				\
	X(DPD_ORDER, "dpd-order", "auto, seq-hash-notify or seq-notify-hash")		\
	X(DPD_IDLE, "dpd-idle", "a time such as 30s")					\
	X(DPD_RETRANSMIT, "dpd-retransmit", "a time such as 15s")			\
	X(DPD_RETRIES, "dpd-retries", "a number from 1 to 20")				\
	X(ENCAPSULATION, "encapsulation", "auto or udp")				\
	X(IKE_FRAGMENTATION, "ike-fragmentation", "yes, no or force")			\
	X(NAT_KEEPALIVE, "nat-keepalive", "a time such as 20s, or off")			\
	X(REPLAY_WINDOW, "replay-window", "a number of packets from 64 to 8192")	\
	X(ESN, "esn", "yes, no or offer")						\
	X(SHA256_TRUNCATION, "sha256-truncation", "128 or 96")				\
	X(MSS_CLAMP, "mss-clamp", "yes or no")						\
	X(DF, "df", "copy, set or clear")						\
	X(FRAGMENT, "fragment", "before, after or never")				\
	X(DSCP, "dscp", "copy, a number from 0 to 63, or a name such as ef, af21 or cs6") \
	X(TTL, "ttl", "route, or a number from 1 to 255")				\
	X(ECN, "ecn", "yes or no")							\
	X(TFC, "tfc", "off, mtu, or a number of bytes from 64 to 65535")		\
	X(REKEY_MARGIN, "rekey-margin", "a percentage of the lifetime such as 10%")	\
	X(RETRANSMIT_TIMEOUT, "retransmit-timeout", "a time such as 2s")		\
	X(RETRANSMIT_TRIES, "retransmit-tries", "a number from 1 to 20")		\
	X(WEAK_CRYPTO, "weak-crypto", "yes or no")

enum conn_key {
	KEY_NONE,
#define X(sym, name, expect) KEY_##sym,
	CONN_KEYS(X)
#undef X
	KEY_N
};

const char *conn_key_name(enum conn_key k);

#endif
