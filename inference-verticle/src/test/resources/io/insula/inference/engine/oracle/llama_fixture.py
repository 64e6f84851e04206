"""Writes llama-tiny.gguf and llama-tiny.logits: a random Llama and what Hugging Face transformers computes with it.

    pip install torch transformers numpy
    python llama_fixture.py

The logits are float64: for each of TOKENS the whole vocabulary, little-endian.
"""

import struct
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent
TOKENS = [3, 17, 42, 5, 63, 0, 17, 9, 30, 58, 1, 12]

torch.manual_seed(20260101)
config = LlamaConfig(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    max_position_embeddings=128,
    rms_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    tie_word_embeddings=False,
    attn_implementation="eager",
)
model = LlamaForCausalLM(config).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter.uniform_(0.5, 1.5)
        else:
            parameter.normal_(0, 1.5 / parameter.shape[1] ** 0.5)
weights = {name: parameter.detach().numpy().astype(np.float32) for name, parameter in model.named_parameters()}


def interleave(rows, heads):
    """GGUF files of Llama models hold the rows of q and k so that rotary pairs are neighbours."""
    out, columns = rows.shape
    return rows.reshape(heads, 2, out // heads // 2, columns).swapaxes(1, 2).reshape(out, columns)


tensors = {
    "token_embd.weight": weights["model.embed_tokens.weight"],
    "output_norm.weight": weights["model.norm.weight"],
    "output.weight": weights["lm_head.weight"],
}
for layer in range(config.num_hidden_layers):
    source, target = f"model.layers.{layer}.", f"blk.{layer}."
    tensors[target + "attn_norm.weight"] = weights[source + "input_layernorm.weight"]
    tensors[target + "attn_q.weight"] = interleave(weights[source + "self_attn.q_proj.weight"], 4)
    tensors[target + "attn_k.weight"] = interleave(weights[source + "self_attn.k_proj.weight"], 2)
    tensors[target + "attn_v.weight"] = weights[source + "self_attn.v_proj.weight"]
    tensors[target + "attn_output.weight"] = weights[source + "self_attn.o_proj.weight"]
    tensors[target + "ffn_norm.weight"] = weights[source + "post_attention_layernorm.weight"]
    for ours, theirs in (("gate", "gate"), ("up", "up"), ("down", "down")):
        tensors[target + f"ffn_{ours}.weight"] = weights[source + f"mlp.{theirs}_proj.weight"]

metadata = [
    ("general.architecture", "llama"),
    ("llama.block_count", 2),
    ("llama.context_length", 128),
    ("llama.embedding_length", 32),
    ("llama.feed_forward_length", 48),
    ("llama.attention.head_count", 4),
    ("llama.attention.head_count_kv", 2),
    ("llama.attention.layer_norm_rms_epsilon", 1e-5),
    ("llama.rope.freq_base", 10000.0),
    ("llama.rope.dimension_count", 8),
]


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
for key, value in metadata:
    header += text(key)
    if isinstance(value, str):
        header += struct.pack("<I", 8) + text(value)
    elif isinstance(value, int):
        header += struct.pack("<II", 4, value)
    else:
        header += struct.pack("<If", 6, value)
data = b""
for name, tensor in tensors.items():
    shape = tensor.shape[::-1]
    header += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
    header += struct.pack("<IQ", 0, len(data))
    data += tensor.tobytes()
    data += b"\0" * (-len(data) % 32)
header += b"\0" * (-len(header) % 32)
(HERE / "llama-tiny.gguf").write_bytes(header + data)

with torch.no_grad():
    logits = model.double()(torch.tensor([TOKENS])).logits[0].numpy()
(HERE / "llama-tiny.logits").write_bytes(logits.astype("<f8").tobytes())
print(logits.shape, logits.std(), np.abs(logits[-1]).max())
