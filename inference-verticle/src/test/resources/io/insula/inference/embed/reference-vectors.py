"""Makes reference-vectors.json: the float32 weights of sentence-transformers/all-MiniLM-L6-v2, run by PyTorch 2.15 and
transformers 5.23. Usage: reference-vectors.py FOLDER, where FOLDER holds model.safetensors, config.json, tokenizer.json."""
import json
import sys

import torch
from transformers import AutoModel, AutoTokenizer

TEXTS = [
    "What is the capital of France?",
    "Paris is the capital and most populous city of France.",
    "The quick brown fox jumps over the lazy dog.",
    "Zürich, naïve café — 日本語 and emoji 😀!",
    "A man is eating a piece of bread while his neighbour reads a long newspaper article about the history of fishing "
    "in the North Sea and its effects on the economy of small villages.",
    "ok",
    "def f(x): return x*2",
]

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModel.from_pretrained(sys.argv[1]).eval()
batch = tokenizer(TEXTS, padding=True, truncation=True, max_length=256, return_tensors="pt")
with torch.no_grad():
    hidden = model(**batch)[0].double()
mask = batch["attention_mask"].double().unsqueeze(-1)
vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)
rows = [
    json.dumps(
        {"text": text, "tokens": int(row.sum()), "vector": [round(float(x), 6) for x in vector]},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    for text, row, vector in zip(TEXTS, batch["attention_mask"], vectors)
]
print("[\n" + ",\n".join(rows) + "\n]")
