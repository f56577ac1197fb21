"""What errors are about, as providers and gateways say it."""

import json
from typing import Any

import pytest

from tests.support.spelled import spelled
from trayapp.core.evidence.answers import read_answer
from trayapp.core.evidence.error_words import base_resp, error_of, meant, refuses_address, status_named
from trayapp.core.evidence.observation import Badge, Depth, Outcome

GOOD, NEUTRAL, API, COMPLETION = Outcome.GOOD, Outcome.NEUTRAL, Depth.API, Depth.COMPLETION

NOT_HERE = "The 'x-1.5' model is not supported when using the tool with this kind of account."


def _raw(body: Any) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        # OpenAI; its ended ones; Azure.
        (404, {"message": "The model `x` does not exist or you do not have access to it.", "code": "model_not_found"}),
        (404, {"message": "The model `x` has been deprecated, learn more here: …", "code": "model_not_found"}),
        (404, {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}),
        # Anthropic says no more.
        (404, {"type": "not_found_error", "message": "model: claude-2.1"}),
        # Google, of one that never was and of one that ended.
        (404, {"code": 404, "message": "models/x is not found for API version v1beta", "status": "NOT_FOUND"}),
        (404, {"message": "X Vision has been deprecated on July 12. Consider switching to different model."}),
        # Groq.
        (
            400,
            {
                "message": "The model `x` has been decommissioned and is no longer supported.",
                "code": "model_decommissioned",
            },
        ),
        # Mistral, Perplexity, DeepSeek, xAI, Cohere, Together, OpenRouter, Fireworks, Hugging Face, Qwen, Ollama.
        (400, {"message": "Invalid model: x", "type": "invalid_model", "code": "1500"}),
        (
            400,
            {
                "message": "Invalid model 'x'. Permitted models can be found in the documentation",
                "type": "invalid_model",
            },
        ),
        (400, {"message": "Model Not Exist", "type": "invalid_request_error"}),
        (404, {"code": "not-found", "message": "The model x does not exist or your team has no access to it."}),
        (404, {"message": "model 'x' not found, make sure the correct model ID was used"}),
        (404, {"message": "Unable to access model x. Please visit …", "code": "model_not_available"}),
        (400, {"message": "x is not a valid model ID", "code": 400}),
        (404, {"message": "No endpoints found for x.", "code": 404}),
        (404, {"message": "Model not found, inaccessible, and/or not deployed", "code": "NOT_FOUND"}),
        (400, {"message": "The requested model 'x' is not supported by any provider", "code": "model_not_supported"}),
        (404, {"message": "The model `x` does not exist.", "code": "model_not_found"}),
        (404, {"message": 'model "x" not found, try pulling it first', "type": "api_error"}),
        (404, {"message": "Publisher Model `p/models/x-2.5-flash` was not found or you have no access to it."}),
        (401, {"type": "key_model_access_denied", "param": "model", "code": "401", "message": "key not allowed"}),
        (404, {"param": "None", "message": "Model not found: x"}),
        (403, {"code": "Model.AccessDenied", "message": "Model access denied."}),
        # A project that may not use it; Bedrock.
        (403, {"message": "Project `p` does not have access to model `x`", "code": "model_not_found"}),
        (400, {"message": "The provided model identifier is invalid."}),
        (404, {"message": "This model version has reached the end of its life."}),
        (410, {"message": "Model x: discontinued."}),
    ],
)
def test_a_model_that_is_not_offered_is_a_badge_in_every_dialect(status: int, error: dict[str, Any]) -> None:
    got = read_answer(status, {}, _raw({"error": error}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.depth, got.badge) == (GOOD, API, Badge.MODEL)
    assert read_answer(status, {}, _raw({"error": error}), depth=API).badge is None, "a list of models needs none"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, {"message": "Unknown error"}),
        (404, {"message": "previous_response_not_found", "param": "previous_response_id"}),
        (404, {"message": "Item with id 'rs_1' not found.", "param": "input"}),
        (400, {"message": "This model does not support tools.", "type": "invalid_request_error"}),
        (400, {"message": "With this model, 'max_tokens' is deprecated: use 'max_completion_tokens'."}),
        (400, {"message": "The model's output limit is 4096 tokens", "param": "max_tokens"}),
        (403, {"message": "The model does not exist for you", "type": "permission_error"}),
        (404, {"message": "No such path: /v1/chatt"}),
        (404, {"message": "Embedding model x not found", "param": "tools"}),
        (401, {"message": "The model does not exist"}),
        (429, {"message": "Rate limit reached: the model x is deprecated, with lower limits."}),
    ],
)
def test_what_is_about_something_else_names_no_model(status: int, error: dict[str, Any]) -> None:
    assert read_answer(status, {}, _raw({"error": error}), depth=COMPLETION, keyed=True).badge is not Badge.MODEL


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, {"message": "Insufficient Balance"}),
        (429, {"code": "insufficient_quota", "message": "You exceeded your current quota, please check your plan."}),
        (400, {"type": "invalid_request_error", "message": "Your credit balance is too low to access the API."}),
        (400, {"type": "invalid_request_error", "message": "You have reached your specified API usage limits."}),
        (403, {"message": "Your team has used all available credits or reached its monthly spending limit."}),
        (429, {"type": "exceeded_current_quota_error", "message": "Your account is suspended"}),
        (429, {"code": "1113", "message": "Insufficient balance or no resource package."}),
        (400, {"code": "Arrearage", "message": "Access denied, please make sure your account is in good standing."}),
        (403, {"code": "no permission", "message": "Your newly created team doesn't have any credits or licenses."}),
        (403, {"code": "AllocationQuota.FreeTierOnly", "message": "The free tier has been exhausted."}),
        (429, {"type": "budget_exceeded", "code": "429", "message": "Current cost: 5, most: 4"}),
        (429, {"code": "quota_exceeded", "message": "You have exceeded your allowance of premium requests"}),
        (412, {"message": "Account is suspended, possibly due to reaching the monthly spending limit."}),
    ],
)
def test_a_key_without_money_is_a_badge_in_every_dialect(status: int, error: dict[str, Any]) -> None:
    got = read_answer(status, {}, _raw({"error": error}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.badge, got.accepted) == (GOOD, Badge.QUOTA, None)


@pytest.mark.parametrize("within", [True, False])
def test_the_beginning_of_what_an_error_says_is_read(within: bool) -> None:
    """Searching all of 64 KiB that somebody hostile sends takes seconds."""
    told = "model " * (100 if within else 10_000) + "insufficient balance"
    got = read_answer(429, {}, _raw({"error": {"message": told}}), depth=COMPLETION, keyed=True)
    assert got.badge is (Badge.QUOTA if within else Badge.RATE_LIMIT)


@pytest.mark.parametrize("detail", ["Model not found: x", "Invalid model name passed in model=x.", NOT_HERE])
def test_a_gateway_of_ones_own_says_it_in_a_detail(detail: str) -> None:
    for told in (detail, {"error": detail}, {"message": detail}):
        assert read_answer(404, {}, _raw({"detail": told}), depth=COMPLETION, keyed=True).badge is Badge.MODEL


@pytest.mark.parametrize(
    "error",
    [
        {"code": "insufficient_quota", "message": "You exceeded your current quota: error-code#token-limit"},
        {"code": "quota_exceeded", "message": "Too many concurrent requests"},
        {"code": "request_quota_exceeded", "message": "Requests per second limit exceeded"},
        {"code": "1302", "message": "High concurrency usage, please reduce it"},
        {
            "code": "rate_limit_exceeded",
            "message": "Limit reached for model x, service tier on_demand: 6000 per minute",
        },
    ],
)
def test_a_brief_limit_is_this_keys_and_no_empty_account(error: dict[str, Any]) -> None:
    got = read_answer(429, {}, _raw({"error": error}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.badge, got.accepted) == (NEUTRAL, Badge.RATE_LIMIT, None)


@pytest.mark.parametrize(
    "error",
    [
        {"type": "server_error", "message": "That model is currently overloaded with other requests."},
        {"type": "engine_overloaded_error", "message": "later"},
        {"type": "too_many_requests_error", "code": "queue_exceeded", "message": "busy"},
        {"type": "service_tier_capacity_exceeded", "code": "3505", "message": "words"},
        {"type": "invalid_request_error", "message": "Service tier capacity exceeded for this model."},
        {"code": "429", "message": "The system is currently experiencing high demand."},
        {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Resource exhausted. Please try again later."},
        {"code": "1305", "message": "later"},
        {"type": "None", "param": "None", "code": "429", "message": "No deployments available for the model"},
        {"code": "system_busy", "message": "We are currently experiencing high traffic"},
    ],
    ids=spelled,
)
def test_too_little_for_everybody_is_no_limit_of_this_key(error: dict[str, Any]) -> None:
    """It would say of the user's own account what is the provider's state."""
    for headers in ({}, {"retry-after": "20"}):
        got = read_answer(429, headers, _raw({"error": error}), depth=COMPLETION, keyed=True)
        assert (got.outcome, got.badge, got.accepted) == (NEUTRAL, None, False)


@pytest.mark.parametrize(("code", "accepted"), [(429, None), (500, False), (502, False), (503, False)])
def test_what_is_somebodys_behind_a_router_is_no_failure_of_the_router(code: int, accepted: bool | None) -> None:
    """One model of hundreds is out then, and that is said where it was answered before."""
    told = {"code": code, "message": "Provider returned error", "metadata": {"provider_name": "X", "raw": "later"}}
    for status in (code, 200):
        got = read_answer(status, {}, _raw({"error": told}), depth=COMPLETION, keyed=True, proven=True)
        assert (got.outcome, got.code, got.badge, got.accepted) == (NEUTRAL, f"http_{code}", None, accepted)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Access to X's models is not allowed from unsupported countries, regions, or territories."),
        (400, "The free tier is not available in your country. Please enable billing."),
        (403, "Access denied. Please check your network settings."),
        (403, "Access denied due to Virtual Network/Firewall rules."),
        (403, "Public access is disabled. Please configure private endpoint."),
    ],
)
def test_an_address_that_is_refused_is_no_wrong_key(status: int, message: str) -> None:
    got = read_answer(status, {}, _raw({"error": {"message": message}}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.depth, got.badge, got.accepted) == (GOOD, Depth.EDGE, Badge.REGION, None)


def test_a_limit_of_the_minute_is_no_empty_account_whatever_it_is_called() -> None:
    said = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota. Retry in 12 s."}
    got = read_answer(429, {}, _raw({"error": said}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.badge) == (NEUTRAL, Badge.RATE_LIMIT)


@pytest.mark.parametrize(
    ("body", "status", "meant_status"),
    [
        ({"success": False, "msg": "404 NOT_FOUND", "code": 500}, 200, 404),
        ({"success": False, "msg": "no such thing", "code": 1305}, 200, 429),
        ({"success": False, "msg": "no such thing"}, 200, 400),
        ({"success": False}, 200, 200),
        ({"success": True, "msg": "ok", "code": 500}, 200, 200),
        # A redirect is one, whatever stands in it.
        ({"success": False, "msg": "404 NOT_FOUND"}, 300, 300),
        ("no object", 200, 200),
    ],
)
def test_what_a_body_says_its_status_should_have_been(body: Any, status: int, meant_status: int) -> None:
    assert meant(body, status) == meant_status


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"success": False, "msg": "no", "code": 7}, {"message": "no", "code": "7"}),
        ({"success": False, "msg": "no", "error": {"code": 8}}, {"message": "no", "code": "None"}),
        ({"success": True, "msg": "yes", "code": 7}, {"success": True, "msg": "yes", "code": 7}),
        ({"success": False, "code": 7}, {"success": False, "code": 7}),
        ({"msg": "yes", "error": {"code": 8}}, {"code": 8}),
    ],
)
def test_where_an_error_stands(body: Any, error: dict[str, Any]) -> None:
    assert error_of(body) == error


@pytest.mark.parametrize(
    ("code", "status"),
    [(400, 400), (599, 599), (600, None), (399, None), ("429", 429), ("1305", 429), ("01305", None), (True, None)],
)
def test_what_a_code_stands_for(code: object, status: int | None) -> None:
    assert status_named({"code": code}) == status


def test_an_address_is_refused_by_words_with_some_statuses_alone() -> None:
    error = {"message": "Your region is not supported."}
    assert [status for status in (400, 401, 402, 403, 404) if refuses_address(status, error)] == [400, 403]


def test_what_is_no_object_has_no_number_of_its_own() -> None:
    assert base_resp("base_resp") is None
