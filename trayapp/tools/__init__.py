"""Pointing tools at the gateway and back. A tool, a port and a provider go in; the files that the tool reads are
changed between marks, after a copy was kept, all or none, and undone byte for byte where nobody else wrote
meanwhile. What became of each file comes out. It knows files and tokens, neither the running gateway nor the tool's
requests.
"""
