"""Scenes in which it matters who answered: the provider itself, somebody in between, or nobody."""

from tests.unit.core.playbook import Row

# Nothing else is watched and there are no controls; the provider answers 502 itself.
A_PROVEN_502_IS_ITS_OWN_CONTROL = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "api 502 !", "api green ok", "first failure"),
    Row(65, "api 502 !", "api yellow checking", "second: it answered, so the connection works"),
    Row(80, "api 502 !", "api red down", "third: no network makes such an answer"),
    Row(95, "api 502 !", "api red down", "and so on"),
]

# The same, but what fails is silence: nothing shows whether it is the provider or the network.
SILENCE_WITH_NOTHING_TO_COMPARE = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(64, "api timeout", "api green ok", "first failure"),
    Row(69, "api timeout", "api green ok", "second"),
    Row(84, "api timeout", "api yellow checking", "third in a row: no green any more"),
    Row(99, "api timeout; page ok", "api yellow checking", "however calm the page", every=15, until=354),
    Row(365, "", "api grey no_evidence", "five minutes of them"),
    Row(369, "api timeout; page ok", "api grey no_evidence", "for as long as it lasts", every=15, until=999),
    Row(1014, "page major:completions", "api red down", "the page's word counts"),
    Row(1020, "api 401 !", "api red down", "it answers, and the page says red"),
]

# Now and then one gets lost, and nothing shows why: two in a row are no finding.
LOST_NOW_AND_THEN = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(64, "api timeout; page ok", "api green ok", "one is lost", every=600, until=3664),
    Row(69, "api timeout", "api green ok", "and another", every=600, until=3669),
    Row(84, "api 401 !", "api green ok", "and it answers", every=60, until=3684),
]

# A company's firewall lets the watched hosts through and loses all controls. One provider answers 502.
A_PROVEN_502_WHILE_ALL_CONTROLS_ARE_BLOCKED = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(60, "api 502 !; control timeout a; control timeout b", "api green ok, beta green ok", "it has answered itself"),
    Row(65, "api 502 !", "beta green ok", "second"),
    Row(80, "api 502 !", "beta green ok", "third"),
    Row(95, "api 502 !", "beta green ok", "fourth"),
    Row(125, "api 502 !; beta 200 !", "beta green ok", "and so on", every=30, until=155),
    Row(185, "api 502 !; beta 200 !", "api red down, beta green ok", "down, and never offline", every=30, until=600),
]

# Controls that fail beside it take nothing away from what the provider says itself, for however long.
A_PROVEN_502_BESIDE_CONTROLS_THAT_FAIL = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "api 502 -!", "api green ok", "first failure"),
    Row(65, "api 502 -!", "api yellow checking", "second"),
    Row(80, "api 502 -!", "api red down", "third"),
    Row(110, "api 502 -!", "api red down", "for as long as it comes", every=30, until=1400),
]

# Rate limits say nothing of the provider, and prove the connection all the same.
A_PROVEN_429_IS_AN_ANSWER = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "beta 429 !", "api green ok", "throttled"),
    Row(65, "control timeout a", "api green ok", "a control fails after it"),
    Row(65.1, "control timeout b", "api grey own_network", "and another"),
    Row(66, "beta 429 !", "api green ok", "an answer of the provider's own proves the connection"),
]

# A company's page on both hosts of one provider, while all else answers.
BLOCK_PAGE_ON_ALL_HOSTS_OF_A_PROVIDER = [
    Row(0, "api 401 !", "api green ok", "all is well"),
    Row(0.5, "site 200 !", "api green ok", "all is well"),
    Row(1, "page ok", "api green ok, chat green ok", "all is well"),
    Row(1.5, "beta 200 !", "beta green ok", "all is well"),
    Row(60, "api foreign", "api green ok, chat green ok, beta green ok", "somebody else answers"),
    Row(61, "site foreign", "api green ok, chat green ok, beta green ok", "for both hosts of one provider"),
    Row(65, "api foreign +", "api grey blocked, beta green ok", "controls answer: blocked"),
    Row(66, "site foreign +", "api grey blocked, chat grey blocked, beta green ok", "both"),
    Row(
        80,
        "api foreign +; site foreign; page ok; beta 200 !",
        "api grey blocked, chat grey blocked, beta green ok",
        "for as long as it comes, and nobody else is offline",
        every=60,
        until=980,
    ),
    Row(1000, "api 401 !", "api green ok, chat grey blocked, beta green ok", "let through"),
]

# The same page on two providers' hosts, before any control was asked: no Wi-Fi login page for everybody.
BLOCK_PAGE_ON_TWO_PROVIDERS = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "beta green ok", "all is well"),
    Row(2, "gamma 200 !", "gamma green ok", "all is well"),
    Row(60, "api foreign", "api green ok, beta green ok", "somebody else answers"),
    Row(61, "beta foreign", "api green ok, beta green ok, gamma green ok", "for two providers"),
    Row(65, "api foreign +", "api grey blocked, gamma green ok", "and a control answers"),
    Row(66, "beta foreign +", "api grey blocked, beta grey blocked, gamma green ok", "both are blocked"),
]

# Two providers, no controls: their hosts are answered by somebody else, and nothing else answers at all.
SOMEBODY_ELSE_ANSWERS_EVERYWHERE = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "beta green ok", "all is well"),
    Row(60, "api foreign", "api green ok, beta green ok", "somebody else answers"),
    Row(61, "beta foreign", "api green ok, beta green ok", "there, too"),
    Row(
        90, "api foreign; beta foreign", "api grey own_network, beta grey own_network", "and nobody has answered since"
    ),
]

# Names lead to a private address: a login page over plain HTTP, and over TLS nothing at all.
HIJACKED_NAMES = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(64, "api private_address", "api green ok, beta green ok", "not the address of anybody out there"),
    Row(65, "control altered plain", "api grey own_network, beta grey own_network", "nor is the control's"),
    Row(66, "network captive captive_portal", "api grey own_network, beta grey own_network", "the portal is named"),
    Row(80, "api private_address -", "api grey own_network, beta grey own_network", "no strike", every=15, until=200),
]

# A name filter at home: one provider's name leads to nowhere.
A_BLOCKED_NAME = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(60, "beta private_address", "beta green ok", "first time"),
    Row(65, "beta private_address +", "beta grey blocked", "others answer: blocked here"),
    Row(80, "beta private_address +", "beta grey blocked", "for as long as it comes", every=15, until=200),
]

# The name is gone. While the page is calm that is the resolver's doing; when the page has trouble, it is theirs.
A_NAME_THAT_DOES_NOT_EXIST = [
    Row(0, "api 401 !; page ok; beta 200 !", "api green ok", "all is well"),
    Row(60, "api no_name", "api green ok", "first time"),
    Row(65, "api no_name +", "api grey blocked", "others answer, and the page is calm"),
    Row(120, "page ok; api no_name +", "api grey blocked", "for as long as it comes"),
    Row(240, "page major:completions", "api red down", "the page says that it is them"),
]

# The resolver is slow at first, and then says that there is no such name.
A_NAME_THAT_IS_SLOW_AND_THEN_GONE = [
    Row(0, "api 401 !; page ok; beta 200 !", "api green ok", "all is well"),
    Row(60, "api dns_timeout", "api green ok", "first failure"),
    Row(65, "api dns_timeout +", "api yellow checking", "second, while a control answers"),
    Row(80, "api no_name +", "api grey blocked", "now it is known why"),
    Row(95, "api no_name +", "api grey blocked", "for as long as it comes", every=15, until=200),
]

# With nobody else to ask, the provider's own page shows that names are looked up and pages come.
A_NAME_THAT_DOES_NOT_EXIST_WITH_NOTHING_TO_COMPARE = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(60, "api no_name", "api green ok", "first time"),
    Row(80, "page ok", "api grey blocked", "the page can be read"),
    Row(95, "api no_name", "api grey blocked", "for as long as it comes", every=15, until=800),
]

# Somebody else's certificate on one provider alone, and one that has run out.
CERTIFICATES_OF_ONE_PROVIDER = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(60, "api untrusted; beta tls", "api green ok, beta green ok", "a stranger's, and one that has run out"),
    Row(65, "api untrusted +", "api grey blocked", "controls over TLS answer"),
    Row(66, "beta tls +", "api grey blocked, beta yellow checking", "second"),
    Row(95, "api untrusted +", "api grey blocked", "for as long as it comes"),
    Row(96, "beta tls +; beta tls +; beta tls +", "api grey blocked", "an old certificate is the provider's"),
    Row(97, "", "api grey blocked, beta red down", "an old certificate is the provider's"),
]

# All of TLS is read by somebody whom nobody trusts; plain HTTP comes through as it is. That is no login page.
INTERCEPTED = [
    Row(0, "api 401 !; page ok", "api green ok", "all is well"),
    Row(1, "beta 200 !", "api green ok, beta green ok", "all is well"),
    Row(60, "api untrusted", "api green ok, beta green ok", "a stranger's certificate"),
    Row(65, "api untrusted; control ok plain", "api green ok, beta green ok", "plain HTTP works"),
    Row(65.2, "control untrusted a", "api grey own_network, beta grey own_network", "over TLS it is for all"),
    Row(70, "beta untrusted", "api grey own_network, beta grey own_network", "and for all providers"),
    Row(
        80, "api untrusted; control ok plain; control untrusted a", "api grey own_network, beta grey own_network", "on"
    ),
]

# One foreign page after another, and nobody else to ask: no green, and no red.
A_STRANGER_WITH_NOTHING_TO_COMPARE = [
    Row(0, "beta 200 !", "beta green ok", "all is well"),
    Row(60, "beta foreign", "beta green ok", "first"),
    Row(65, "beta foreign", "beta green ok", "second"),
    Row(80, "beta foreign", "beta yellow checking", "third in a row"),
    Row(95, "beta foreign", "beta yellow checking", "still", every=15, until=350),
    Row(365, "beta foreign", "beta grey no_evidence", "five minutes of them", every=15, until=900),
]
