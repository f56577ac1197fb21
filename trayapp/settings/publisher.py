"""Who publishes updates of the catalogue: their address and the public key that they are signed with.

`packaging/catalogue.py key` makes the pair and puts the public half here. As long as one is missing, only the settings
can name both; a company may publish its own there.
"""

URL: str | None = None
"""Of the signed file; its signature is beside it, with `.minisig` behind the name. https only."""
PUBLIC_KEY: str | None = None
"""In minisign's own spelling."""
