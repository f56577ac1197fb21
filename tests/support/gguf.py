"""A language model of half a megabyte with random weights: nonsense in perfect shape, for the real llama.cpp."""

from pathlib import Path

import gguf
import numpy as np

TRAINED_CONTEXT_TOKENS = 2048

_BLOCKS = 2
_WIDTH = 64
_HEADS = 4
_FEED_FORWARD = 128
_END = 2
_QUOTE = 3 + ord('"')
_WORDS = ("▁the", "▁light", "▁is", "▁green", "▁red", "▁and", "▁yellow", ".", ",", "▁")
_TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"
_CALL = '<tool_call>\n{"name":▁"'
_TOOLS_TEMPLATE = """\
{%- if tools %}system: {{ tools | tojson }}
Call one by <tool_call>
{"name": NAME, "arguments": ARGUMENTS}
</tool_call>
{% endif %}
{%- for message in messages %}
{{- message.role }}: {{ message.content }}
{%- if message.tool_calls %}{% for call in message.tool_calls %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}{% endif %}
{% endfor %}
{%- if add_generation_prompt %}assistant: {% endif %}"""
_COMMON = 0.5
"""What the words of a model that calls tools are alike in, so that it can lean to some of them."""


def write_tiny_gguf(
    path: Path,
    *,
    seed: int = 0,
    context_tokens: int = TRAINED_CONTEXT_TOKENS,
    ending: float = 1.0,
    tools: bool = False,
) -> Path:
    """Write a llama model of two blocks to `path` and return it; the same seed gives the same answers.

    `ending`: by how much the word that ends an answer outweighs others; 0: it is never said. `tools`: it calls one
    where it has to, and what it says is short.
    """
    words = (*_WORDS, _CALL) if tools else _WORDS
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *words]
    kinds = [
        gguf.TokenType.UNKNOWN,
        *[gguf.TokenType.CONTROL] * 2,
        *[gguf.TokenType.BYTE] * 256,
        *[gguf.TokenType.NORMAL] * len(words),
    ]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_BLOCKS)
    writer.add_feed_forward_length(_FEED_FORWARD)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * (259) + [-float(n) for n in range(1, len(words) + 1)])
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(_END)
    writer.add_chat_template(_TOOLS_TEMPLATE if tools else _TEMPLATE)

    random = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return random.standard_normal(shape) * 0.05

    def add(name: str, values: np.ndarray) -> None:
        writer.add_tensor(name, values.astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(_WIDTH, np.float32))

    meanings, leanings = drawn(len(tokens), _WIDTH), drawn(len(tokens), _WIDTH)
    leanings[_END] *= ending
    if tools:
        meanings += _COMMON
        # Else a call is never begun, and a text in it never ended; an answer that ends at once is none.
        leanings[[_QUOTE, len(tokens) - 1]] += 0.1
        leanings[_END] += 0.06
    add("token_embd.weight", meanings)
    add("output.weight", leanings)
    ones("output_norm.weight")
    for block in range(_BLOCKS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{block}.{part}.weight", drawn(_WIDTH, _WIDTH))
        add(f"blk.{block}.ffn_gate.weight", drawn(_FEED_FORWARD, _WIDTH))
        add(f"blk.{block}.ffn_up.weight", drawn(_FEED_FORWARD, _WIDTH))
        add(f"blk.{block}.ffn_down.weight", drawn(_WIDTH, _FEED_FORWARD))
        ones(f"blk.{block}.attn_norm.weight")
        ones(f"blk.{block}.ffn_norm.weight")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
