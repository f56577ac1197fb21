"""What errors are about, as providers and gateways say it."""

import json
from typing import Any

import pytest

from trayapp.core.evidence.answers import read_answer
from trayapp.core.evidence.observation import Badge, Depth, Outcome

GOOD, NEUTRAL, API, COMPLETION = Outcome.GOOD, Outcome.NEUTRAL, Depth.API, Depth.COMPLETION


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
        (412, {"message": "Account is suspended, possibly due to reaching the monthly spending limit."}),
    ],
)
def test_a_key_without_money_is_a_badge_in_every_dialect(status: int, error: dict[str, Any]) -> None:
    got = read_answer(status, {}, _raw({"error": error}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.badge, got.accepted) == (GOOD, Badge.QUOTA, None)


@pytest.mark.parametrize("detail", ["Model not found: x", "Invalid model name passed in model=x."])
def test_a_gateway_of_ones_own_says_it_in_a_detail(detail: str) -> None:
    assert read_answer(404, {}, _raw({"detail": detail}), depth=COMPLETION, keyed=True).badge is Badge.MODEL


def test_a_limit_of_the_minute_is_no_empty_account_whatever_it_is_called() -> None:
    said = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota. Retry in 12 s."}
    got = read_answer(429, {}, _raw({"error": said}), depth=COMPLETION, keyed=True)
    assert (got.outcome, got.badge) == (NEUTRAL, Badge.RATE_LIMIT)
