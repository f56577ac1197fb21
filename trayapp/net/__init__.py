"""What this machine says about going out: its proxies, whom its TLS trusts, and which kind of address a host has.
Addresses and the machine's own settings go in, plain values come out. It looks names up but sends no request and
knows no provider, so that watch and gateway go out the same way.
"""
