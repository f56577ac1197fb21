"""What happened: one incident a provider from the first trouble to the confirmed recovery, joined when several
providers fall together, with the provider's own words and the cause only as it is stated. Verdicts and what the
pages say of their incidents go in, incidents come out, and their records survive a restart. How long such outages
take, and whether more follow, is read off the page's own past incidents, whoever tells them, else off what is
published. It follows the lights and changes none; whether anybody is told is decided in notify.
"""
