#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes v1_keys_computed.h and modp_computed.h: COMPUTED values, not published ones.

They come from Python's own hmac, hashlib and integers, so that they are
independent of the C code and of OpenSSL's DH: the key schedule is written down
again from RFC 2409, and the MODP primes from the formulas of RFC 2409 6 and
RFC 3526 with pi computed here.

Run in this directory:  ./gen_v1_keys.py            writes both files
                        ./gen_v1_keys.py --check    fails if they differ
"""
import hashlib
import hmac
import pathlib
import sys

HASHES = ["md5", "sha1", "sha256", "sha384", "sha512"]


def pattern(n, start):
    """n bytes that are easy to make again in C: start, start + 7, ... mod 256"""
    return bytes((start + 7 * i) & 0xFF for i in range(n))


PSK = pattern(20, 0x31)
NI = pattern(16, 0x01)
NR = pattern(32, 0x80)
GX = pattern(256, 0x11)
GY = pattern(256, 0x52)
GXY = pattern(256, 0x93)
GQM = pattern(128, 0xC4)
CKY_I = pattern(8, 0xA0)
CKY_R = pattern(8, 0xB1)
SAI_B = pattern(52, 0x05)
IDI_B = bytes([1, 17, 1, 0xF4, 10, 1, 0, 1])
IDR_B = bytes([1, 17, 1, 0xF4, 10, 2, 0, 1])
MSGID = 0x89ABCDEF
SPI = bytes([0xC1, 0x02, 0xE3, 0x04])
LAST = pattern(16, 0x77)


def prf(name, key, *parts):
    return hmac.new(key, b"".join(parts), name).digest()


def stretch(name, key, first, seed, n):
    """K1 = prf(key, first), Ki = prf(key, Ki-1 | seed), cut to n bytes"""
    block = prf(name, key, first)
    out = block
    while len(out) < n:
        block = prf(name, key, block, seed)
        out += block
    return out[:n]


def schedule(name):
    skeyid = prf(name, PSK, NI, NR)
    tail = GXY + CKY_I + CKY_R
    d = prf(name, skeyid, tail, b"\0")
    a = prf(name, skeyid, d, tail, b"\1")
    e = prf(name, skeyid, a, tail, b"\2")

    def enc(n):
        return e[:n] if len(e) >= n else stretch(name, e, b"\0", b"", n)

    seed = bytes([3]) + SPI + NI + NR
    return {
        "hash": name,
        "skeyid": skeyid, "skeyid_d": d, "skeyid_a": a, "skeyid_e": e,
        "enc16": enc(16), "enc24": enc(24), "enc32": enc(32),
        "hash_i": prf(name, skeyid, GX, GY, CKY_I, CKY_R, SAI_B, IDI_B),
        "hash_r": prf(name, skeyid, GY, GX, CKY_R, CKY_I, SAI_B, IDR_B),
        "iv1": hashlib.new(name, GX + GY).digest()[:16],
        "iv2_16": hashlib.new(name, LAST + MSGID.to_bytes(4, "big")).digest()[:16],
        "iv2_8": hashlib.new(name, LAST[:8] + MSGID.to_bytes(4, "big")).digest()[:8],
        "keymat96": stretch(name, d, seed, seed, 96),
        "keymat36_pfs": stretch(name, d, GQM + seed, GQM + seed, 36),
        "keymat200_pfs": stretch(name, d, GQM + seed, GQM + seed, 200),
    }


def pi_times_2_to(bits):
    """floor(2^bits * pi), by Machin's formula with guard bits"""
    guard = 64
    one = 1 << (bits + guard)

    def arctan_inverse(x):
        total = term = one // x
        n, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // n)
            n, sign = n + 2, -sign
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239)) >> guard


# group: bits, bits of pi, the addend (RFC 2409 6.1, 6.2; RFC 3526 2 to 7), bits of the private exponent
MODP = {
    1: (768, 638, 149686, 240),
    2: (1024, 894, 129093, 240),
    5: (1536, 1406, 741804, 240),
    14: (2048, 1918, 124476, 320),
    15: (3072, 2942, 1690314, 424),
    16: (4096, 3966, 240904, 480),
    17: (6144, 6014, 929484, 544),
    18: (8192, 8062, 4743158, 624),
}


def modp_prime(bits, pi_bits, addend):
    return 2**bits - 2 ** (bits - 64) - 1 + 2**64 * (pi_times_2_to(pi_bits) + addend)


def modp(group):
    bits, pi_bits, addend, exp_bits = MODP[group]
    p = modp_prime(bits, pi_bits, addend)
    # the formula with a slip in it would hardly give a safe prime
    assert pow(3, p - 1, p) == 1 and pow(3, (p - 3) // 2, (p - 1) // 2) == 1
    n = exp_bits // 8
    secret = []
    for start in (0x21, 0x9A):
        seed = bytearray(pattern(80, start)[:n])
        seed[0] |= 0x80
        secret.append(int.from_bytes(seed, "big"))
    pub = [pow(2, x, p).to_bytes(bits // 8, "big") for x in secret]
    shared = pow(2, secret[0] * secret[1], p).to_bytes(bits // 8, "big")
    sha = [hashlib.sha256(v).hexdigest() for v in (*pub, shared)]
    prime = hashlib.sha256(p.to_bytes(bits // 8, "big")).hexdigest()
    return f'\t{{ {group}, {exp_bits}, "{prime}",\n\t  "{sha[0]}",\n\t  "{sha[1]}",\n\t  "{sha[2]}" }},\n'


HEAD = """/* SPDX-License-Identifier: GPL-2.0 */
/* Written by gen_v1_keys.py. COMPUTED values, not published ones: see there. */
#ifndef TESTS_UNIT_VECTORS_{0}_H
#define TESTS_UNIT_VECTORS_{0}_H

"""


def keys_header():
    rows = [schedule(name) for name in HASHES]
    out = HEAD.format("V1_KEYS_COMPUTED") + "struct v1_keys_vector {\n"
    out += "".join(f"\tconst char *{field};\n" for field in rows[0]) + "};\n\n"
    out += "static const struct v1_keys_vector v1_keys_vectors[] = {\n"
    for row in rows:
        out += "\t{\n"
        for field, value in row.items():
            text = value if isinstance(value, str) else value.hex()
            out += f'\t\t.{field} = "{text}",\n'
        out += "\t},\n"
    return out + "};\n\n#endif\n"


def modp_header():
    out = HEAD.format("MODP_COMPUTED")
    out += "/* SHA-256 of the prime, of both public values and of the shared secret, each padded to the group */\n"
    out += "struct modp_vector {\n\tunsigned int group, exp_bits;\n"
    out += "\tconst char *prime, *pub_a, *pub_b, *shared;\n};\n\n"
    out += "static const struct modp_vector modp_vectors[] = {\n"
    return out + "".join(modp(group) for group in MODP) + "};\n\n#endif\n"


def main():
    bad = 0
    for name, text in (("v1_keys_computed.h", keys_header()), ("modp_computed.h", modp_header())):
        path = pathlib.Path(__file__).with_name(name)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="ascii")
        elif path.read_text(encoding="ascii") != text:
            print(f"{name} differs", file=sys.stderr)
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
