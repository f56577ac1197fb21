"""What it means: observations go in through the judge, one judgement of all watched services comes out.

One order of severity, a component, the page's opinion, a service, the judge over them. It holds the state that the
rules need and is asked with the time as argument; it tells nobody (notify), moves no request (switching), imports
neither, and says why in codes with parameters. These are its rules, numbered as everywhere else in the program, in
the order in which they outrank each other, with the file of `trayapp/` in which each stands.

Rule 1. Own network first, and a proven answer proves it (core/evidence/connection.py; asked by core/light/ruling.py
    before all else). Proven is what this machine itself says, or what comes over TLS that the public roots alone
    verify: it proves the connection whatever its status, and is its own control (core/light/judge.py). Otherwise good
    answers do, from their first byte, for their own kind of address only; loopback needs no proof. Offline: a report
    says so until a newer proof (for `_STUBBORN_STEPS` a provider's), or `OFFLINE_ADDRESSES` controls have failed since
    the latest; where requests get lost, so many in a row that it is no coincidence (core/evidence/coincidence.py).
    Captive: a control came back altered over plain HTTP, and since then neither a provider was heard nor another such
    control came back as it is. TLS, names or pages of somebody else are the network's where they are seen at as many
    addresses, a control among them or for `CONTROLS_TAKE_S`; all hosts of a provider are one. `DEAD_CONTROL_FAILURES`
    silence a control that fails while others answer, or all of them together; before the network is blamed for two
    that fail, the others and another watched host are asked (watch/watcher.py). Then grey, `own_network`, as where a
    proxy wants a login; the icon keeps the last known light for `KEPT_S` (core/light/shown.py). Somebody else in one
    provider's place, be it by a page, a certificate, a name that leads nowhere out there or a proxy that forbids it,
    while anybody answers: grey, `blocked`, for as long as it comes; it explains what failed before it, but for a red
    and, seen once, `CASE_TRIES` failures that are no lookups, and ends by an answer that is good or proven, or by
    `GONE_TRIES` failures in a row; until it answers well nothing else makes it green (core/evidence/stranger.py). A
    name that is gone while its page cannot be read, either, may be its own: grey, `no_evidence` (core/light/ruling.py).
    What began before a resume or a change of networks is dropped, and failures within `GRACE_S` after it
    (core/light/judge.py).

Rule 2. A strike weighs what the rest of the network allows (core/evidence/odds.py, core/evidence/own_evidence.py).
    Wald's sequential test over the present run of failures: each that is proven, or that the control beside it or
    somebody's answer within `VOUCHING_WINDOW_S` vouches for, adds ln(`FAILS_WHEN_DOWN` / q). q is the larger share of
    failures of the same `Kind` (lookup, silence, answer) at all other addresses in `LONG_WINDOW_S` and
    `SHORT_WINDOW_S`, with a prior of `PRIOR_TRIES`; `ENOUGH_CONTROLS` controls give it alone; never below what this
    network has shown in `KEPT_DAYS` once `KNOWN_TRIES` tell (core/evidence/known_networks.py), nor below `FLOOR`, which
    is that of proven errors (core/evidence/failure_share.py). Yellow, `checking`, from `CHECKING_STRENGTH` until it
    answers, or from the first that puts everybody off for longer than `FIRST_MINUTE_S`; red, `down`, from
    `DOWN_STRENGTH`, `DOWN_TRIES` and `DOWN_SPAN_S`, while the connection is proven or the latest control answers (for a
    host of the own network that has answered there, its router: watch/watcher.py), but not for `LOADING_S` while a
    server of one's own says that it is still loading. In part: a cumulative sum of `FAILS_IN_PART` against q up to
    `CAP_STRENGTH`; yellow, `degraded`, from `ON_STRENGTH` to below `OFF_STRENGTH`, once something has answered in
    between (core/evidence/in_part.py), without lookups to which the resolver says nothing; red then, as after a
    stranger, takes `WARY_TRIES`, and its end `WARY_BACK_SPAN_S` (core/evidence/red.py). Traffic counts a request once,
    `TRAFFIC_SPACING_S` apart (core/evidence/strikes.py). `DOUBT_TRIES` in a row of which nothing vouches for any are
    yellow, `checking`, and after `DOUBTED_S` grey, `no_evidence` (core/evidence/doubt.py). Retries come after
    `RETRIES_S`, then every `TROUBLE_INTERVAL_S`; while it is red, or has failed in part for `IN_PART_PATIENCE_S`, every
    `RED_INTERVAL_S` (core/evidence/pace.py).

Rule 3. What an answer counts as (core/evidence/answers.py; badges in core/light/badges.py).
    Never a strike: a bot challenge (good, at depth edge), a refusal in the provider's own shape (good, at depth api,
    with badge `key`, `quota` or `model` where it was the user's key, `forbidden` where it may be the address as well),
    a page of its front's with a 4xx (good, at depth edge), an answer that the catalogue calls up; by its status alone
    no page for people is up at depth api. A refusal of the address is good at depth edge, with badge `region`. A
    rate-limit 429 is neutral, with badge `rate_limit`, but where there is too little for everybody
    (core/evidence/error_words.py) it is refused, and nobody's limit; so is an error of somebody behind a router, a word
    about an account to whoever has none, and, where no shape of an answer is known, a 200 with nothing but words of
    what is wrong, or to whoever should have been asked for a key. A strike: no connection, TLS, time-out, 5xx, 408,
    `cf_bad_gateway`, a body that is no API's or holds no answer to what was asked (core/evidence/answer_shapes.py).
    What is neither proven nor marked as the provider's (its JSON, its edge's `cf-ray`) is foreign, and for what the
    catalogue knows by its status alone so is a page for people; 407 is the proxy's. A badge is a credential's, shown
    beside the light and never as one, until that very one is accepted, or for `ACCOUNT_LIFE_S`; for `RATE_LIMIT_LIFE_S`
    where others are accepted; what own completions are told until the next one, or for `COMPLETION_LIFE_S`.
    `MAX_RETRY_AFTER_S` bounds a Retry-After; the 503 still counts. Refused what was accepted
    (core/evidence/refusals.py): `REFUSALS` refusals, `SPACING_S` apart, of a credential, path and model that were
    accepted within `HISTORY_S`, without a credential over `KEYLESS_SPAN_S`: neither good nor a strike, yellow,
    `degraded`; red once `WITNESSES` credentials agree, or the page calls it partly out or worse since a time after it
    was accepted, and `PAGE_LAGS_S` after it was refused at the latest (core/light/claim.py). A model that only
    completions of our own miss is no outage unless somebody else is refused, too. Another credential that is accepted
    for the same meanwhile makes it that one's own trouble. What one alone is refused for longer than `HISTORY_S` has
    changed for good. "It is not you" is a claim (core/light/claim.py): an error of the provider's own over proven TLS
    shows it, or its fresh page naming the component; of an edge's error, of silence or of a refusal only that is said.
    Where `SILENT_PROVIDERS` providers fall silent or lose their names within `SILENT_WITHIN_S`, their pages calm, or
    out of reach since they were (core/light/silence.py): yellow, `checking`, and after `KEPT_OUT_AFTER_S` grey,
    `blocked`, and so whoever falls silent beside them without a page that speaks; once one of them answers again, what
    had failed until then is no strike.

Rule 4. The page speaks by component, not by headline (core/light/page_opinion.py, core/light/page_colours.py).
    The component's own state: major red, partial and degraded yellow, operational and maintenance green, an unknown one
    grey. An open incident touches what its impact records name, else what its updates and its list do; what an update
    calls operational again is let go (core/light/incident_reach.py). Times are told by the page's own clock
    (watch/pages/server_clock.py). It makes red only where it is critical and the component is not operational, unless
    another that it touches is the one that is out, or a feed has no states. Where the component reads operational it is
    yellow for `STATES_LAG_S` after its publication or last worsening, unless `CONTRADICTING_ANSWERS` newer real answers
    (core/light/ruling.py) are good; `recovering` while it is monitored, for `MONITORED_S` at most. Of no impact, silent
    for `FORGOTTEN_S`, or naming no component: listed only. Trouble unchanged for `STALE_S` is listed while depth api
    answers, else grey. Own failures during maintenance: yellow, `maintenance`, until `OVERDUE_S` after its end, unless
    the page itself is red. A reading speaks for `PAGE_FRESH_S` or `LATE_FACTOR` intervals, through `TRANSIENT_FAILURES`
    failed ones (core/light/page_readings.py); after that it is unknown, never green and never red. In a feed an open
    incident of unknown stage or gravity makes what it may touch grey, and so does a record that cannot be read;
    elsewhere that is unknown alone. Of several ids of a component those that are found count. An incident that is about
    model families alone (core/evidence/named_families.py: what is not understood is about everybody) which are not used
    here is listed, and with it a degraded or partial state that nothing else explains, which needs no recovery; used
    here are those asked for within `USED_S`, known from `KNOWN_ANSWERS` answers over `KNOWN_S` on, as long as no model
    of none of them is (core/evidence/families.py).
    What the user has set aside keeps its light, is left out of the overall one, and comes back by itself
    (core/mine/set_aside.py); that it fails for them stands among the reasons for `SAID_LIFE_S` and colours nothing
    (core/mine/reported.py).

Rule 5. Own eyes outrank the page (core/light/ruling.py, core/light/page_memory.py).
    Strikes alone make red, whatever the page says. When the page is red and `CONTRADICTING_ANSWERS` real answers newer
    than its red say otherwise, with nothing failing: yellow, `reported_only`. The page's last trouble stands for
    `PAGE_HELD_S` after the page itself can no longer be read, but through no gap; after a red then real answers make
    green, `QUIET_S` of good ones of depth api yellow, `reported_only`, all else grey. For `STARTING_S` after a start or
    a gap a calm page calls nothing well that own eyes are only about to look at.

Rule 6. Reachable is not answering (core/light/ruling.py, core/light/component.py, core/evidence/own_evidence.py).
    A good answer clears failures of its own depth or less. Green carries its confidence: `answering` (a real answer
    within `ANSWERING_S`), `reported` (the page is readable, fresh and calm), `reachable` (depth api or more, not older
    than `GAP_S` or `LATE_FACTOR` intervals). Edge alone is never green. What no probe or traffic of depth api speaks
    for is named as unseen. What a probe is told of which nothing shows what that means, `unverified`, counts for no
    rule (core/evidence/unverified.py); it is asked every `UNVERIFIED_INTERVAL_S`. Only where it was answered here
    before as the catalogue says, `DOWN_TRIES` vouched failures, refusals or strangers in a row, over
    `UNVERIFIED_SPAN_S`, are yellow, `checking`: for `UNVERIFIED_S` at most, and not where depth api has answered since.

Rule 7. Slow is yellow, `slow` (core/light/slowness.py).
    `SLOW_IN_A_ROW` first tokens of a model at a host over `SLOW_FACTOR` times its own baseline and over
    `SLOW_AT_LEAST_S`, while no other host is slow. The baseline is that of the hour of the week in UTC, from
    `BASELINE_SAMPLES` or more of `WEEKS_AT_LEAST` to `WEEKS_BACK` weeks before (core/light/rhythm.py), else the median
    of `BASELINE_SAMPLES` or more in `BASELINE_S`; what nobody has seen for `SLOW_LIFE_S` is not said any more.
    `MODELS_KEPT` are known at once.

Rule 8. Back is not yet well (core/evidence/red.py, core/evidence/own_evidence.py, core/light/ruling.py).
    Two good answers of the red's depth, asked `BACK_SPAN_S` apart, end a red of own eyes; then yellow, `recovering`,
    until `QUIET_S` without a failure and the page not unsettled. A page's trouble that has ended is `recovering` for
    `QUIET_S`. Either ends with something heard as of late: an answer within `LATE_FACTOR` of its intervals, a reading
    since the start, and since the connection was last away. A red that only traffic saw is held no longer than
    `UNSEEN_RED_S` while depth api answers. A relapse is judged by rule 2 and stays in its incident
    (core/incident/store.py). After `GAP_S` without evidence all starts afresh, and the end of an incident is the
    page's, or lies between two times; but what was down and is asked all the time, and says nothing of how it is, no
    calm page makes green.

Rule 9. Flapping is said once (core/evidence/flapping.py).
    Nagios's weighted ring of `RING_SIZE` good or failing values, one for each `SLOT_S`: on at `ON_PERCENT`, off at
    `OFF_PERCENT`. Neutral answers are skipped, as are answers shallower than what failed last, for `DEEPER_S`, failures
    that nobody vouches for and those on a network that fails more often than `FLAPPING_MAX_Q`
    (core/evidence/own_evidence.py). Of what no probe of depth api speaks for, the readings of its page are the values
    (core/light/page_memory.py). While it is on: yellow at least, `flapping` where nothing worse is known
    (core/light/ruling.py).

Rule 10. From parts to the whole (core/light/service.py, core/light/watched_service.py).
    A service is its worst main component in the order red, yellow, grey, green; one that nobody can tell counts only
    where no other main one can be told. Minor ones colour it yellow at most, and are only listed while fewer than
    `LISTED_ONLY_SHARE` of them are in trouble; so are the parts of a page that is read as a whole
    (core/light/page_opinion.py). Parts that rest on the same page component or the same request count once.
    `RED_SHARE` of the main components, at least `RED_AT_LEAST`, partly out or worse by the page: red. The overall
    light is the worst service's in the same order (core/light/severity.py), so grey never hides red; the last known
    light is kept beside a grey one. `SHARED_PROVIDERS` providers that fall within `SHARED_WITHIN_S` by the times of
    the evidence, `SHARED_PROVEN` of them by proven errors or their pages, are one incident, `shared`
    (core/incident/store.py).
"""
