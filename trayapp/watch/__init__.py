"""The senses: own requests to providers, their status pages, and the own connection. Catalogue, settings, a clock and
what the judge wants to know go in; observations come out, in the order in which they were made. It obeys politeness
whoever asks, bounds every answer in time and size, and forms no opinion: what an answer proves is core's to say. The
only room that uses httpx.
"""
