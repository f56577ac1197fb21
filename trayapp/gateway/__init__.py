"""The switch that tools speak to: an HTTP server on loopback that lets the user's tools in and nobody else, and sends
each request where core.switching says: on the cloud route byte for byte, on the local route with the target's model
and nobody's credentials. One `Try` for every request to a provider, and one `LocalAnswer` for every local answer,
come out of it; no content is kept or logged. aiohttp on both sides, imported with `server` when a tool or a target
is first configured; never httpx, and what a tool's dialect decides is asked of dialects.
"""
