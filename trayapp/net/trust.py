"""Whom this machine's TLS trusts."""

import platform
import ssl

import truststore


def system_trust() -> ssl.SSLContext:
    """A context that trusts what the operating system trusts. Takes some 20 ms."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if platform.system() == "Linux":
        # There truststore reads all certificates again for every connection; the context inside has them already.
        return context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost").context
    return context
