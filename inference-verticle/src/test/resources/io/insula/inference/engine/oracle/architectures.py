"""Writes small random models of every architecture, in both formats, and what Hugging Face transformers computes with them.

    pip install torch==2.15.0 transformers==5.23.0 numpy safetensors gguf==0.19.0
    python architectures.py

For each NAME below: the folder NAME as transformers saves it, NAME.gguf with GGUF's names and row order, and NAME.logits:
float64, for each of TOKENS the whole vocabulary, little-endian. The model's rows are stored as bfloat16 in one case, in two
shards in another.
"""

import shutil
from pathlib import Path

import gguf
import numpy as np
import torch
from transformers import (
    LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
    Qwen3ForCausalLM, SmolLM3Config, SmolLM3ForCausalLM,
)

HERE = Path(__file__).parent / "architectures"
TOKENS = [3, 17, 42, 5, 63, 0, 17, 9, 30, 58, 1, 12, 40, 41, 2, 63, 7, 7, 11, 29, 50, 8, 33, 21]
COMMON = dict(
    vocab_size=64, hidden_size=32, intermediate_size=48, num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-5,
    max_position_embeddings=128, attn_implementation="eager", pad_token_id=None, bos_token_id=None, eos_token_id=None,
)

TWO_HEADS = COMMON | dict(num_attention_heads=2, num_key_value_heads=1)


def rope(kind="default", theta=10000.0, **more):
    return dict(rope_type=kind, rope_theta=theta, **more)


LLAMA3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32)
YARN = dict(factor=4.0, original_max_position_embeddings=32)
MODELS = {
    # name: class, configuration, GGUF architecture, whether GGUF permutes the rows of q and k
    "llama": (LlamaForCausalLM, LlamaConfig(**COMMON, num_hidden_layers=2, head_dim=16, rope_parameters=rope(), tie_word_embeddings=False), "llama", True),
    "llama-linear": (LlamaForCausalLM, LlamaConfig(**COMMON, num_hidden_layers=1, head_dim=16, rope_parameters=rope("linear", factor=4.0), tie_word_embeddings=True), "llama", True),
    "llama3": (LlamaForCausalLM, LlamaConfig(**COMMON, num_hidden_layers=1, head_dim=16, rope_parameters=rope("llama3", 500.0, **LLAMA3), tie_word_embeddings=True), "llama", True),
    "mistral": (MistralForCausalLM, MistralConfig(**COMMON, num_hidden_layers=2, head_dim=16, rope_parameters=rope(), sliding_window=6, tie_word_embeddings=False), "llama", True),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**TWO_HEADS, num_hidden_layers=2, rope_parameters=rope(theta=1000.0), tie_word_embeddings=True), "qwen2", False),
    "qwen2-yarn": (Qwen2ForCausalLM, Qwen2Config(**TWO_HEADS, num_hidden_layers=1, rope_parameters=rope("yarn", **YARN), tie_word_embeddings=False), "qwen2", False),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**COMMON, num_hidden_layers=2, head_dim=16, rope_parameters=rope(), tie_word_embeddings=True), "qwen3", False),
    "smollm3": (SmolLM3ForCausalLM, SmolLM3Config(**TWO_HEADS, num_hidden_layers=4, rope_parameters=rope(), tie_word_embeddings=True, use_sliding_window=False), "smollm3", True),
}
LAYER = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def interleave(rows, heads):
    """Rows of q and k so that rotary pairs are neighbours."""
    flat = rows.reshape(rows.shape[0], -1)
    swapped = flat.reshape(heads, 2, flat.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(flat.shape)
    return swapped.reshape(rows.shape)


def gguf_name(name):
    if name.startswith("model.layers."):
        _, _, layer, rest = name.split(".", 3)
        part, kind = rest.rsplit(".", 1)
        return f"blk.{layer}.{LAYER[part]}.{kind}"
    return {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}[name]


def write_gguf(path, architecture, permuted, config, weights, head_dim):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(head_dim)
    parameters = config.rope_parameters
    theta = parameters["rope_theta"]
    writer.add_rope_freq_base(theta)
    if parameters["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(parameters["factor"])
    if parameters["rope_type"] == "yarn":
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(parameters["factor"])
        writer.add_rope_scaling_orig_ctx_len(parameters["original_max_position_embeddings"])
    if parameters["rope_type"] == "llama3":
        # As the converter of llama.cpp computes the divisors.
        divisors = []
        for frequency in 1.0 / theta ** (np.arange(0, head_dim, 2) / head_dim):
            turns = parameters["original_max_position_embeddings"] * frequency / (2 * np.pi)
            low, high, factor = parameters["low_freq_factor"], parameters["high_freq_factor"], parameters["factor"]
            kept = (turns - low) / (high - low)
            divisors.append(1.0 if turns > high else factor if turns < low else 1 / ((1 - kept) / factor + kept))
        assert len(set(divisors)) > 3, divisors
        writer.add_tensor("rope_freqs.weight", np.array(divisors, dtype=np.float32))
    if getattr(config, "sliding_window", None):
        writer.add_sliding_window(config.sliding_window)
    for name, tensor in weights.items():
        target = gguf_name(name)
        if permuted and (".attn_q." in target or ".attn_k." in target):
            tensor = interleave(tensor, config.num_attention_heads if ".attn_q." in target else config.num_key_value_heads)
        writer.add_tensor(target, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir()
for seed, (name, (kind, config, architecture, permuted)) in enumerate(MODELS.items()):
    torch.manual_seed(20260101 + seed)
    model = kind(config).eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            if "norm" in parameter_name or parameter_name.endswith("bias"):
                parameter.uniform_(0.5, 1.5)
            else:
                parameter.normal_(0, 1.5 / parameter.shape[1] ** 0.5)
            if name == "qwen3":
                parameter.copy_(parameter.bfloat16().float())
    weights = {n: p.detach().numpy().astype(np.float32) for n, p in model.named_parameters()}
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    write_gguf(HERE / f"{name}.gguf", architecture, permuted, config, weights, head_dim)
    with torch.no_grad():
        logits = model.double()(torch.tensor([TOKENS])).logits[0].numpy()
    (HERE / f"{name}.logits").write_bytes(logits.astype("<f8").tobytes())
    stored = model.bfloat16() if name == "qwen3" else model.float()
    stored.save_pretrained(HERE / name, max_shard_size="20KB" if name == "mistral" else "1GB")
    print(name, logits.shape, logits.std(), sorted(path.name for path in (HERE / name).iterdir()))
