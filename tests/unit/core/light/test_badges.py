"""Rule 3: trouble of the user's own account."""

import pytest
from msgspec import structs

from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try, Witness
from trayapp.core.light.badges import ACCOUNT_LIFE_S, BADGES_KEPT, COMPLETION_LIFE_S, RATE_LIMIT_LIFE_S, Badges


def tried(
    at: float,
    badge: Badge | None,
    source: Source = Source.PROBE,
    depth: Depth = Depth.API,
    outcome: Outcome = Outcome.GOOD,
) -> Try:
    return Try(at, at, source, "acme", "h", (Part("api", "a"), Part("api", "b")), depth, outcome, "x", badge=badge)


def test_a_badge_stays_until_a_good_answer_without_one() -> None:
    badges = Badges()
    badges.observe(tried(0.0, Badge.KEY))
    badges.observe(tried(1.0, None, outcome=Outcome.FAIL))
    badges.observe(tried(2.0, None, depth=Depth.EDGE))
    assert badges.of("api", 10.0) == (Badge.KEY,)
    badges.observe(tried(3.0, None))
    assert badges.of("api", 10.0) == ()


def test_our_key_is_not_that_of_the_users_tool() -> None:
    badges = Badges()
    badges.observe(tried(0.0, Badge.QUOTA, Source.TRAFFIC))
    badges.observe(tried(1.0, None))
    assert badges.of("api", 10.0) == (Badge.QUOTA,)
    (said,) = badges.reasons("api", 10.0)
    assert (said.code, said.source, said.at, said.params) == ("badge_quota", Source.TRAFFIC, 0.0, {})


def test_badges_age() -> None:
    badges = Badges()
    badges.observe(tried(0.0, Badge.RATE_LIMIT, Source.TRAFFIC, outcome=Outcome.NEUTRAL))
    badges.observe(tried(0.0, Badge.QUOTA))
    assert badges.of("api", 600.0) == (Badge.QUOTA, Badge.RATE_LIMIT)
    assert badges.of("api", 601.0) == (Badge.QUOTA,)
    assert badges.of("api", 3600.0) == (Badge.QUOTA,)
    assert badges.of("api", 3601.0) == ()


def test_other_services_have_their_own() -> None:
    badges = Badges()
    badges.observe(tried(0.0, Badge.KEY))
    assert badges.of("chat", 1.0) == ()


def test_of_very_many_credentials_those_that_were_heard_of_last_are_known() -> None:
    def refused(number: int, badge: Badge = Badge.RATE_LIMIT) -> Try:
        return structs.replace(tried(1.0, badge, Source.TRAFFIC), witness=Witness(f"{number}", "/v1/models"))

    badges = Badges()
    badges.observe(refused(0, Badge.KEY))
    for number in range(1, BADGES_KEPT):
        badges.observe(refused(number))
    badges.observe(refused(0, Badge.KEY))
    badges.observe(refused(BADGES_KEPT))
    assert badges.of("api", 2.0) == (Badge.KEY, Badge.RATE_LIMIT), "refused again just now"
    for number in range(1, BADGES_KEPT):
        badges.observe(refused(number))
    assert badges.of("api", 2.0) == (Badge.RATE_LIMIT,), "one more, and it is the oldest"


@pytest.mark.parametrize("badge", [Badge.KEY, Badge.FORBIDDEN])
def test_a_key_that_was_accepted_before_is_said_where_nothing_else_says_so(badge: Badge) -> None:
    badges = Badges()
    badges.observe(tried(1.0, badge), accepted_at=0.5)
    assert [each.params for each in badges.reasons("api", 2.0)] == [{"accepted_at": 0.5}]
    assert badges.reasons("api", 2.0, refused=True) == ()


def test_looking_tells_who_has_lost_a_badge_and_only_then() -> None:
    badges = Badges()
    badges.observe(tried(0.0, None))
    badges.observe(tried(1.0, Badge.RATE_LIMIT))
    moments = (RATE_LIMIT_LIFE_S, RATE_LIMIT_LIFE_S + 1.1, RATE_LIMIT_LIFE_S + 1.2)
    assert [badges.look(at) for at in moments] == [set(), {"api"}, set()]


def test_a_key_that_was_accepted_is_not_to_blame_by_itself() -> None:
    badges = Badges()
    badges.observe(tried(9.0, Badge.KEY), 5.0)
    (said,) = badges.reasons("api", 10.0)
    assert (said.code, said.params) == ("badge_key", {"accepted_at": 5.0})
    assert badges.reasons("api", 10.0, refused=True) == ()
    assert badges.of("api", 10.0) == (Badge.KEY,)
    badges.observe(tried(11.0, Badge.KEY))
    assert [one.params for one in badges.reasons("api", 12.0, refused=True)] == [{"accepted_at": None}]


def by(credential: str, at: float, badge: Badge | None, outcome: Outcome = Outcome.GOOD) -> Try:
    depth = Depth.EDGE if badge is Badge.REGION else Depth.API
    said = tried(at, badge, Source.TRAFFIC, depth, outcome)
    return structs.replace(said, witness=Witness(credential, "/v1/chat/completions"))


def completed(at: float, badge: Badge | None, model: str = "small", source: Source = Source.PROBE) -> Try:
    """A completion: our own, or one of a tool's."""
    depth = Depth.COMPLETION if badge is None else Depth.API
    return structs.replace(tried(at, badge, source, depth), witness=Witness("aa11", "/v1/chat/completions", model))


@pytest.mark.parametrize("badge", [Badge.QUOTA, Badge.MODEL, Badge.KEY])
def test_what_a_completion_of_our_own_is_told_no_list_of_models_takes_back(badge: Badge) -> None:
    badges = Badges()
    badges.observe(completed(0.0, badge))
    for minute in range(1, 60 * 24):
        badges.observe(tried(60.0 * minute, None))
    assert badges.of("api", 86_400.0) == (badge,), "it is asked for once a day at the least"
    assert badges.of("api", COMPLETION_LIFE_S + 1) == ()
    badges.observe(completed(86_400.0, None))
    assert badges.of("api", 86_400.0) == ()


def test_a_model_that_is_gone_is_named_and_goes_by_that_very_one() -> None:
    badges = Badges()
    badges.observe(completed(0.0, Badge.MODEL, "old", Source.TRAFFIC))
    badges.observe(completed(1.0, None, "new", Source.TRAFFIC))
    assert badges.of("api", 2.0) == (Badge.MODEL,)
    (said,) = badges.reasons("api", 2.0)
    assert (said.code, said.params) == ("badge_model", {"model": "old"})
    badges.observe(completed(3.0, None, "old", Source.TRAFFIC))
    assert badges.of("api", 4.0) == ()


def test_a_model_that_a_tool_wanted_is_forgotten_like_its_key() -> None:
    """Unlike one of our own completions, which nobody asks for again for a day."""
    badges = Badges()
    badges.observe(completed(0.0, Badge.MODEL, "old", Source.TRAFFIC))
    assert badges.of("api", ACCOUNT_LIFE_S) == (Badge.MODEL,)
    assert badges.of("api", ACCOUNT_LIFE_S + 1) == ()


def test_asking_whether_there_is_a_model_is_no_want_of_it() -> None:
    badges = Badges()
    badges.observe(completed(0.0, Badge.MODEL, "", Source.TRAFFIC))
    assert badges.of("api", 1.0) == ()


def test_who_is_told_that_a_model_is_gone_has_a_key_that_counts() -> None:
    badges = Badges()
    badges.observe(completed(0.0, Badge.KEY, "old", Source.TRAFFIC))
    badges.observe(completed(1.0, Badge.MODEL, "old", Source.TRAFFIC))
    assert badges.of("api", 2.0) == (Badge.MODEL,)


@pytest.mark.parametrize("badge", [Badge.KEY, Badge.QUOTA])
def test_a_tools_key_is_good_whatever_it_is_accepted_for(badge: Badge) -> None:
    badges = Badges()
    badges.observe(completed(0.0, badge, "large", Source.TRAFFIC))
    assert badges.of("api", 1.0) == (badge,)
    badges.observe(completed(1.0, None, "small", Source.TRAFFIC))
    assert badges.of("api", 2.0) == ()


@pytest.mark.parametrize("badge", [Badge.KEY, Badge.QUOTA, Badge.RATE_LIMIT])
def test_a_badge_belongs_to_a_credential(badge: Badge) -> None:
    badges = Badges()
    badges.observe(by("bad", 0.0, badge))
    badges.observe(by("good", 1.0, None))
    assert badges.of("api", 2.0) == (badge,)
    badges.observe(by("bad", 3.0, None))
    assert badges.of("api", 4.0) == ()


def test_a_credential_that_is_no_longer_used_beside_a_good_one_is_soon_forgotten() -> None:
    badges = Badges()
    for at in (0.0, 500.0, 1000.0):
        badges.observe(by("bad", at, Badge.KEY))
        badges.observe(by("good", at + 1, None))
        assert badges.of("api", at + RATE_LIMIT_LIFE_S) == (Badge.KEY,)
    assert badges.look(1000.0 + RATE_LIMIT_LIFE_S + 1) == {"api"}
    badges.observe(by("bad", 2000.0, Badge.KEY))
    assert badges.of("api", 2000.0 + ACCOUNT_LIFE_S) == (Badge.KEY,), "nobody was accepted since"


def test_a_refused_address_is_everybodys() -> None:
    badges = Badges()
    badges.observe(by("one", 0.0, Badge.REGION))
    badges.observe(by("two", 1.0, Badge.REGION))
    assert badges.of("api", 2.0) == (Badge.REGION,)
    badges.observe(by("other", 3.0, None))
    assert badges.of("api", 4.0) == ()
    badges.observe(by("one", 5.0, Badge.REGION))
    badges.observe(by("two", 6.0, Badge.KEY))
    assert badges.of("api", 7.0) == (Badge.KEY,), "who hears of his key is not refused for where he is"


def test_an_own_key_that_was_exchanged_is_soon_well() -> None:
    badges = Badges()
    for at, credential, badge in ((0.0, "old", Badge.KEY), (1.0, "new", None)):
        said = structs.replace(tried(at, badge), witness=Witness(credential, "/v1/models"))
        badges.observe(said)
    assert badges.of("api", 2.0) == ()


def test_who_tries_key_after_key_fills_nothing() -> None:
    badges = Badges()
    for number in range(10_000):
        badges.observe(by(str(number), float(number) / 100, Badge.KEY))
    assert len(badges.reasons("api", 100.0)) == 1
    badges.observe(by("9999", 100.0, None))
    assert badges.of("api", 100.0) == (Badge.KEY,)
