"""What came in, and what it proves before anybody judges it: the observation types, the kind of address that was asked
(reach), what an HTTP answer counts as, the own connection, the odds of a run of failures, what own requests say of
one component, and how often a host may be asked. Tries, controls, reports and disturbances go in; outcomes, the
share of failures to expect here, and what own requests show come out. It gives nobody a light: it must not import light
but for its plain types, nor incident, notify or switching.
"""
