# SPDX-License-Identifier: GPL-2.0
"""Keys of IKEv1 with a pre-shared key: RFC 2409 5, 5.5 and appendix B."""
import dataclasses
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

HASHES = {1: "md5", 2: "sha1", 4: "sha256", 5: "sha384", 6: "sha512"}


def arctan_inverse(x, one):
    total = term = one // x
    n, sign = 3, -1
    while term:
        term //= x * x
        total += sign * (term // n)
        n, sign = n + 2, -sign
    return total


def modp(bits, offset):
    """2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + offset): RFC 2412 E, RFC 3526."""
    guard = 64
    one = 1 << bits - 130 + guard
    pi = 4 * (4 * arctan_inverse(5, one) - arctan_inverse(239, one))	# Machin
    return (1 << bits) - (1 << bits - 64) - 1 + ((pi >> guard) + offset << 64)


MODP = {1: (768, 149686), 2: (1024, 129093), 5: (1536, 741804), 14: (2048, 124476), 15: (3072, 1690314),
        16: (4096, 240904), 17: (6144, 929484), 18: (8192, 4743158)}
ECP = {19: (ec.SECP256R1, 32), 20: (ec.SECP384R1, 48), 21: (ec.SECP521R1, 66)}	# RFC 5903


class Group:
    """One end of a Diffie-Hellman exchange."""

    def __init__(self, number):
        self.number = number
        if number in MODP:
            self.prime = modp(*MODP[number])
            self.len = MODP[number][0] // 8
            self.private = secrets.randbits(512) | 1 << 511
            self.public = pow(2, self.private, self.prime).to_bytes(self.len, "big")
        else:
            curve, self.len = ECP[number]
            self.private = ec.generate_private_key(curve())
            n = self.private.public_key().public_numbers()
            self.public = n.x.to_bytes(self.len, "big") + n.y.to_bytes(self.len, "big")

    def shared(self, public):
        """g^xy in the length of the group; of a curve, the x coordinate (RFC 5903 9)."""
        if self.number in MODP:
            return pow(int.from_bytes(public, "big"), self.private, self.prime).to_bytes(self.len, "big")
        x, y = (int.from_bytes(public[at:at + self.len], "big") for at in (0, self.len))
        peer = ec.EllipticCurvePublicNumbers(x, y, ECP[self.number][0]()).public_key()
        return self.private.exchange(ec.ECDH(), peer)


@dataclasses.dataclass
class Suite:
    """Numbers of RFC 2409 appendix A; keylen in bits, 0 for 3DES, which has none."""
    enc: int = 7
    keylen: int = 128
    hash: int = 4
    group: int = 19

    @property
    def key_bytes(self):
        return self.keylen // 8 or 24

    @property
    def block(self):
        return 8 if self.enc == 5 else 16

    def digest(self, *parts):
        return hashlib.new(HASHES[self.hash], b"".join(parts)).digest()

    def prf(self, key, *parts):
        return hmac.new(key, b"".join(parts), HASHES[self.hash]).digest()

    def cbc(self, key, iv, data, encrypt):
        alg = algorithms.TripleDES(key) if self.enc == 5 else algorithms.AES(key)
        c = Cipher(alg, modes.CBC(iv))
        c = c.encryptor() if encrypt else c.decryptor()
        return c.update(data) + c.finalize()


@dataclasses.dataclass
class Keys:
    """SKEYID and what comes of it."""
    skeyid: bytes
    d: bytes
    a: bytes
    e: bytes
    enc: bytes


def derive(s, psk, ni, nr, gxy, cky_i, cky_r):
    """RFC 2409 5; the cipher's key by appendix B."""
    skeyid = s.prf(psk, ni, nr)
    d = s.prf(skeyid, gxy, cky_i, cky_r, b"\0")
    a = s.prf(skeyid, d, gxy, cky_i, cky_r, b"\1")
    e = s.prf(skeyid, a, gxy, cky_i, cky_r, b"\2")
    enc = e
    if len(e) < s.key_bytes:
        enc = k = s.prf(e, b"\0")
        while len(enc) < s.key_bytes:
            k = s.prf(e, k)
            enc += k
    return Keys(skeyid, d, a, e, enc[:s.key_bytes])


def keymat(s, k, gqm, proto, spi, ni, nr, length):
    """RFC 2409 5.5; gqm is empty without PFS."""
    seed = (gqm, bytes([proto]), spi, ni, nr)
    out = block = s.prf(k.d, *seed)
    while len(out) < length:
        block = s.prf(k.d, block, *seed)
        out += block
    return out[:length]
