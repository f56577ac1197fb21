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
_WORDS = ("▁the", "▁light", "▁is", "▁green", "▁red", "▁and", "▁yellow", ".", ",", "▁")
_TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"


def write_tiny_gguf(
    path: Path, *, seed: int = 0, context_tokens: int = TRAINED_CONTEXT_TOKENS, ending: float = 1.0
) -> Path:
    """Write a llama model of two blocks to `path` and return it; the same seed gives the same answers.

    `ending`: by how much the word that ends an answer outweighs others; 0: it is never said.
    """
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *_WORDS]
    kinds = [
        gguf.TokenType.UNKNOWN,
        *[gguf.TokenType.CONTROL] * 2,
        *[gguf.TokenType.BYTE] * 256,
        *[gguf.TokenType.NORMAL] * len(_WORDS),
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
    writer.add_token_scores([0.0] * (259) + [-float(n) for n in range(1, len(_WORDS) + 1)])
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(_END)
    writer.add_chat_template(_TEMPLATE)

    random = np.random.default_rng(seed)

    def weights(name: str, *shape: int, ending: float = 1.0) -> None:
        drawn = random.standard_normal(shape) * 0.05
        drawn[_END] *= ending
        writer.add_tensor(name, drawn.astype(np.float32))

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(_WIDTH, np.float32))

    weights("token_embd.weight", len(tokens), _WIDTH)
    weights("output.weight", len(tokens), _WIDTH, ending=ending)
    ones("output_norm.weight")
    for block in range(_BLOCKS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights(f"blk.{block}.{part}.weight", _WIDTH, _WIDTH)
        weights(f"blk.{block}.ffn_gate.weight", _FEED_FORWARD, _WIDTH)
        weights(f"blk.{block}.ffn_up.weight", _FEED_FORWARD, _WIDTH)
        weights(f"blk.{block}.ffn_down.weight", _WIDTH, _FEED_FORWARD)
        ones(f"blk.{block}.attn_norm.weight")
        ones(f"blk.{block}.ffn_norm.weight")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
