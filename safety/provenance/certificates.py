"""A certificate chain made on this machine, once: a root of its own and a leaf that may sign C2PA claims.

A public trust list does not know the root, so a validator elsewhere reports a whole manifest of an unknown signer. An
operator who has a listed certificate puts it in place of ``c2pa.pem`` and ``c2pa.key``.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.clock import Clock
from core.errors import Unavailable

_ROOT_DAYS = 3650
_LEAF_DAYS = 1825


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The chain (leaf first) and the leaf's private key, both PEM; ``root`` is the chain's last certificate."""

    chain: str
    key: str
    root: str


def signing_keys(folder: Path, clock: Clock) -> SigningKeys:
    """Return the signing keys in ``folder``, making them if there are none. Raises ``Unavailable``."""
    chain, key, root = folder / "c2pa.pem", folder / "c2pa.key", folder / "c2pa-root.pem"
    try:
        if not (chain.exists() and key.exists() and root.exists()):
            folder.mkdir(parents=True, exist_ok=True)
            _make(chain, key, root, clock.now())
        return SigningKeys(chain.read_text(), key.read_text(), root.read_text())
    except OSError as error:
        raise Unavailable(
            code="keys_folder", detail=f"The signing keys cannot be read or made: {error.strerror}.",
            expected=f"Make {folder} a folder that this user may read and write.",
        ) from error  # fmt: skip


def _make(chain: Path, key: Path, root: Path, now: datetime) -> None:
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_certificate = _root(root_key, now)
    leaf = _leaf(leaf_key, root_key, root_certificate, now)
    private = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = [item.public_bytes(serialization.Encoding.PEM) for item in (leaf, root_certificate)]
    # The key comes last and appears whole: two processes that start together end with one matching set or start anew.
    _write(root, pem[1], 0o644)
    _write(chain, b"".join(pem), 0o644)
    _write(key, private, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    partial = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    partial.touch(mode=mode)
    partial.write_bytes(content)
    partial.replace(path)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kindling"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(*, signs_claims: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_claims, key_cert_sign=not signs_claims, crl_sign=not signs_claims,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name("Kindling local root")
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(signs_claims=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey, root_key: ec.EllipticCurvePrivateKey, root: x509.Certificate, now: datetime
) -> x509.Certificate:
    """The C2PA profile: digitalSignature alone, an extended use for e-mail protection, key identifiers, no CA."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name("Kindling film signer"))
        .issuer_name(root.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_LEAF_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_claims=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
