"""Status pages: fetching them, the vendors that publish them, one module each, and one report a reading. An address
with its mirrors goes in, a `PageReport` in core's one vocabulary comes out, its health saying why when nothing
usable was read. What a page says of a component is not judged here, and no vendor's module knows another's.
"""
