"""Scenes in which somebody is in a provider's place, and other failures come between. See `playbook`."""

from tests.unit.core.playbook import Row

_BLOCKED = "api grey blocked, beta green ok"
_WELL = (
    Row(0, "beta 200 !; api 401 !; page ok", "beta green ok", "all is well"),
    Row(55, "beta 200 !; page ok", "beta green ok", "and stays so there", every=60, until=1500),
)

# Its name does not exist here, and packets get lost: every few lookups end without a word. (Bolt on `loss`.)
NO_SUCH_NAME_AND_LOST_LOOKUPS = [
    *_WELL,
    Row(60, "api no_name +", _BLOCKED, "no such name"),
    Row(120, "api no_name +", _BLOCKED, "for as long as it comes", every=60, until=1380),
    Row(70, "api dns_timeout +", _BLOCKED, "a lost one says nothing of it", every=60, until=1390),
    Row(85, "api dns_timeout +", _BLOCKED, "nor do two", every=60, until=1405),
    Row(100, "api timeout +", _BLOCKED, "nor three, of whatever kind", every=60, until=1420),
]

# Its name is gone here, and then its page cannot be read either: that may be a filter, or the end of its domain.
NO_SUCH_NAME_AND_NO_PAGE = [
    Row(0, "beta 200 !; api 401 !; page ok", "beta green ok", "all is well"),
    Row(55, "beta 200 !", "beta green ok", "and stays so there", every=60, until=1900),
    Row(60, "api no_name +", _BLOCKED, "no such name, and its page is calm"),
    Row(119, "page html", _BLOCKED, "that may pass"),
    Row(120, "api no_name +", _BLOCKED, "for as long as it comes", every=60, until=180),
    Row(239, "page html", "beta green ok", "nobody calls it calm any more", every=120, until=1700),
    Row(900, "api no_name +", "api grey no_evidence, beta green ok", "so it may as well be them", every=60, until=1700),
    Row(1740, "page ok; api no_name +", _BLOCKED, "its page is back, and calm"),
]

# The same with a company's page: what comes between is its own proxy's.
A_FOREIGN_PAGE_AND_THE_ERRORS_OF_ITS_PROXY = [
    *_WELL,
    Row(60, "api foreign +", _BLOCKED, "somebody else's page"),
    Row(75, "api 502 +; api foreign +", _BLOCKED, "what is not proven may be that one's", every=30, until=900),
    Row(90, "api 503 +; api timeout +", _BLOCKED, "two in a row as well", every=30, until=900),
]

# The certificate of a stranger, and connections that break.
A_STRANGERS_CERTIFICATE_AND_BROKEN_CONNECTIONS = [
    *_WELL,
    Row(60, "api untrusted +", _BLOCKED, "a stranger's certificate"),
    Row(75, "api tls +; api connect +; api untrusted +", _BLOCKED, "broken in between", every=15, until=700),
]

# Lookups that are lost first, and then the word that there is no such name.
LOST_LOOKUPS_AND_THEN_NO_SUCH_NAME = [
    *_WELL,
    Row(64, "api dns_timeout", "api green ok", "first failure"),
    Row(69, "api dns_timeout +", "api yellow checking, beta green ok", "second"),
    Row(77, "api no_name +", _BLOCKED, "they were slow in saying this"),
    Row(85, "api dns_timeout +", _BLOCKED, "one more is no case against it"),
    Row(100, "api no_name +", _BLOCKED, "for as long as it comes"),
]

# Somebody was in its place; now the provider itself is there, and fails. That is proven at once.
THE_PROVIDERS_OWN_ERROR_ENDS_IT = [
    *_WELL,
    Row(60, "api no_name +", _BLOCKED, "no such name"),
    Row(90, "api no_name +", _BLOCKED, "as before"),
    Row(120, "api 502 !", "api yellow checking, beta green ok", "its own answer, over proven TLS"),
    Row(126, "api 502 !", "api yellow checking, beta green ok", "and again"),
    Row(139, "api 502 !", "api red down, beta green ok", "down"),
]

# Somebody was in its place; then nothing is there for so long that it is no chance.
SILENCE_ALONE_ENDS_IT = [
    *_WELL,
    Row(60, "api no_name +", _BLOCKED, "no such name"),
    Row(90, "api no_name +", _BLOCKED, "as before"),
    Row(120, "api timeout +", _BLOCKED, "seven in a row may be chance", every=15, until=210),
    Row(225, "api timeout +", "api red down, beta green ok", "eight may not: nobody is in its place any more"),
    Row(255, "api no_name +", "api red down, beta green ok", "and one such word does not take the red away"),
    Row(285, "api timeout +", "api red down, beta green ok", "as it was"),
]

# It is silent, and once in between somebody says that there is no such name.
SILENCE_AND_ONE_STRANGER = [
    *_WELL,
    Row(64, "api timeout", "api green ok, beta green ok", "first failure"),
    Row(69, "api timeout +", "api yellow checking, beta green ok", "second"),
    Row(77, "api no_name +", "api yellow checking, beta green ok", "one word against two failures: still checking"),
    Row(89, "api timeout +", "api yellow checking, beta green ok", "it takes more now", every=15, until=149),
    Row(164, "api timeout +", "api red down, beta green ok", "eight failures against one word"),
]

# It is silent, and then there is no such name, again and again.
SILENCE_AND_THEN_STRANGERS = [
    *_WELL,
    Row(64, "api timeout", "api green ok, beta green ok", "first failure"),
    Row(69, "api timeout +", "api yellow checking, beta green ok", "second"),
    Row(77, "api no_name +", "api yellow checking, beta green ok", "one word against two failures"),
    Row(92, "api no_name +", _BLOCKED, "two"),
    Row(107, "api timeout +", _BLOCKED, "known by now", every=15, until=182),
    Row(197, "api no_name +", _BLOCKED, "for as long as it comes", every=15, until=600),
]

# A red that nothing ended: whoever comes into its place later says that it cannot be seen any more, after ten minutes.
A_RED_AND_STRANGERS_AFTER_IT = [
    *_WELL,
    Row(60, "api 502 !; beta 200", "api green ok, beta green ok", "first failure"),
    Row(65, "api 502 !", "api yellow checking, beta green ok", "second"),
    Row(80, "api 502 !", "api red down, beta green ok", "third"),
    Row(110, "api no_name +", "api red down, beta green ok", "what was red stays so", every=30, until=670),
    Row(125, "api dns_timeout +", "api red down, beta green ok", "a lost lookup is no news of it", every=30, until=665),
    Row(730, "api no_name +", _BLOCKED, "nobody has seen it for ten minutes", every=30, until=1000),
]

# Its resolver fails and knows no such name, in turn.
FAILING_NAMES_AND_NO_SUCH_NAME_IN_TURN = [
    *_WELL,
    Row(60, "api dns", "api green ok, beta green ok", "first failure"),
    Row(66, "api no_name +", _BLOCKED, "no such name"),
    Row(80, "api dns +", _BLOCKED, "one does not speak against the other", every=30, until=980),
    Row(95, "api no_name +", _BLOCKED, "for as long as it comes", every=30, until=995),
]

# There is no such name, then no connection for a moment; when it is back, nobody knows yet who is there now.
NO_SUCH_NAME_AND_NO_CONNECTION = [
    *_WELL,
    Row(60, "api no_name +", _BLOCKED, "no such name"),
    Row(90, "api no_name -", "api grey own_network, beta grey own_network", "and nobody else answers"),
    Row(106, "beta 200 !", "api grey starting, beta green ok", "the page's calm does not help who was blocked"),
    Row(110, "api dns_timeout +", "api yellow checking, beta green ok", "nor what it answered before"),
    Row(118, "api no_name +", _BLOCKED, "still no such name"),
    Row(160, "api no_name -", "api grey own_network, beta grey own_network", "no connection again"),
    Row(165, "beta 200 !", "api grey starting, beta green ok", "back"),
    Row(170, "api 401 !", "api green ok, beta green ok", "and let through"),
]
