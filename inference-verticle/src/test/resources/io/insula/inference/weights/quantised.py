"""Writes quantised.gguf and quantised.txt: random blocks of every quantised type and what a foreign implementation makes of them.

    pip install gguf==0.19.0 numpy
    python quantised.py

Blocks are random bytes with ordinary scales, so every bit of every field has its say. quantised.txt has a line for each tensor:
its name, and the CRC-32 of its elements as little-endian float32, as the package gguf decodes them; then the first eight.
"""

import zlib
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Q
from gguf.constants import GGML_QUANT_SIZES

HERE = Path(__file__).parent
# Where a block holds half-precision numbers: scales and minima.
HALVES = {
    Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.IQ4_NL: [0],
    Q.Q2_K: [80, 82], Q.Q3_K: [108], Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208],
}

random = np.random.default_rng(20261122)
writer = gguf.GGUFWriter(HERE / "quantised.gguf", "llama")
lines = []
for kind, offsets in HALVES.items():
    size, count = GGML_QUANT_SIZES[kind]
    rows, columns = 2, 512
    stored = random.integers(0, 256, (rows, columns // size, count), dtype=np.uint8)
    for at in offsets:
        scales = (random.standard_normal((rows, columns // size, 1)) * 0.05).astype(np.float16)
        stored[:, :, at : at + 2] = scales.view(np.uint8)
    stored = stored.reshape(rows, -1)
    decoded = gguf.quants.dequantize(stored, kind).astype("<f4")
    assert decoded.shape == (rows, columns), decoded.shape
    writer.add_tensor(kind.name, stored, raw_dtype=kind)
    first = " ".join("%08x" % bits for bits in decoded.reshape(-1)[:8].view(np.uint32))
    lines.append(f"{kind.name} {zlib.crc32(decoded.tobytes()):08x} {first}")
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(HERE / "quantised.txt").write_text("\n".join(lines) + "\n")
