"""How tools speak: one module a dialect, each with the names of `dialect.ToolDialect`: paths and their endpoints,
credential headers, the shape of refusals, what a stream's events say, the list of models; or of `dialect.Shape` alone,
where a dialect is only known and refused. Bytes and refusals go in, bytes and readings come out. A dialect is pure: it
neither sends nor waits, knows neither aiohttp nor where a request goes, and imports of the gateway only what a refusal
is.
"""
