"""Writes foreign.gguf and foreign.txt with the Python package gguf (pip install gguf==0.19.0 numpy), the foreign implementation
that GgufFileTest and DequantizerTest compare with. Run in this directory."""
import gguf, numpy as np
from gguf import GGMLQuantizationType as Q
rng = np.random.default_rng(20261122)
w = gguf.GGUFWriter("foreign.gguf", "llama")
w.add_uint8("v.u8", 200); w.add_int8("v.i8", -100); w.add_uint16("v.u16", 60000); w.add_int16("v.i16", -30000)
w.add_uint32("v.u32", 4000000000); w.add_int32("v.i32", -2000000000); w.add_float32("v.f32", 1.5)
w.add_bool("v.bool", True); w.add_string("v.string", "naïve 😀"); w.add_uint64("v.u64", 1 << 62); w.add_int64("v.i64", -(1 << 62))
w.add_float64("v.f64", 0.1); w.add_array("v.strings", ["a", "", "ö"]); w.add_array("v.integers", [1, -2, 3]); w.add_array("v.reals", [0.5, -1.25])
w.add_array("v.bools", [True, False])
lines = []
for name, kind in [("f32", Q.F32), ("f16", Q.F16), ("bf16", Q.BF16), ("q4_0", Q.Q4_0), ("q4_1", Q.Q4_1), ("q8_0", Q.Q8_0)]:
    values = (rng.standard_normal((3, 64)) * rng.choice([0.01, 1.0, 30.0], (3, 1))).astype(np.float32)
    stored = gguf.quants.quantize(values, kind)
    back = gguf.quants.dequantize(stored, kind).astype(np.float32)
    w.add_tensor(name, stored, raw_dtype=kind)
    lines.append(name + " " + " ".join("%08x" % b for b in back.reshape(-1).view(np.uint32)))
w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()
open("foreign.txt", "w").write("\n".join(lines) + "\n")
