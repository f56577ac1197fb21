"""Rule 4: the words of which status pages are made. What a sentence says that has others in it, nobody here knows.

A sentence that names no model and says more than that there is an incident is about everybody, whatever it is: a list
of what else can fail has no end, one of what all such texts say does.
"""

import re
from functools import lru_cache

# Where a model fails may be said beside its name, and is less than all of it; alone it is about all that is there.
PLACE = (
    r"(?<![\w-])(?:(?:[a-z]+[-.])+(?:com|ai)|claude[\s.](?:ai|api|code|cowork|desktop|console)|chatgpt|codex"
    r"|(?:(?:chat completions|messages|responses|gemini|openai|anthropic|vertex(?: gemini)?|mistral|rest)\s+)?apis?"
    r"|(?:github\s+)?copilot(?:\s+(?:chat|ai model providers))?|console|platform|playground|vertex(?:\s+ai)?|ai studio"
    r"|(?:(?:aws|amazon)\s+)?bedrock|azure|foundry|vs code|ides?|surfaces|products|endpoints?|websites?|web"
    r"|(?:mobile\s+|desktop\s+)?apps?|ios|android|windows|macos)(?![\w-])"
)
AREAS = (
    r"(?:EU|E\.U\.|European Union|Europe|EMEA|US|U\.S\.|USA|United States|North America|South America|Latin America|UK"
    r"|United Kingdom|Germany|France|India|Japan|Australia|Canada|Brazil|China|Singapore|Asia(?:[\s-]Pacific)?|APAC"
    r"|Africa|Middle East)"
)
# Sentences of all incidents, with words that mean more elsewhere.
_SAYINGS = (
    r"(?i)https?://\S+|<[^>]{0,200}>"
    r"|\b(?:any|no) further (?:issues?|errors?|impact|problems?)\b|\bany inconvenience\b|\bmitigation is complete\b"
    r"|\b(?:an(?:other)?|next|additional) (?:additional )?updates?\b|\bmore (?:information|details|updates?)\b"
    r"|\badditional errors\b|\binvestigat\w+ further\b|\bas soon as it is available\b"
    r"|\b(?:learn|know|have) more\b|\b(?:longer|slower|higher) than (?:usual|normal)\b"
    r"|\b(?:all )?(?:the )?(?:listed|impacted|affected) (?:services|components|models|products)\b"
    # With a capital it is an API.
    r"|(?-i:\bresponses?\b)|\bmost (?:users|customers|requests)\b"
    r"|\bupstream (?:ai )?(?:models? )?(?:providers?|vendors?)\b"
    # GitHub's, of the whole before it says which model.
    r"|\b(?:incident|disruption|degraded (?:performance|availability)|degradation) (?:with|for|of|in|affecting)"
    r" (?:some )?(?:github )?copilot(?: ai model providers)?\b"
    r"|\bcopilot ai model providers is experiencing degraded (?:performance|availability)\b"
    r"|\bother (?:github )?copilot products\b"
    # When, and with which status.
    r"|\b[45](?:\d\d|xx)s?\b|\b\d{1,2}:\d\d(?::\d\d)?\b|\b\d+(?:\.\d+)?\s*(?:%|percent|minutes?|mins?|hours?|am|pm)"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december) \d{1,2}\b"
)
_WORDS = """
a an the this that these those it its there here what which who we our you your they them their re ve ll s d is are
was were be been being has have had do does did will would may might can could cannot should must not no to of in on
at for with by from via due as and or if when while where since until after before during between within into over up
out down about around so then now still again once yet just only both error failure issue problem incident outage
degradation disruption interruption impact latency latencies delay timeout timeouts performance availability rate
success spike number level baseline recovery improvement mitigation fix patch rollback back change next cause root
analysis investigation update information detail patience inconvenience understanding team engineer engineering time
moment minute hour day week today yesterday monday tuesday wednesday thursday friday saturday sunday utc pt pdt pst et
est edt gmt cet user customer people request traffic call query queries answer result stability capacity load upstream
provider vendor subset portion percentage percent fraction sign test investigate identify identified monitor implement
deploy apply applied roll resolve mitigate recover restore return continue work look aware confirm see seen observe
experience experienced experiencing encounter receive get report notice affect fail degrade increase decrease elevate
reduce improve stabilize stabilise provide share post expect begin began start stop retry retries try address
addressed learn ensure apologize apologise thank appreciate wait keep remain appear seem isolate narrow limit confine
restrict determine suspend suspended access overload overloaded elevated high higher increased intermittent
intermittently partial partially partly brief briefly currently actively closely slow slower slowly slowness
unavailable unreachable unresponsive unable normal normally significant significantly minor temporary temporarily
recent earlier soon possible shortly some few small broken missing stuck ongoing fully underlying initial initially
modest small detailed am pm longer
"""
# Beside the name of a model they are about that model.
_OF_A_MODEL_WORDS = """
model models version versions variant variants mode preview context window using service services api tokens
plus pro free team enterprise business edu max go plan plans tier tiers paid subscriber subscribers account accounts
also too well outages quota long
"""
_TROUBLE = (
    r"(?i)error|fail|degrad|outage|partial|\bdown\b|unavailab|availability|latenc|slow|elevat|increas|issue|problem|impact|affect|disrupt"
    r"|inciden|interrupt|time(?:d|s)?[-\s]?outs?|timing out|capacity|overload|investigat|stab(?:le|ility)|performance"
    r"|recover|mitigat|fix|stuck|delay|reduc|missing|\bloss\b|suspend|reject|broken|unreachable|partly|\b5\d\ds?\b|\b[45]29s?\b"
)
# Then it says something of what it names.
_SENTENCE = r"(?i)\b(?:is|are|was|were|be|been|has|have|had|does|did|can|cannot|will|would|may|might|not)\b"
_NOT = r"(?i)n['\u2019]t\b|\bnot\b"
_ENDINGS = ("ing", "ed", "es", "s", "d", "e")
_STEM_MIN = 3


@lru_cache(maxsize=256)
def says_no_more(clause: str) -> bool:
    """Whether a clause that names no model says no more than that there is an incident, or what it is called."""
    left = re.sub(_SAYINGS, " ", clause)
    is_name = not is_trouble(left) and not re.search(_SENTENCE, left)
    return _known(_placeless(left) if is_name else left, _words())


def is_about(rest: str) -> bool:
    """Whether what stands around the names of models is only what is wrong with them, and where."""
    return _known(_placeless(re.sub(rf"{_SAYINGS}|\bfine[-\s]?tuned\b", " ", rest)), _words() | _of_a_model())


def names_place(clause: str) -> bool:
    return re.search(rf"(?i){PLACE}", clause) is not None


def is_trouble(clause: str) -> bool:
    return re.search(_TROUBLE, clause) is not None


def _placeless(text: str) -> str:
    return re.sub(rf"(?i){PLACE}", " ", text)


def _known(text: str, words: frozenset[str]) -> bool:
    spelt = re.findall(r"[^\W_]+", re.sub(_NOT, " not ", text))
    return all(_stem(word.lower()) in words for word in spelt)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(map(_stem, _WORDS.split()))


@lru_cache(maxsize=1)
def _of_a_model() -> frozenset[str]:
    return frozenset(map(_stem, _OF_A_MODEL_WORDS.split()))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            return word.removesuffix(ending)
    return word
