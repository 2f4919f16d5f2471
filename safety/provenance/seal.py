"""The seal: a signature over every byte of a finished file, in a ``free`` box at its end.

C2PA's own hashes leave some bytes out (``ftyp``, box labels, the signature's padding), so a file may be changed there
and still validate. The seal covers them. Players and C2PA validators pass ``free`` boxes over.
"""

import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from safety.provenance.certificates import SigningKeys

_MARK = b"kindling-seal-v1"
_NUMBER_BYTES = 32
_BOX_BYTES = 8 + len(_MARK) + 2 * _NUMBER_BYTES
_HEAD = _BOX_BYTES.to_bytes(4, "big") + b"free" + _MARK
_CHUNK_BYTES = 1 << 20
_ALGORITHM = ec.ECDSA(utils.Prehashed(hashes.SHA256()))


def add_seal(path: Path, keys: SigningKeys) -> None:
    """Append the seal to a file that will not change any more."""
    key = serialization.load_pem_private_key(keys.key.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the signing key must be an elliptic-curve key")
    numbers = utils.decode_dss_signature(key.sign(_digest(path, path.stat().st_size), _ALGORITHM))
    with path.open("ab") as file:
        file.write(_HEAD + b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in numbers))


def seal_holds(path: Path, keys: SigningKeys) -> bool:
    """Whether the file ends with a seal of these keys and nothing before it has changed."""
    size = path.stat().st_size - _BOX_BYTES
    if size <= 0:
        return False
    with path.open("rb") as file:
        file.seek(size)
        box = file.read()
    if not box.startswith(_HEAD):
        return False
    raw = box[len(_HEAD) :]
    signature = utils.encode_dss_signature(
        int.from_bytes(raw[:_NUMBER_BYTES], "big"), int.from_bytes(raw[_NUMBER_BYTES:], "big")
    )
    public = x509.load_pem_x509_certificate(keys.chain.encode()).public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return False
    try:
        public.verify(signature, _digest(path, size), _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def _digest(path: Path, size: int) -> bytes:
    """Return the sha256 of a file's first ``size`` bytes."""
    digest, left = hashlib.sha256(), size
    with path.open("rb") as file:
        while left > 0 and (chunk := file.read(min(_CHUNK_BYTES, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.digest()
