"""What traffic stands for: which parts, which kind of address, and which request is whose retry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.support.gatewaybed import acme
from tests.support.messagesbed import brain
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Witness
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.evidence import RETRY_GAP_S, PartsOf, RequestNames, parts_of, witness_of
from trayapp.paths import home
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.watch.pages.registry import page_kinds


def test_an_endpoint_speaks_for_the_component_of_its_name() -> None:
    provider = acme("https://api.acme.example")
    assert parts_of(provider, Endpoint.CHAT_COMPLETIONS) == (Part("acme-api", "chat-completions"),)
    assert parts_of(provider, Endpoint.MODELS) == (
        Part("acme-api", "chat-completions"),
        Part("acme-api", "embeddings"),
    )


def test_messages_speak_for_what_works_through_them() -> None:
    provider = brain("https://api.brain.example")
    both = (Part("brain-api", "messages"), Part("brain-code", "brain-code"))
    assert parts_of(provider, Endpoint.MESSAGES) == both
    assert parts_of(provider, Endpoint.COUNT_TOKENS) == parts_of(provider, Endpoint.MODELS) == both
    api, code = provider.services
    # Of its own: another component of the same service, another endpoint, another way to ask.
    wide = structs.replace(api, probes=(structs.replace(api.probes[0], components=("messages", "files")),))
    assert parts_of(structs.replace(provider, services=(wide, code)), Endpoint.MESSAGES) == both
    named = structs.replace(code, probes=(structs.replace(code.probes[0], components=("chat-completions",)),))
    assert parts_of(structs.replace(provider, services=(api, named)), Endpoint.MESSAGES) == both[:1]
    apart = structs.replace(code, probes=(*code.probes, structs.replace(code.probes[0], url="https://x.example/a")))
    assert parts_of(structs.replace(provider, services=(api, apart)), Endpoint.MESSAGES) == both[:1]
    unseen = structs.replace(code, probes=())
    assert parts_of(structs.replace(provider, services=(api, unseen)), Endpoint.MESSAGES) == both[:1]


def test_the_shipped_catalogue_says_what_rests_on_what() -> None:
    providers = load_services(home(), Settings(), {}, page_kinds()).catalogue.providers
    assert parts_of(providers["anthropic"], Endpoint.MESSAGES) == (
        Part("claude-api", "messages"),
        Part("claude-code", "claude-code"),
    )
    assert parts_of(providers["openai"], Endpoint.CHAT_COMPLETIONS) == (Part("openai-api", "chat-completions"),)


def test_what_was_found_is_forgotten_with_the_provider() -> None:
    parts, provider = PartsOf(), acme("https://api.acme.example")
    assert parts(provider, Endpoint.MODELS) == parts_of(provider, Endpoint.MODELS)
    assert parts(provider, Endpoint.MODELS) is parts(provider, Endpoint.MODELS)
    other = structs.replace(provider, services=())
    assert parts(other, Endpoint.MODELS) == ()


def attempt(names: RequestNames, body: bytes, at: float, *, failed: bool, tool: str = "editor") -> str | None:
    return names.end(names.begin(tool, "/v1/x", body, at), at + 1.0, failed=failed)


def test_the_retries_of_a_failed_request_are_one_request() -> None:
    names = RequestNames()
    first = attempt(names, b"poison", 0.0, failed=True)
    assert attempt(names, b"poison", 2.0, failed=True) == first
    assert attempt(names, b"poison", 10.0, failed=True) == first
    assert attempt(names, b"poison", 11.0 + RETRY_GAP_S, failed=True) == first
    assert attempt(names, b"poison", 12.1 + 2 * RETRY_GAP_S + 1, failed=True) != first


def test_other_requests_are_others() -> None:
    names = RequestNames()
    first = attempt(names, b"one", 0.0, failed=True)
    assert attempt(names, b"two", 1.0, failed=True) != first
    assert attempt(names, b"one", 1.0, failed=True, tool="other") != first


def test_after_a_success_the_same_words_are_a_new_request() -> None:
    names = RequestNames()
    first = attempt(names, b"same", 0.0, failed=False)
    assert attempt(names, b"same", 1.0, failed=False) != first


def test_what_runs_at_the_same_time_and_asks_the_same_counts_once() -> None:
    names = RequestNames()
    one, two = (names.begin("editor", "/v1/x", b"same", 0.0) for _ in range(2))
    assert names.end(one, 5.0, failed=True) == names.end(two, 6.0, failed=True)


@given(st.lists(st.tuples(st.integers(0, 3000), st.booleans()), max_size=200))
def test_the_memory_is_bounded(attempts: list[tuple[int, bool]]) -> None:
    names = RequestNames()
    running = [names.begin("editor", "/v1/x", b"%d" % number, 0.0) for number in range(1100)]
    for at, (number, failed) in enumerate(attempts):
        attempt(names, b"%d" % number, float(at), failed=failed)
    assert sum(names.end(one, 300.0, failed=True) is not None for one in running) <= 1024


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (b'{"messages": [{"model": "inner"}], "model": "big-1"}', "big-1"),
        (b'{"model": "' + b"x" * 5000 + b'"}', "x" * 100),
        (b'{"messages": []}', ""),
        (b'{"model": 7}', ""),
        (b'{"model": null}', ""),
        (b'{"model": "\xff"}', ""),
        (b'{"model": "big-1"', ""),
        (b'{"a":' * 100_000, ""),
        (b'["model", "big-1"]', ""),
        (b"\x28\xb5\x2f\xfd", ""),
        (b"", ""),
    ],
)
def test_who_asks_for_what(body: bytes, model: str) -> None:
    assert witness_of("aa11", "/v1/x", body) == Witness("aa11", "/v1/x", model)
