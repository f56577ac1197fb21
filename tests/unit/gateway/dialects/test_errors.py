"""Whose fault an error is, in the words of those who tell it."""

from typing import Any

import pytest

from trayapp.core.switching.failure import Fault, Said
from trayapp.gateway.dialects import chat, messages, responses
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.dialects.errors import overflow_in, too_long

SERVER, REQUEST, QUOTA = Fault.SERVER, Fault.REQUEST, Fault.QUOTA
OVERFLOW, FOREIGN = Fault.OVERFLOW, Fault.FOREIGN
ALL = (chat, responses, messages)
BAD = "invalid_request_error"


def openai(message: str, code: str | None = None, kind: str = BAD, param: str | None = None) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


def anthropic(message: str, kind: str = BAD) -> dict[str, Any]:
    return {"type": kind, "message": message}


LENGTHS: list[tuple[Any, int | None, int | None]] = [
    # llama.cpp, with its figures beside its words and without them.
    (
        {
            "code": 400,
            "type": "exceed_context_size_error",
            "message": "the request exceeds the available context size, try increasing it",
            "n_prompt_tokens": 5219,
            "n_ctx": 512,
        },
        5219,
        512,
    ),
    (
        {"code": 400, "message": "request (5219 tokens) exceeds the available context size (512 tokens), try it"},
        5219,
        512,
    ),
    # OpenAI.
    (
        openai(
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 10018 tokens.",
            "context_length_exceeded",
            param="messages",
        ),
        10018,
        8192,
    ),
    (
        openai(
            "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens (1000 in the "
            "messages, 4000 in the completion). Please reduce the length of the messages or completion."
        ),
        5000,
        4097,
    ),
    (
        openai(
            "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300,036 tokens.",
            "context_length_exceeded",
        ),
        300036,
        272000,
    ),
    (
        openai("Your input exceeds the context window of this model.", "context_length_exceeded", param="input"),
        None,
        None,
    ),
    ({"code": "context_length_exceeded"}, None, None),
    # OpenRouter, xAI, Mistral, Google, vLLM, SGLang.
    (
        openai(
            "This endpoint's maximum context length is 32768 tokens. However, you requested about 42011 tokens (12011 "
            "of text input, 30000 in the output)."
        ),
        42011,
        32768,
    ),
    (
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        537812,
        131072,
    ),
    (
        {
            "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum "
            "context length"
        },
        40000,
        32768,
    ),
    (
        {
            "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
            "code": 400,
        },
        1200000,
        1048576,
    ),
    (
        {
            "message": "This model's maximum context length is 4096 tokens. However, you requested 10 output tokens "
            "and your prompt contains at least 4097 input tokens.",
            "type": "BadRequestError",
            "code": 400,
        },
        4097,
        4096,
    ),
    (
        {"object": "error", "message": "Requested input length 268893 exceeds maximum input length 202751"},
        268893,
        202751,
    ),
    # Anthropic.
    (anthropic("prompt is too long: 208310 tokens > 200000 maximum"), 208310, 200000),
    (
        anthropic("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease it"),
        209573,
        200000,
    ),
    # LM Studio, Ollama.
    (
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context "
        "length of only 4096 tokens, which is not enough.",
        None,
        4096,
    ),
    ("input length exceeds the context length", None, None),
]


@pytest.mark.parametrize(("error", "tokens", "most"), LENGTHS)
def test_a_request_that_is_too_long(error: Any, tokens: int | None, most: int | None) -> None:
    overflow = overflow_in(error)
    assert overflow is not None
    assert (overflow.tokens, overflow.most) == (tokens, most)
    if tokens is not None and most is not None and "exceed context limit" not in str(error):
        assert too_long(overflow) == f"prompt is too long: {tokens} tokens > {most} maximum"
    for dialect in ALL:
        said = dialect.said(400, error)
        assert said == Said(OVERFLOW, "http_400", tokens)
        in_stream = dialect.said(200, error)
        assert in_stream is not None
        assert (in_stream.fault, in_stream.needs) == (OVERFLOW, tokens)


@pytest.mark.parametrize(
    "error",
    [
        openai("max_tokens is too large: 32000. This model's maximum context length is 4 tokens."),
        openai(
            "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 8192."
        ),
        anthropic("max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for it"),
        anthropic("Request exceeds the maximum size", "request_too_large"),
        openai(
            "Request too large for gpt-4 on tokens per min (TPM): Limit 10000, Requested 15000.", "rate_limit_exceeded"
        ),
    ],
)
def test_what_no_shorter_conversation_would_mend(error: Any) -> None:
    assert overflow_in(error) is None
    assert [dialect.said(400, error) for dialect in ALL] == [Said(REQUEST, "http_400")] * 3


CONTENT = openai(
    "The response was filtered due to the prompt triggering Azure's content management policy.", "content_filter"
)


@pytest.mark.parametrize(
    ("dialect", "status", "error", "said"),
    [
        # What an answer is by its status alone.
        *((each, 400, None, None) for each in ALL),
        *((each, 503, {"error": {"message": "Overloaded"}}, Said(SERVER, "http_503")) for each in ALL),
        *((each, 408, {"message": "slow"}, Said(SERVER, "http_408")) for each in ALL),
        *(
            (each, 401, openai("Incorrect API key provided", "invalid_api_key"), Said(REQUEST, "http_401"))
            for each in ALL
        ),
        *((each, 402, {"message": "Insufficient Balance"}, Said(QUOTA, "http_402")) for each in ALL),
        *((each, 429, openai("Slow down", "rate_limit_exceeded"), Said(REQUEST, "http_429")) for each in ALL),
        *(
            (each, 429, openai("Empty", "insufficient_quota", "insufficient_quota"), Said(QUOTA, "http_429"))
            for each in ALL
        ),
        *((each, 400, CONTENT, Said(REQUEST, "http_400")) for each in ALL),
        (messages, 400, anthropic("Your credit balance is too low to access the API."), Said(QUOTA, "http_400")),
        (messages, 400, anthropic("max_tokens: Field required"), Said(REQUEST, "http_400")),
        (messages, 529, anthropic("Overloaded", "overloaded_error"), Said(SERVER, "http_529")),
        (messages, 500, anthropic("your plan not support model, M2 (2061)", "api_error"), Said(REQUEST, "http_403")),
        # A limit that is told by its tokens is one, and no length.
        (chat, 429, openai("This model's maximum context length is 8 tokens a minute"), Said(REQUEST, "http_429")),
        # In a stream.
        (chat, 200, {"message": "The server had an error", "type": "server_error"}, Said(SERVER, "cut")),
        (chat, 200, {"code": 502, "message": "Provider returned error"}, Said(SERVER, "http_502")),
        (chat, 200, {"code": 502, "message": "Oh", "metadata": {"provider_name": "X"}}, Said(SERVER, "http_502")),
        (chat, 200, {"code": 429, "message": "Rate limit exceeded"}, Said(REQUEST, "http_429")),
        (chat, 200, openai("Empty", "insufficient_quota", "insufficient_quota"), Said(QUOTA, "http_429")),
        (chat, 200, "boom", Said(SERVER, "cut")),
        *((each, 200, "Output blocked by content filtering policy", Said(REQUEST, "refused")) for each in ALL),
        (responses, 200, {"code": "server_error", "message": "Oh"}, Said(SERVER, "cut")),
        (responses, 200, {"code": "rate_limit_exceeded", "message": "Slow down"}, Said(REQUEST, "http_429")),
        (responses, 200, {"code": "insufficient_quota", "message": "Empty"}, Said(QUOTA, "http_429")),
        (responses, 200, {"code": "invalid_prompt", "message": "No"}, Said(REQUEST, "refused")),
        (messages, 200, anthropic("Overloaded", "overloaded_error"), Said(SERVER, "http_529")),
        (messages, 200, anthropic("Slow down", "rate_limit_error"), Said(REQUEST, "http_429")),
        (messages, 200, anthropic("Pay", "billing_error"), Said(QUOTA, "http_402")),
        (messages, 200, anthropic("No such model", "not_found_error"), Said(REQUEST, "http_404")),
        (messages, 200, {}, Said(SERVER, "cut")),
    ],
)
def test_whose_fault_it_is(dialect: ToolDialect, status: int, error: Any, said: Said | None) -> None:
    assert dialect.said(status, error) == said


ANOTHERS: list[Any] = [
    anthropic("messages.1.content.0: Invalid `signature` in `thinking` block"),
    anthropic("messages.3.content.0: Invalid signature in thinking block"),
    anthropic("messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different one."),
    anthropic("messages.1.content.1: Invalid `data` in `redacted_thinking` block"),
    anthropic(
        "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` "
        "is enabled, a final `assistant` message must start with a thinking block"
    ),
    anthropic(
        "messages.5.content.1: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be "
        "modified."
    ),
    anthropic(
        "messages.1.content.0: When thinking is disabled, an `assistant` message in the final position cannot "
        "contain `thinking`."
    ),
    anthropic("messages.1.content.0.thinking.signature: Field required"),
    anthropic("messages.1.content.0.signature: Extra inputs are not permitted"),
    anthropic("messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    anthropic("messages.2.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
    anthropic("messages: text content blocks must be non-empty"),
    anthropic("messages.2: all messages must have non-empty content except for the optional final assistant message"),
    openai("The encrypted content gAAA...DQ== could not be verified.", "invalid_encrypted_content"),
    openai(
        "The encrypted content for item rs_0a could not be verified. Reason: Encrypted content could not be decrypted."
    ),
    openai(
        "Invalid 'input[3].id': 'item_1'. Expected an ID that begins with 'fc'.", "invalid_value", param="input[3].id"
    ),
    openai(
        "Invalid 'input[2].id': string too long. Expected a string with maximum length 64.", "string_above_max_length"
    ),
    openai(
        "Invalid 'input[5].call_id': string too long. Expected a string with maximum length 64, but got 69 instead."
    ),
    openai("Unknown parameter: 'input[1].status'.", "unknown_parameter", param="input[1].status"),
    openai("Missing required parameter: 'input[1].summary'.", "missing_required_parameter", param="input[1].summary"),
    openai("Item 'rs_0c' of type 'reasoning' was provided without its required following item.", param="input"),
    openai("Item 'fc_0c' of type 'function_call' was provided without its required 'reasoning' item: 'rs_1'."),
    openai(
        "Invalid 'input[39].content': array too long. Expected an array with maximum length 0, but got 1.",
        "array_above_max_length",
    ),
    openai("Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40."),
    openai("'messages[3].tool_call_id': string too long. Expected a string with maximum length 40."),
    {"message": "Tool call id was call_9f2 but must be a-z, A-Z, 0-9, with a length of 9."},
    {
        "message": "messages.2.assistant.reasoning_content: property 'messages.2.assistant.reasoning_content' is "
        "unsupported",
        "type": BAD,
        "param": "validation_error",
        "code": "wrong_api_format",
    },
    {
        "object": "error",
        "message": {
            "detail": [
                {
                    "type": "extra_forbidden",
                    "loc": ["body", "messages", 1, "assistant", "reasoning_content"],
                    "msg": "Extra",
                }
            ]
        },
    },
    openai("Extra inputs are not permitted, field: 'messages[8].reasoning', value: 'Now I need to'"),
]


@pytest.mark.parametrize("error", ANOTHERS)
@pytest.mark.parametrize("dialect", ALL)
def test_what_another_model_wrote(dialect: ToolDialect, error: Any) -> None:
    assert dialect.said(400, error) == Said(FOREIGN, "http_400")
    assert dialect.said(422, {"error": error}) == Said(FOREIGN, "http_422")
    in_stream = dialect.said(200, error)
    assert in_stream is not None
    assert in_stream.fault is FOREIGN
    # A key, a limit and a failing server are nobody's words.
    assert [one and one.fault for one in (dialect.said(each, error) for each in (401, 429, 503))] == [
        REQUEST,
        REQUEST,
        SERVER,
    ]


def test_an_item_that_is_not_there_comes_as_a_404() -> None:
    """https://github.com/vercel/ai/issues/7543"""
    message = "Item with id 'rs_04' not found. Items are not persisted when `store` is set to false."
    assert responses.said(404, openai(message, param="input")) == Said(FOREIGN, "http_404")


@pytest.mark.parametrize(
    "error",
    [
        openai("Unsupported parameter: 'reasoning.effort' is not supported with this model.", param="reasoning.effort"),
        openai("Unrecognized request argument supplied: reasoning_effort"),
        openai("Unknown parameter: 'reasoning'."),
        openai("Unknown parameter: 'input[1].caption'."),
        openai("Missing required parameter: 'input[2].call_id'."),
        openai("Invalid 'input[1].content': array too long. Expected an array with maximum length 500."),
        openai("No tool output found for function call call_1.", param="input"),
        openai("The model `gpt-9` does not exist", "model_not_found"),
        openai("Missing required parameter: 'messages[1].tool_calls[0].id'."),
        {"message": "The `reasoning_content` in the thinking mode must be passed back to the API."},
        anthropic("thinking.budget_tokens: Input should be greater than or equal to 1024"),
        anthropic("`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive"),
        anthropic("thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags"),
        anthropic("messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1."),
        anthropic("messages.1.content.2.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'"),
        anthropic("tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"),
        anthropic("messages: at least one message is required"),
    ],
)
@pytest.mark.parametrize("dialect", ALL)
def test_what_is_the_requests_own(dialect: ToolDialect, error: Any) -> None:
    assert dialect.said(400, error) == Said(REQUEST, "http_400")


@pytest.mark.parametrize(
    "error", [[], ["x"], 7, True, {"message": ["x"], "type": {"a": 1}}, {"error": {}}, {"code": "x"}]
)
@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize("dialect", ALL)
def test_what_is_no_error_of_anybodys_reads_as_one(dialect: ToolDialect, status: int, error: Any) -> None:
    said = dialect.said(status, error)
    assert said is not None
    assert said.fault in (SERVER, REQUEST)


def test_a_long_error_is_read_as_far_as_it_is_bounded() -> None:
    said = chat.said(400, {"message": "item with id " * 100_000, "code": "x" * 10_000})
    assert said == Said(REQUEST, "http_400")
