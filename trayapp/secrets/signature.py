"""Whether a file was signed by the owner of a public key, in minisign's format.

py-minisign is by minisign's own author and loads 6 MB with `cryptography`; so it is loaded by the first file that is to
be verified, and by nothing else.
"""

from trayapp.errors import Problem


def verified_comment(raw: bytes, signature: bytes, public_key: str) -> str:
    """The trusted comment of a signature that fits file and key. Raises Problem `catalogue_unsigned` (reason)."""
    import minisign

    try:
        key = minisign.PublicKey.from_base64(public_key)
        read = minisign.Signature.from_bytes(signature)
        key.verify(raw, read)
    except (minisign.Error, ValueError) as error:
        raise Problem("catalogue_unsigned", reason=type(error).__name__) from error
    comment: str = read.trusted_comment
    return comment
