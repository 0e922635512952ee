from nacl import bindings

bindings.sodium_init()
key = bytes(range(32))
nonce = bytes(24)
box = bindings.crypto_secretbox(b"a message", nonce, key)
assert bindings.crypto_secretbox_open(box, nonce, key) == b"a message"
public, secret = bindings.crypto_sign_seed_keypair(key)
signed = bindings.crypto_sign(b"signed", secret)
assert bindings.crypto_sign_open(signed, public) == b"signed"
digest = bindings.crypto_hash_sha256(b"abc")
assert digest.hex().startswith("ba7816bf")
