"""Scenes in which the provider is the trouble. See `playbook` for the language."""

from tests.unit.core.playbook import Row

# 22:00 is zero. The page speaks late, the website returns an hour and a half before the API.
THE_NIGHT = [
    Row(0, "api 401", "chat grey starting, api green ok, beta grey starting",
        "the API answers; the page is not read yet"),
    Row(1, "site challenge", "chat grey starting, api green ok, beta grey starting",
        "a challenge proves only the edge"),
    Row(2, "beta 200", "chat grey starting, api green ok, beta green ok", "another provider answers"),
    Row(3, "page ok", "chat green ok, api green ok, beta green ok", "the page vouches for what cannot be seen"),
    Row(60, "api 401; site challenge; beta 200", "chat green ok, api green ok, beta green ok", "a quiet minute",
        every=60, until=180),
    Row(200, "page ok", "chat green ok, api green ok, beta green ok", "nothing on the page"),
    Row(240, "api 502", "chat green ok, api green ok, beta green ok", "22:04: one failure may be anything"),
    Row(241, "site 502", "chat green ok, api green ok, beta green ok",
        "the site's edge fails as well: one failure there"),
    Row(242, "beta 200", "chat green ok, api green ok, beta green ok", "asked after the failures: the network is fine"),
    Row(245, "api 502 +", "chat green ok, api yellow checking, beta green ok", "second failure, the control answers"),
    Row(246, "site 502 +", "chat yellow checking, api yellow checking, beta green ok", "the same for the site"),
    Row(260, "api 500 +", "chat yellow checking, api red down, beta green ok", "third: odds above ten million to one"),
    Row(261, "site 502 +", "chat red down, api red down, beta green ok", "and the site, which joins the incident"),
    Row(290, "api 500 +; site 502 +", "chat red down, api red down, beta green ok", "two a minute while it is red",
        every=30, until=560),
    Row(302, "beta 200; page ok", "chat red down, api red down, beta green ok",
        "the page is silent: own eyes outrank it",
        every=120, until=560),
    Row(570, "page incident:investigating:major:chat,completions:500",
        "chat red down, api red down, beta green ok", "the provider confirms; a yellow page does not soften own red"),
    Row(580, "api timeout +; site 502 +; beta 200", "chat red down, api red down, beta green ok", "still down",
        every=30, until=5400),
    Row(690, "page major:chat,login,completions incident:identified:major:chat,completions:500",
        "chat red down, api red down, beta green ok", "the page says major outage", every=120, until=5370),
    Row(5430, "site challenge", "chat red down, api red down, beta green ok", "23:30: one good answer is not yet back"),
    Row(5460, "site challenge", "chat red down, api red down, beta green ok", "30 s later: not a minute apart"),
    Row(5490, "site challenge", "chat red down, api red down, beta green ok",
        "a minute apart: own eyes see it back, but the page still says major outage, and page red ends by the page"),
    Row(5520, "page major:completions incident:identified:major:completions:500",
        "chat yellow recovering, api red down, beta green ok", "23:32: the page lets the website go: partly back"),
    Row(5530, "api 500 +; site challenge; beta 200", "chat yellow recovering, api red down, beta green ok",
        "the website is watched, the API fails on", every=60, until=6030),
    Row(5640, "page major:completions incident:identified:major:completions:500",
        "chat yellow recovering, api red down, beta green ok", "the page repeats itself", every=120, until=6000),
    Row(6120, "page major:completions incident:identified:major:completions:500",
        "chat green ok, api red down, beta green ok", "ten quiet minutes: the website is well"),
    Row(6150, "api 500 +; site challenge; beta 200", "chat green ok, api red down, beta green ok", "the API fails on",
        every=60, until=12150),
    Row(6240, "page major:completions incident:identified:major:completions:500",
        "chat green ok, api red down, beta green ok", "the page knows", every=120, until=12120),
    Row(12180, "api 401", "chat green ok, api red down, beta green ok", "01:23: the first good answer"),
    Row(12210, "page incident:monitoring:major:completions:500", "chat green ok, api red down, beta green ok",
        "the page is monitoring; own eyes want a second answer"),
    Row(12240, "api 401", "chat green ok, api yellow recovering, beta green ok", "a minute apart: back, not yet well"),
    Row(12300, "api 401; site challenge; beta 200", "chat green ok, api yellow recovering, beta green ok",
        "still watching",
        every=60, until=12780),
    Row(12790, "page incident:monitoring:major:completions:500", "chat green ok, api yellow recovering, beta green ok",
        "own ten minutes are over, the page still monitors"),
    Row(12800, "page incident:resolved:major:completions:500", "chat green ok, api yellow recovering, beta green ok",
        "resolved: ten more minutes"),
    Row(12860, "api 401; site challenge; beta 200; page incident:resolved:major:completions:500",
        "chat green ok, api yellow recovering, beta green ok", "still watching", every=60, until=13340),
    Row(13400, "api 401", "chat green ok, api green ok, beta green ok", "all clear"),
]  # fmt: skip

# Nothing that we can see fails; the page speaks of file uploads, then of the login.
PAGE_ONLY = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(5, "site challenge", "chat green ok, api green ok", "all is well"),
    Row(120, "page degraded:uploads", "chat yellow degraded, api green ok", "a minor part with trouble: yellow"),
    Row(240, "page major:uploads", "chat yellow degraded, api green ok", "a minor part is down: yellow at most"),
    Row(360, "page major:uploads,history", "chat yellow degraded, api green ok",
        "so are two of them"),
    Row(420, "page partial:chat,login", "chat red down, api green ok",
        "half of the main parts are partly out: it is the service"),
    Row(480, "page major:login incident:investigating:major:login", "chat red down, api green ok",
        "a main part is down, and nobody from outside can see a login"),
    Row(500, "site challenge; api 401", "chat red down, api green ok", "the edge proves nothing about the login"),
    Row(600, "page partial:login incident:identified:major:login", "chat yellow degraded, api green ok",
        "partial: yellow"),
    Row(720, "page incident:monitoring:major:login", "chat yellow recovering, api green ok", "a fix is being watched"),
    Row(730, "site challenge; api 401", "chat yellow recovering, api green ok", "still monitoring"),
    Row(840, "page incident:resolved:major:login", "chat yellow recovering, api green ok",
        "resolved: ten minutes more"),
    Row(960, "page incident:resolved:major:login; site challenge", "chat yellow recovering, api green ok",
        "five of them",
        every=120, until=1320),
    Row(1441, "page incident:resolved:major:login; site challenge; api 401", "chat green ok, api green ok",
        "well again"),
]  # fmt: skip

# The page says red, and three real answers say otherwise.
REPORTED_ONLY = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(60, "real ok", "api green ok", "a real answer"),
    Row(120, "page major:completions", "api red down", "the page says red; the answer before it does not count"),
    Row(180, "real ok", "api red down", "one"),
    Row(190, "api 401", "api red down", "a list of models is no real answer"),
    Row(240, "page major:completions; real ok", "api red down", "two"),
    Row(300, "use ok r1", "api yellow reported_only", "three real answers newer than the page's red"),
    Row(310, "page major:completions", "api yellow reported_only", "the page repeats itself"),
    Row(320, "real 500", "api red down", "a failure: they do not all say otherwise any more"),
    Row(380, "page ok", "api yellow recovering", "the page's red ends with the page"),
]  # fmt: skip

# Rate limits hit in the middle of an outage: they say nothing either way.
RATE_LIMITS_AMID_503 = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(50, "beta 200", "api green ok", "another provider answers"),
    Row(60, "api 503", "api green ok", "first failure"),
    Row(65, "api 429 +", "api green ok", "neither counts nor resets"),
    Row(80, "api 503 +", "api yellow checking", "second failure of the same run"),
    Row(95, "api 429 +", "api yellow checking", "neither counts nor resets"),
    Row(110, "api 503 +", "api red down", "third failure: eight controls have answered by now"),
    Row(140, "api 429", "api red down", "a 429 is no good answer either"),
    Row(170, "api 401", "api red down", "one good answer"),
    Row(200, "api 429", "api red down", "does not count as the second"),
    Row(230, "api 401", "api yellow recovering", "the second, a minute apart"),
]  # fmt: skip

# Whatever the status page does, the API is seen by our own requests.
PAGE_DEAD = [
    Row(0, "api 401; page html", "chat grey starting, api green ok", "the page is unreadable: unknown, not red"),
    Row(1, "site ok", "chat grey no_evidence, api green ok", "the edge alone never makes green"),
    Row(60, "page ok", "chat green ok, api green ok", "now it can be read"),
    Row(180, "page html; api 401", "chat green ok, api green ok", "one failed reading after a good one may be chance"),
    Row(300, "page html; api 401", "chat grey no_evidence, api green ok", "two are not: the page is unknown"),
    Row(360, "page ok", "chat green ok, api green ok", "readable again"),
    Row(480, "page wrong_page; api 401", "chat grey no_evidence, api green ok", "another page's answer counts at once"),
    Row(600, "page unknown:chat,login; api 401", "chat grey no_evidence, api green ok", "states nobody knows"),
    Row(660, "page unknown:chat; api 401", "chat green ok, api green ok", "it hides not what can be told"),
    Row(720, "page moved; api 401", "chat grey no_evidence, api green ok", "moved: unknown"),
    Row(840, "page empty; api 401", "chat grey no_evidence, api green ok", "empty: unknown, not recovered"),
    Row(960, "page stale; api 401", "chat grey no_evidence, api green ok", "frozen: unknown, whatever it says"),
]  # fmt: skip

# A page that has said red goes silent: its red is held for two hours, then nobody knows.
PAGE_DIES_WHILE_RED = [
    Row(0, "page ok", "chat grey starting", "the page speaks, own eyes have not looked yet"),
    Row(1, "site ok", "chat green ok", "all is well"),
    Row(120, "page major:chat", "chat red down", "the page says so"),
    Row(240, "page timeout", "chat red down", "one failed reading"),
    Row(360, "page timeout", "chat red down", "the page is unknown now, which ends no red"),
    Row(480, "page timeout; site ok", "chat red down", "within two hours of its last word", every=120, until=7320),
    Row(7321, "page timeout; site ok", "chat grey no_evidence", "after that nobody knows: the edge proves nothing"),
    Row(7440, "page ok", "chat green ok", "it starts afresh"),
]  # fmt: skip

# Nobody else is watched; the configured controls are the only witnesses.
ONE_PROVIDER = [
    Row(0, "beta 200", "beta green ok", "it answers, and has no page: reachable"),
    Row(60, "beta timeout", "beta green ok", "first failure"),
    Row(69, "beta timeout +", "beta yellow checking", "second, the controls answer"),
    Row(84, "beta timeout +", "beta yellow checking",
        "third: six controls and no history are thin, odds below ten million"),
    Row(99, "beta timeout +", "beta red down", "fourth"),
    Row(130, "beta 200", "beta red down", "first good answer"),
    Row(160, "beta timeout +", "beta red down", "and a failure: the minute starts anew"),
    Row(190, "beta 200", "beta red down", "first good answer again"),
    Row(250, "beta 200", "beta yellow recovering", "a minute apart"),
    Row(310, "beta 200", "beta yellow recovering", "still watching", every=60, until=730),
    Row(790, "beta 200", "beta green ok", "ten minutes since it came back"),
]  # fmt: skip

# Everything behind one CDN answers 522; the controls, elsewhere, are fine.
CLOUDFLARE_WIDE = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200", "api green ok, beta green ok", "all is well"),
    Row(2, "gamma 200", "api green ok, beta green ok, gamma green ok", "all is well"),
    Row(60, "api 522; beta 522; gamma 522", "api green ok, beta green ok, gamma green ok", "first failures"),
    Row(65, "api 522 +!", "api yellow checking, beta green ok, gamma green ok", "second: proven errors excuse nobody"),
    Row(66, "beta 522 +!", "api yellow checking, beta yellow checking, gamma green ok", "second"),
    Row(67, "gamma 522 +!", "api yellow checking, beta yellow checking, gamma yellow checking", "second"),
    Row(80, "api 522 +!", "api red down, beta yellow checking, gamma yellow checking",
        "third, and so for all of them"),
    Row(81, "beta 522 +!", "api red down, beta red down, gamma yellow checking", "third failure"),
    Row(82, "gamma 522 +!", "api red shared, beta red shared, gamma red shared", "three providers within two minutes"),
    Row(112, "api 522 +!; beta 522 +!; gamma 522 +!", "api red shared, beta red shared, gamma red shared", "going on"),
    Row(142, "beta 200", "api red shared, beta red shared, gamma red shared", "one answers"),
    Row(202, "beta 200", "api red shared, beta yellow recovering, gamma red shared", "and is partly back alone"),
]  # fmt: skip

# Three providers fall silent together on a machine that has asked hardly any controls yet: what they share may be the
# way to them, so each has an incident of its own.
THREE_FALL_TOGETHER = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(1, "beta 200", "beta green ok", "all is well"),
    Row(2, "gamma 200", "gamma green ok", "all is well"),
    Row(3, "delta 200", "api green ok, beta green ok, gamma green ok, delta green ok", "four providers"),
    Row(63, "delta 200", "api green ok, beta green ok, gamma green ok, delta green ok", "delta stays well"),
    Row(70, "api timeout", "api green ok, beta green ok, gamma green ok, delta green ok", "first"),
    Row(75, "beta timeout", "api green ok, beta green ok, gamma green ok, delta green ok", "first"),
    Row(78, "api timeout +", "api green ok, beta green ok, gamma green ok, delta green ok",
        "beta's failure weighs in q"),
    Row(80, "gamma timeout", "api green ok, beta green ok, gamma green ok, delta green ok", "first"),
    Row(83, "beta timeout +", "api green ok, beta green ok, gamma green ok, delta green ok", "they excuse each other"),
    Row(88, "gamma timeout +", "api green ok, beta green ok, gamma green ok, delta green ok", "still"),
    Row(93, "api timeout +", "api red down, beta yellow checking, gamma yellow checking, delta green ok",
        "eight controls: they alone give q"),
    Row(98, "beta timeout +", "api red down, beta red down, gamma yellow checking, delta green ok", "third try"),
    Row(103, "gamma timeout +", "api red down, beta red down, gamma red down, delta green ok", "three incidents"),
    Row(123, "delta 200", "api red down, beta red down, gamma red down, delta green ok", "delta never was in it"),
]  # fmt: skip

# chatgpt.com and claude.ai show scripts a challenge while healthy.
CHALLENGE_EVERYWHERE = [
    Row(0, "site challenge", "chat grey starting", "good at the edge, and no more"),
    Row(1, "api challenge", "api grey starting", "an API host may do it, too"),
    Row(2, "page html", "chat grey no_evidence, api grey no_evidence",
        "without a page nothing is known: grey, never red"),
    Row(62, "site challenge; api challenge", "chat grey no_evidence, api grey no_evidence", "however often",
        every=60, until=600),
    Row(610, "page ok", "chat green ok, api green ok", "the page alone may make it green"),
    Row(670, "site challenge; api challenge", "chat green ok, api green ok", "a challenge takes nothing away"),
]  # fmt: skip

# It comes back, fails, comes back: one incident, recovering restarted, and flapping said.
RECOVERY_WITH_FLAPPING = [
    Row(0, "gamma 200", "gamma green ok", "well"),
    Row(1, "beta 200", "beta green ok, gamma green ok", "all is well"),
    Row(61, "beta 200; gamma 200", "beta green ok, gamma green ok", "and stays so", every=60, until=1261),
    Row(1321, "beta 503", "beta green ok", "first failure"),
    Row(1326, "beta 503 +", "beta yellow checking", "second"),
    Row(1341, "beta 503 +", "beta yellow checking", "third: short of ten million to one"),
    Row(1356, "beta 503 +", "beta red down", "fourth"),
    Row(1400, "beta 200", "beta red down", "a good answer"),
    Row(1460, "beta 200", "beta yellow recovering", "two, a minute apart"),
    Row(1520, "beta 503", "beta yellow recovering", "one failure: the ten minutes start anew"),
    Row(1525, "beta 503 +", "beta yellow checking", "a relapse is judged by strikes again"),
    Row(1540, "beta 503 +", "beta yellow checking", "third"),
    Row(1555, "beta 503 +", "beta red down", "fourth: a relapse, down again"),
    Row(1600, "beta 200", "beta red down", "a good answer"),
    Row(1660, "beta 200", "beta yellow recovering", "recovering again, within the same incident"),
    Row(1720, "beta 503", "beta yellow recovering", "the third fall"),
    Row(1725, "beta 503 +", "beta yellow checking", "the fifth change in the ring of twenty-one"),
    Row(1780, "beta 200", "beta yellow flapping", "the sixth change of twenty: it flaps"),
    Row(1840, "beta 200", "beta yellow flapping", "said once, and at least yellow", every=60, until=2320),
]  # fmt: skip

# Some requests fail, for a few minutes.
BROWN_OUT = [
    Row(0, "gamma 200", "gamma green ok", "well"),
    Row(1, "beta 200", "beta green ok", "well"),
    Row(60, "beta 200; gamma 200", "beta green ok", "well", every=60, until=600),
    Row(660, "beta 503", "beta green ok", "one of ten"),
    Row(665, "beta 200 +", "beta green ok", "the retry is fine"),
    Row(725, "beta 200; gamma 200", "beta green ok", "fine"),
    Row(785, "beta 503", "beta green ok", "two of the last ten"),
    Row(790, "beta 200 +", "beta green ok", "the retry is fine"),
    Row(850, "gamma 200", "beta green ok", "elsewhere all is well"),
    Row(851, "beta 503", "beta green ok", "a third one, which nothing vouches for yet"),
    Row(856, "beta 200 +", "beta yellow degraded", "the control answers: no network explains three of so few"),
    Row(916, "beta 200; gamma 200", "beta yellow degraded", "still three of few", every=60, until=976),
    Row(1036, "beta 503", "beta yellow degraded", "it goes on"),
    Row(1041, "beta 503 +", "beta yellow degraded", "two in a row: degraded says more than checking"),
    Row(1056, "beta 200 +", "beta yellow degraded", "and back"),
    Row(1071, "beta 200 +", "beta yellow degraded", "the failures grow old", every=15, until=1641),
    Row(1656, "beta 200", "beta green ok", "less than ten to one are left"),
]  # fmt: skip

# Some fail, and the lid closes. Whoever looks next finds no evidence, and no old share of failures.
BROWN_OUT_THEN_ASLEEP = [
    *[row for row in BROWN_OUT if row.at <= 856],
    Row(2000, "", "beta grey no_evidence", "nobody knows what became of it"),
    Row(2001, "beta 200", "beta green ok", "it answers"),
]

# One request of the user's that the provider cannot stand, sent three times by its tool.
POISON_PROMPT = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(5, "beta 200", "api green ok", "another provider answers"),
    Row(30, "use 500 r1", "api green ok", "one request"),
    Row(31, "beta 200", "api green ok", "the network is fine"),
    Row(34, "use 500 r1", "api green ok", "the same request again counts once"),
    Row(50, "use 500 r1", "api green ok", "and once more, sixteen seconds later"),
    Row(60, "api 401 +; beta 200", "api green ok", "the API is there"),
    Row(70, "use ok r2", "api green ok", "another request is answered: the run is over"),
]  # fmt: skip

# Different requests of the user's fail, well apart: traffic alone turns the light.
TRAFFIC_ONLY = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(2, "beta 200; gamma 200", "api green ok", "others answer"),
    Row(30, "use 500 r1", "api green ok", "one request"),
    Row(32, "use 500 r2", "api green ok", "another at the same moment: the same evidence"),
    Row(33, "beta 200", "api green ok", "the network is fine"),
    Row(50, "use 500 r3", "api green ok", "a second request, more than 15 s later, not vouched for yet"),
    Row(51, "gamma 200", "api yellow checking", "asked after it: two failures count"),
    Row(70, "use 502 r4", "api yellow checking", "a third request"),
    Row(71, "beta 200", "api yellow checking", "three failures at thin history: not yet ten million"),
    Row(90, "use 502 r5", "api yellow checking", "a fourth"),
    Row(91, "gamma 200", "api red down", "vouched for"),
    Row(120, "api 401", "api red down", "a list of models does not clear real failures"),
    Row(150, "use ok r6", "api red down", "a real answer"),
    Row(215, "use ok r7", "api yellow recovering", "two, a minute apart"),
]  # fmt: skip

# Declared maintenance: not an outage, and failures in it are no surprise.
MAINTENANCE = [
    Row(0, "api 401; page ok", "api green ok", "all is well"),
    Row(10, "beta 200", "api green ok", "others answer"),
    Row(120, "page maintenance:completions,responses,embeddings incident:in_progress:maintenance:completions:100",
        "api green ok", "maintenance alone is not an outage"),
    Row(180, "api 503", "api green ok", "first failure"),
    Row(181, "beta 200", "api green ok", "others answer"),
    Row(185, "api 503 +", "api yellow maintenance", "failing during declared maintenance: yellow"),
    Row(200, "api 503 +; beta 200", "api yellow maintenance", "however long", every=15, until=320),
    Row(330, "page ok", "api red down", "the maintenance is over and it is still down"),
]  # fmt: skip

# It was down, and now it tells everybody to come later: that is no end, however calm the page was all along.
DOWN_AND_THEN_RATE_LIMITED = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "api 503 !", "api green ok", "it fails"),
    Row(65, "api 503 !", "api yellow checking", "and again"),
    Row(80, "api 503 !", "api red down", "down"),
    Row(110, "api 429 !; page ok", "api red down", "it says nothing of how it is", every=60, until=650),
    Row(710, "api 429 !; page ok", "api grey no_evidence", "nobody has seen it well", every=60, until=3590),
    Row(3650, "api 401 !", "api green ok", "now somebody has"),
]

# The same, but then nobody asks any more: what the page says now is all that is known.
DOWN_RATE_LIMITED_AND_THEN_NOT_ASKED = [
    *DOWN_AND_THEN_RATE_LIMITED[:-2],
    Row(710, "api 429 !; page ok", "api grey no_evidence", "nobody has seen it well"),
    Row(1200, "page ok", "api grey no_evidence", "it was asked just now"),
    Row(1320, "page ok", "api green ok", "it is not asked any more"),
]
