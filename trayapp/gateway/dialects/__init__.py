"""How tools speak: one module a dialect, each with the names of `dialect.ToolDialect`: paths and their endpoints,
credential headers, the shape of refusals, the marks of a stream's events, the list of models. Bytes and refusals go
in, bytes and readings come out. A dialect is pure: it neither sends nor waits, knows neither aiohttp nor where a
request goes, and imports of the gateway only what a refusal is.
"""
