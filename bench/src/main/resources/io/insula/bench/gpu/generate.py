"""Times Hugging Face's generate, compiled, over the shape of a model with random weights, or over a folder's.

Arguments are NAME=VALUE: folder, or family, layers, hidden, feed_forward, heads, kv_heads, head_size, vocabulary, positions,
theta and tied; and steps, rounds and cases (BATCH:CONTEXT,...). A line is written for whatever is known:
"missing SENTENCE", "peer VERSIONS", "rate decode BATCH CONTEXT TOKENS_PER_SECOND", "failed BATCH CONTEXT SENTENCE".
"""

import statistics
import sys
import time


def say(*words):
    print(*(str(word).replace("\n", " ") for word in words), flush=True)


def model_of(settings, torch, transformers):
    if "folder" in settings:
        return transformers.AutoModelForCausalLM.from_pretrained(settings["folder"], torch_dtype=torch.bfloat16).cuda()
    family = {"llama": transformers.LlamaConfig, "qwen2": transformers.Qwen2Config}[settings["family"]]
    extra = {"head_dim": int(settings["head_size"])} if settings["family"] == "llama" else {}
    config = family(
        num_hidden_layers=int(settings["layers"]),
        hidden_size=int(settings["hidden"]),
        intermediate_size=int(settings["feed_forward"]),
        num_attention_heads=int(settings["heads"]),
        num_key_value_heads=int(settings["kv_heads"]),
        vocab_size=int(settings["vocabulary"]),
        max_position_embeddings=int(settings["positions"]),
        rope_theta=float(settings["theta"]),
        tie_word_embeddings=settings["tied"] == "true",
        **extra,
    )
    with torch.device("cuda"):
        return transformers.AutoModelForCausalLM.from_config(config, torch_dtype=torch.bfloat16)


def seconds(model, torch, prompt, new, compiled):
    torch.cuda.synchronize()
    start = time.perf_counter()
    model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        do_sample=False,
        min_new_tokens=new,
        max_new_tokens=new,
        pad_token_id=0,
        cache_implementation="static",
        **compiled,
    )
    torch.cuda.synchronize()
    return time.perf_counter() - start


def main():
    settings = dict(argument.split("=", 1) for argument in sys.argv[1:])
    try:
        import torch
        import transformers
    except ImportError as missing:
        say("missing", missing)
        return
    if not torch.cuda.is_available():
        say("missing", "torch", torch.__version__, "sees no CUDA device")
        return
    say("peer", "transformers", transformers.__version__, "torch", torch.__version__)
    torch.manual_seed(11)
    torch.set_float32_matmul_precision("high")
    model = model_of(settings, torch, transformers).eval()
    if hasattr(transformers, "CompileConfig"):
        compiled = {"compile_config": transformers.CompileConfig(mode="reduce-overhead", fullgraph=True)}
    else:
        compiled = {}
        model.forward = torch.compile(model.forward, mode="reduce-overhead", fullgraph=True)
    steps, rounds = int(settings["steps"]), int(settings["rounds"])
    for case in settings["cases"].split(","):
        batch, context = (int(number) for number in case.split(":"))
        try:
            with torch.inference_mode():
                prompt = torch.randint(0, model.config.vocab_size, (batch, context - steps - 1), device="cuda")
                for new in (1, steps + 1, 1, steps + 1):
                    seconds(model, torch, prompt, new, compiled)
                taken = [
                    seconds(model, torch, prompt, steps + 1, compiled) - seconds(model, torch, prompt, 1, compiled)
                    for _ in range(rounds)
                ]
            say("rate", "decode", batch, context, batch * steps / statistics.median(taken))
        except (RuntimeError, ValueError) as failure:
            say("failed", batch, context, str(failure)[:300])
            torch.cuda.empty_cache()


main()
