"""A language model of random numbers, 500 kB: the real engine runs it, and it writes nonsense.

Two layers of a Llama, a byte-level vocabulary and the ChatML template. Only printable characters
have an output row that is not zero, so that it always writes visible text and never ends by itself.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

_CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_WIDTH = 64
_HEADS = 4
_INNER = 128
_LAYERS = 2


def write(path: Path, seed: int = 7) -> Path:
    """Writes the model; the same seed gives the same file."""
    rng = np.random.default_rng(seed)
    special = [b"<unk>", b"<s>", b"</s>", b"<|im_start|>", b"<|im_end|>"]
    kinds = [gguf.TokenType.UNKNOWN] + [gguf.TokenType.CONTROL] * 4
    raw = [f"<0x{byte:02X}>".encode() for byte in range(256)]
    kinds += [gguf.TokenType.BYTE] * 256
    visible = ["\u2581".encode(), *(chr(c).encode() for c in range(33, 127))]
    kinds += [gguf.TokenType.NORMAL] * len(visible)
    words = special + raw + visible

    file = gguf.GGUFWriter(str(path), "llama")
    file.add_name("weft-tiny-random")
    file.add_context_length(4096)
    file.add_embedding_length(_WIDTH)
    file.add_block_count(_LAYERS)
    file.add_feed_forward_length(_INNER)
    file.add_head_count(_HEADS)
    file.add_head_count_kv(_HEADS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(_WIDTH // _HEADS)
    file.add_vocab_size(len(words))
    file.add_tokenizer_model("llama")
    file.add_token_list(words)
    file.add_token_scores([-float(rank) for rank in range(len(words))])
    file.add_token_types(kinds)
    file.add_unk_token_id(0)
    file.add_bos_token_id(1)
    file.add_eos_token_id(4)
    file.add_add_bos_token(True)
    file.add_chat_template(_CHATML)

    def noise(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) * 0.08).astype(np.float32)

    ones = np.ones(_WIDTH, np.float32)
    output = noise(len(words), _WIDTH) * 4
    output[: len(words) - len(visible)] = 0
    file.add_tensor("token_embd.weight", noise(len(words), _WIDTH))
    file.add_tensor("output_norm.weight", ones)
    file.add_tensor("output.weight", output)
    for layer in range(_LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            file.add_tensor(f"blk.{layer}.{name}.weight", ones)
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            file.add_tensor(f"blk.{layer}.{name}.weight", noise(_WIDTH, _WIDTH))
        for name in ("ffn_gate", "ffn_up"):
            file.add_tensor(f"blk.{layer}.{name}.weight", noise(_INNER, _WIDTH))
        file.add_tensor(f"blk.{layer}.ffn_down.weight", noise(_WIDTH, _INNER))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()
    return path
