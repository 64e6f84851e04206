package io.insula.inference.weights;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** GGUF's names for the tensors of Hugging Face checkpoints. */
final class TensorNames {

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(0|[1-9]\\d{0,5})\\.(.+)\\.(weight|bias)");

    private static final Map<String, String> OF_MODEL = Map.of(
            "model.embed_tokens.weight", "token_embd.weight",
            "model.norm.weight", "output_norm.weight",
            "lm_head.weight", "output.weight");

    private static final Map<String, String> OF_LAYER = Map.ofEntries(
            Map.entry("input_layernorm", "attn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"),
            Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"),
            Map.entry("self_attn.q_norm", "attn_q_norm"),
            Map.entry("self_attn.k_norm", "attn_k_norm"),
            Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("post_attention_layernorm", "ffn_norm"),
            Map.entry("mlp.gate_proj", "ffn_gate"),
            Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"));

    private TensorNames() {}

    /** GGUF's name, or the name itself for a tensor without one. */
    static String gguf(String name) {
        Matcher layer = LAYER.matcher(name);
        if (layer.matches() && OF_LAYER.containsKey(layer.group(2))) {
            return "blk." + layer.group(1) + "." + OF_LAYER.get(layer.group(2)) + "." + layer.group(3);
        }
        return OF_MODEL.getOrDefault(name, name);
    }

    /** Whether the tensor holds nothing that the configuration does not say: old checkpoints store rotary frequencies. */
    static boolean computed(String name) {
        return name.endsWith(".rotary_emb.inv_freq");
    }
}
