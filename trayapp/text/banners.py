"""The words of a banner, stage by stage: a title of at most 90 characters, a body of at most 200."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.core.light.severity import Finding
from trayapp.core.notify.banner import Banner, BannerStage, Button
from trayapp.core.notify.together import Cause, Trouble
from trayapp.core.switching.breaker import Trip
from trayapp.core.switching.route import Until
from trayapp.text import claims, codes, concerns, forecasts, problems, silences, together
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import FILE_LIMIT, join, join_short, model_name, name
from trayapp.text.times import day_time, duration
from trayapp.text.trim import TITLE_LIMIT, clean, cut

TITLE_MAX = 90
BODY_MAX = 200
_NAMES_MAX = 50
"""Characters of a list of names in a title, so that the rest of the sentence stays whole."""
_CAUSE_MAX = 100
_WORD_MAX = 110
_END_SPREAD_S = 300
"""An end known to within five minutes is told as a moment; a wider one as "between X and Y"."""

BUTTONS: dict[Button, str] = {
    Button.SWITCH_LOCAL: N_("Switch to local"),
    Button.SET_UP_FALLBACK: N_("Set up a fallback"),
    Button.DETAILS: N_("Details"),
    Button.ONLY_WHEN_BACK: N_("Only when it is back"),
    Button.SET_ASIDE: N_("Set aside"),
    Button.BACK_TO_CLOUD: N_("Back to cloud"),
    Button.STAY_LOCAL: N_("Stay local"),
}

# What a person gets back with a component of a website. Other components are called by their names.
PARTS: dict[str, str] = {
    "login": N_("website"),
    "chat": N_("chats"),
    "history": N_("projects"),
    "file-uploads": N_("uploads"),
}


class BannerWords(NamedTuple):
    """`buttons`: (id, label) in the order of the banner."""

    title: str
    body: str
    buttons: tuple[tuple[str, str], ...]


def words(banner: Banner, *, wall: Callable[[float], datetime], demo: bool = False) -> BannerWords:
    """What a banner says in the language of now; `wall` turns steady seconds into aware wall time.

    `demo`: none of it is real, which the title says first.
    """
    title, sentences = _STAGES[banner.stage](banner, wall)
    title, sentences = _with_concerns(title, sentences, banner)
    if demo:
        title = _("Demo: {text}", text=title)
    buttons = tuple((str(button), _(BUTTONS[button])) for button in banner.buttons)
    return BannerWords(cut(title, TITLE_MAX), _body(sentences), buttons)


def _with_concerns(title: str, sentences: list[str], banner: Banner) -> "_TitleAndSentences":
    """Whom it concerns belongs into the first line; where that has no room, into the next."""
    concerned = concerns.sentence(banner.concerns, title) if banner.concerns is not None else ""
    if not concerned:
        return title, sentences
    longer = f"{title} {concerned}" if title[-1:] in ".!?" else f"{title}. {concerned}"
    return (longer, sentences) if len(longer) <= TITLE_MAX else (title, [concerned, *sentences])


def _body(sentences: list[str]) -> str:
    """As many whole sentences, in their order, as the body has room for."""
    body = ""
    for sentence in filter(None, sentences):
        longer = f"{body} {sentence}" if body else cut(sentence, BODY_MAX)
        if len(longer) <= BODY_MAX:
            body = longer
    return body


_TitleAndSentences = tuple[str, list[str]]


def _number(banner: Banner, key: str) -> float | None:
    value = banner.params.get(key)
    return float(value) if isinstance(value, int | float) else None


def _text(banner: Banner, key: str, limit: int = TITLE_LIMIT) -> str:
    value = banner.params.get(key)
    return clean(str(value), limit) if value else ""


def _age(banner: Banner) -> str:
    since, until = _number(banner, "since"), _number(banner, "ended_at")
    return duration((banner.at if until is None else until) - since) if since is not None else ""


def _provider(banner: Banner) -> str:
    return join_short(banner.providers, _NAMES_MAX) or name(banner.provider)


def _cause(banner: Banner) -> str:
    cause = _text(banner, "cause", _CAUSE_MAX)
    return _("Cause: {cause}.", cause=cause) if cause else _("Cause not stated.")


def _working(banner: Banner) -> str:
    names = join_short(banner.working, _NAMES_MAX)
    return _("Works: {names}.", names=names) if names else ""


def _down(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names, many = join_short(banner.services, _NAMES_MAX), len(banner.services)
    claim = _claim(banner)
    if len(banner.providers) > 1:
        title = claims.down_together(join_short(banner.providers, _NAMES_MAX), claim)
    else:
        title = claims.down(names, many, claim, again=bool(banner.params.get("again")))
    since, page_title = _number(banner, "since"), _text(banner, "title")
    time = day_time(wall(since), wall(banner.at)) if since is not None else ""
    if not time:
        begun = ""
    elif banner.params.get("seen", True):
        begun = _("Errors since {time}.", time=time)
    else:
        begun = _("Reported since {time}.", time=time)
    advice = _("No need to reload: I will tell you when it works.")
    return title, [begun, _comment(banner, page_title), *_silence(banner), _working(banner), advice]


def _claim(banner: Banner) -> Claim:
    """What the banner was made with; nothing where it does not say."""
    status = banner.params.get("status")
    kind = ClaimKind(str(banner.params.get("claim", ClaimKind.NONE)))
    return Claim(kind, status if isinstance(status, int) else None)


def _silence(banner: Banner) -> list[str]:
    """That the page says nothing, or what it says after long."""
    since, word = _number(banner, "silent_since"), _text(banner, "word", _WORD_MAX)
    if word:
        return [_("{provider} now says: {word}.", provider=_provider(banner), word=_quoted(word))]
    if since is None:
        return []
    return [silences.silence(_provider(banner), banner.at - since, said=bool(banner.params.get("title")))]


def _comment(banner: Banner, page_title: str) -> str:
    if len(banner.providers) > 1:
        return _("Your connection is fine.")
    if not page_title and _number(banner, "silent_since") is not None:
        # It says so itself.
        return ""
    if page_title:
        return _("{provider} confirms: {title}.", provider=_provider(banner), title=_quoted(page_title))
    if banner.params.get("shown"):
        return _("{provider}'s page shows it, without a comment.", provider=_provider(banner))
    if banner.params.get("page", True):
        return _("{provider} has not commented.", provider=_provider(banner))
    return ""


def _quoted(title: str) -> str:
    return _("“{title}”", title=title.rstrip("."))


def _confirmed(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    page_title = _text(banner, "title")
    if page_title:
        title = _("{provider} confirms: {title}", provider=_provider(banner), title=page_title)
    else:
        title = _("{provider} confirms an outage", provider=_provider(banner))
    cause = _text(banner, "cause", _CAUSE_MAX)
    if cause:
        down = _("Down {duration}. Cause: {cause}.", duration=_age(banner), cause=cause)
    else:
        down = _("Down {duration}, cause not stated.", duration=_age(banner))
    return title, [down, *_silence(banner), forecasts.half(_number(banner, "half_s")), _working(banner)]


def _partly_back(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    back = join_short(banner.back, 36)
    still = join_short(banner.services, 36, articles=True)
    parts = [_(phrase) for component, phrase in PARTS.items() if component in banner.parts]
    loads = _("{parts} load again.", parts=_capital(join(parts))) if parts else ""
    if "finding" in banner.params:
        trouble, sentences = _yellow(banner, wall)
        title = ngettext(
            "{back} is back; {trouble}", "{back} are back; {trouble}", len(banner.back), back=back, trouble=trouble
        )
        return title, [loads, *sentences]
    if len(banner.back) == 1 and len(banner.services) == 1:
        title = _("{back} is back, {still} is not", back=back, still=still)
    elif len(banner.back) == 1:
        title = _("{back} is back, {still} are not", back=back, still=still)
    elif len(banner.services) == 1:
        title = _("{back} are back, {still} is not", back=back, still=still)
    else:
        title = _("{back} are back, {still} are not", back=back, still=still)
    many = len(banner.services)
    short = _("the API") if all(service.endswith(" API") for service in banner.services) else still
    failing = ngettext(
        "{names} has been failing for {duration}.",
        "{names} have been failing for {duration}.",
        1 if short != still else many,
        names=short,
        duration=_age(banner),
    )
    return title, [loads, _capital(failing)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _recovering(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names, many = join_short(banner.services, _NAMES_MAX), len(banner.services)
    title = ngettext("{names} works again, still watching", "{names} work again, still watching", many, names=names)
    waits = banner.params.get("waits")
    if waits is None:
        all_clear = ""
    elif waits:
        all_clear = _("The all-clear follows once it is certain.")
    else:
        all_clear = _("The all-clear comes after ten quiet minutes.")
    return title, [_("It took {duration}.", duration=_age(banner)), all_clear]


def _over(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    since, ended = _number(banner, "since"), _number(banner, "ended_at")
    ended_from = _number(banner, "ended_from")
    who = join_short(banner.services, _NAMES_MAX) if banner.services else _provider(banner)
    many = max(len(banner.services), 0 if banner.services else len(banner.providers))
    spread = ended_from is not None and ended is not None and ended - ended_from > _END_SPREAD_S
    lasted = duration(ended - since) if since is not None and ended is not None and not spread else ""
    sentences = []
    if banner.params.get("steady"):
        title = ngettext("{names} works steadily again", "{names} work steadily again", many, names=who)
        sentences.append(_("It took {duration}.", duration=lasted) if lasted else "")
    elif lasted:
        title = ngettext(
            "All clear: {names} is back after {duration}",
            "All clear: {names} are back after {duration}",
            many,
            names=who,
            duration=lasted,
        )
    else:
        title = ngettext("All clear: {names} is back", "All clear: {names} are back", many, names=who)
    if spread and ended_from is not None and ended is not None:
        start, end = (day_time(wall(at), wall(banner.at)) for at in (ended_from, ended))
        sentences.append(_("It ended between {start} and {end}.", start=start, end=end))
    sentences.append(_cause(banner))
    tools, answered = int(_number(banner, "tools") or 0), int(_number(banner, "answered") or 0)
    if banner.params.get("local"):
        sentences.append(
            ngettext("{n} tool still local.", "{n} tools still local.", tools)
            if tools
            else _("You still work locally.")
        )
    if answered:
        sentences.append(ngettext("{n} request was answered locally.", "{n} requests were answered locally.", answered))
    return title, sentences


def _named(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    who = join_short(banner.services, _NAMES_MAX) if banner.services else _provider(banner)
    title = _("{provider} has named the cause", provider=_provider(banner))
    since = _number(banner, "since")
    when = ""
    if since is not None:
        time = day_time(wall(since), wall(banner.at))
        when = _("The outage of {names} from {time} on lasted {duration}.", names=who, time=time, duration=_age(banner))
    return title, [_cause(banner), when]


def _yellow(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names, many = join_short(banner.services, _NAMES_MAX), len(banner.services)
    finding = banner.params.get("finding")
    step = ""
    if "common" in banner.params:
        cause = Cause(str(banner.params["common"]))
        trouble = Trouble(str(banner.params.get("trouble", Trouble.ANY)))
        title = together.title(banner.providers, trouble, cause, _text(banner, "who"), TITLE_MAX)
        step = together.step(cause)
    elif finding == Finding.SLOW:
        title = ngettext("{names} is slow", "{names} are slow", many, names=names)
    elif finding == Finding.MAINTENANCE:
        title = ngettext("{names} is under maintenance", "{names} are under maintenance", many, names=names)
    elif finding == Finding.REPORTED_ONLY:
        title = _("{provider} reports trouble: {names}", provider=_provider(banner), names=names)
    else:
        title = ngettext("{names} has trouble", "{names} have trouble", many, names=names)
    since, page_title = _number(banner, "since"), _text(banner, "title")
    sentences = []
    if since is not None:
        time = day_time(wall(since), wall(banner.at))
        sentences.append(_("Since {time}, {duration}.", time=time, duration=_age(banner)))
    if page_title:
        sentences.append(_("{provider} says: {title}.", provider=_provider(banner), title=_quoted(page_title)))
    if finding == Finding.REPORTED_ONLY:
        sentences.append(_("From here it answers."))
    return title, [step, *sentences, *_silence(banner), _working(banner)]


def _flapping(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names, many = join_short(banner.services, _NAMES_MAX), len(banner.services)
    title = ngettext("{names} comes and goes", "{names} come and go", many, names=names)
    return title, [_("I say this once and tell you how it ends."), _working(banner)]


def _switched(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    title = _(
        "Working locally with {model}", model=model_name(_text(banner, "model", FILE_LIMIT)) or _("your local model")
    )
    tools, names = int(_number(banner, "tools") or 0), join_short(banner.services, _NAMES_MAX)
    lasting = banner.params.get("until") == Until.CHANGED
    if not tools:
        moved = _("No tool is set up yet: use the chat window.")
    elif lasting:
        moved = ngettext(
            "{n} tool moved until you change it.", "{n} tools moved until you change it.", tools, names=names
        )
    elif len(banner.services) > 1:
        moved = ngettext(
            "{n} tool moved until {names} are back.", "{n} tools moved until {names} are back.", tools, names=names
        )
    else:
        moved = ngettext(
            "{n} tool moved until {names} is back.", "{n} tools moved until {names} is back.", tools, names=names
        )
    return title, [moved, _("Smaller model: check its answers.")]


def _switch_failed(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    code = str(banner.params.get("code", ""))
    title, message = problems.words((code, banner.params))
    return _("Not switched: {problem}", problem=title), [message, _("Nothing was changed.")]


def _home(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names = join_short(banner.services, _NAMES_MAX)
    tools, answered = int(_number(banner, "tools") or 0), int(_number(banner, "answered") or 0)
    title = _("Back in the cloud with {names}", names=names)
    moved = ngettext("{n} tool moved home.", "{n} tools moved home.", tools) if tools else ""
    local = (
        ngettext("{n} request was answered locally.", "{n} requests were answered locally.", answered)
        if answered
        else _("Nothing was answered locally.")
    )
    stays = _("It stays there until it is well, whatever fails.") if banner.params.get("held") else ""
    return title, [moved, local, stays]


_WHY = {
    Trip.FAILURES: N_("Three requests in a row failed."),
    Trip.RED: N_("It is down, and a request failed."),
}


def _moved(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    code, model = str(banner.params.get("code", "")), model_name(_text(banner, "model", FILE_LIMIT))
    names, model = join_short(banner.services, _NAMES_MAX), model or _("your local model")
    seen = _(_WHY[Trip(code)]) if code in _WHY else _("It failed: {failure}.", failure=codes.failure(code))
    smaller = _("Smaller model: check its answers.")
    if banner.params.get("every"):
        title = _("{names} fails, your tools go on locally", names=names)
        answered = _("Their requests are answered by {model} until {names} is back.", model=model, names=names)
        return title, [seen, answered, smaller]
    title = _("{names} failed, a request was answered locally", names=names)
    again = _("The answer came from {model}; the next request tries {names} again.", model=model, names=names)
    return title, [seen, again, smaller]


def _returned(banner: Banner, wall: Callable[[float], datetime]) -> _TitleAndSentences:
    names, answered = join_short(banner.services, _NAMES_MAX), int(_number(banner, "answered") or 0)
    if banner.params.get("code") == "disturbed":
        title = _("{names} is tried again", names=names)
        why = _("This computer woke up or changed networks, so what failed before says nothing.")
    else:
        title = _("{names} answers again, tools are back in the cloud", names=names)
        why = ""
    local = ngettext("{n} request was answered locally.", "{n} requests were answered locally.", answered)
    return title, [why, local if answered else _("Nothing was answered locally.")]


_STAGES: dict[BannerStage, Callable[[Banner, Callable[[float], datetime]], _TitleAndSentences]] = {
    BannerStage.DOWN: _down,
    BannerStage.CONFIRMED: _confirmed,
    BannerStage.PARTLY_BACK: _partly_back,
    BannerStage.RECOVERING: _recovering,
    BannerStage.OVER: _over,
    BannerStage.CAUSE: _named,
    BannerStage.YELLOW: _yellow,
    BannerStage.SWITCHED: _switched,
    BannerStage.SWITCH_FAILED: _switch_failed,
    BannerStage.HOME: _home,
    BannerStage.MOVED: _moved,
    BannerStage.RETURNED: _returned,
    BannerStage.FLAPPING: _flapping,
}
