"""Who is asked when: the probes of the watched services as jobs, one schedule for each host, and one budget for all of
them. Outcomes, paces and the time go in; the next job and its moment come out. No waiting and no network here, so
that politeness can be tested as a table.
"""
