"""Writes tokenizers.json, pieces.json and the folders beside them: small tokenizers of every kind, and tricky texts' tokens.

    pip install gguf==0.19.0 regex sentencepiece==0.2.3 transformers==5.23.0
    python make_tokenizers.py [DIRECTORY_WITH_LIBLLAMA]

Expected tokens come from implementations that are not the one under test: byte-pair encoding written out in make_tokens.py, with
the models' own regular expressions; SentencePiece itself; for the folders, Hugging Face's Python tokenizers. With the directory
of a built llama.cpp every text is encoded by llama_tokenize too. It differs where its expressions or its missing
normalisation differ from the models' own tokenizers, and nowhere else; the script names every difference.
"""

import ctypes
import io
import json
import pathlib
import sys
import tempfile
import unicodedata

import gguf
import numpy as np
import regex
import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import make_tokens

HERE = pathlib.Path(__file__).parent
TEXTS = [text for text in make_tokens.TEXTS + make_tokens.random_texts(80) if len(text) <= 80]
TEXTS += ["zqzq", " zqzq", "don'T I'LL", "McDonald's iPhone ÄÖÜäöü ÀB", "a/b//c\n/d", "x\r\n\r\ny", "e\u0301te\u0301 A\u030a", "12345 ١٢٣٤٥"]
LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
    r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# name: regular expression, whether text is composed before, whether a whole word that is a token needs no merges
KINDS = {
    "gpt-2": (make_tokens.WORDS.pattern, False, False),
    "llama-bpe": (LLAMA_3, False, True),
    "smaug-bpe": (LLAMA_3, False, False),
    "qwen2": (LLAMA_3.replace(r"\p{N}{1,3}", r"\p{N}"), True, False),
    "tekken": (TEKKEN, False, True),
}


class Reference(make_tokens.Reference):
    def encode_as(self, text, kind):
        pattern, composed, whole = KINDS[kind]
        tokens = []
        for word in regex.findall(pattern, unicodedata.normalize("NFC", text) if composed else text):
            mapped = "".join(self.characters[byte] for byte in word.encode("utf-8"))
            tokens += [self.ids[mapped]] if whole and mapped in self.ids else self.merge(mapped)
        return tokens


LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(
    lambda level, text, data: print("llama.cpp:", text) if level == 4 else None
)


class Llama(make_tokens.Llama):
    """Loads the vocabulary alone."""

    def __init__(self, directory, model):
        directory = pathlib.Path(directory)
        ctypes.CDLL(str(directory / "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(next(directory.glob("libggml.*so"))), mode=ctypes.RTLD_GLOBAL).ggml_backend_load_all_from_path(str(directory).encode())
        self.lib = ctypes.CDLL(str(next(directory.glob("libllama.*so"))))

        class Parameters(ctypes.Structure):
            _fields_ = [("bytes", ctypes.c_ubyte * 512)]

        self.lib.llama_log_set(LOG, None)
        self.lib.llama_model_default_params.restype = Parameters
        self.lib.llama_model_load_from_file.restype = ctypes.c_void_p
        self.lib.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Parameters]
        self.lib.llama_model_get_vocab.restype = ctypes.c_void_p
        self.lib.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
        parameters = self.lib.llama_model_default_params()
        parameters.bytes[72] = 1  # vocab_only, as of version 0.5.0
        loaded = self.lib.llama_model_load_from_file(str(model).encode(), parameters)
        assert loaded, model
        self.vocab = self.lib.llama_model_get_vocab(loaded)


def vocabulary_file(model, tokens, kinds, pre=None, merges=None, scores=None):
    path = pathlib.Path(tempfile.mkdtemp()) / "vocabulary.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model(model)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    if merges:
        writer.add_token_merges(merges)
    if scores:
        writer.add_token_scores(scores)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def compare(name, directory, file, cases):
    if directory:
        llama = Llama(directory, file)
        differences = [text for text, tokens in cases if llama.encode(text) != tokens]
        print(name, len(cases), "texts,", len(differences), "that llama.cpp encodes otherwise:", differences)


def trained():
    """Byte-level tokens and merges of the texts' own words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=560, initial_alphabet=alphabet, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator([text for text in TEXTS if "zq" not in text for _ in range(3)], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get) + ["zqzq"]
    return tokens, [" ".join(merge) for merge in model["merges"]]


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":"), indent=None) + "\n")


def byte_level(directory):
    tokens, merges = trained()
    kinds = [gguf.TokenType.CONTROL if i < 3 else gguf.TokenType.NORMAL for i in range(len(tokens))]
    reference = Reference(tokens, merges)
    cases = []
    for text in TEXTS:
        cases.append({"text": text} | {kind: reference.encode_as(text, kind) for kind in KINDS})
    for kind in KINDS:
        file = vocabulary_file("gpt2", tokens, kinds, pre=kind, merges=merges)
        compare(kind, directory, file, [(case["text"], case[kind]) for case in cases])
    write(HERE / "tokenizers.json", {"tokens": tokens, "merges": merges, "cases": cases})
    return tokens, merges


def pieces(directory):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text.replace("\n", " ") for text in TEXTS for _ in range(3) if text.strip() and "\0" not in text]),
        model_writer=model, model_type="bpe", vocab_size=520, byte_fallback=True, character_coverage=0.98,
        normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=True, split_digits=True,
        allow_whitespace_only_pieces=True, minloglevel=2,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    size = processor.get_piece_size()
    tokens = [processor.id_to_piece(i) for i in range(size)]
    scores = [processor.get_score(i) for i in range(size)]
    kinds = [
        gguf.TokenType.UNKNOWN if processor.is_unknown(i) else gguf.TokenType.CONTROL if processor.is_control(i)
        else gguf.TokenType.BYTE if processor.is_byte(i) else gguf.TokenType.NORMAL
        for i in range(size)
    ]
    cases = [(text, processor.encode(text)) for text in TEXTS if "\0" not in text and "\u2581" not in text]
    compare("pieces", directory, vocabulary_file("llama", tokens, kinds, scores=scores), cases)
    write(HERE / "pieces.json", {
        "tokens": tokens, "scores": scores, "types": [int(kind) for kind in kinds],
        "cases": [{"text": text, "tokens": ids} for text, ids in cases],
    })
    return tokens, scores, kinds


def folder(name, tokenizer, config, settings, generation, template):
    path = HERE / name
    path.mkdir(exist_ok=True)
    tokenizer.save(str(path / "tokenizer.json"), pretty=False)
    write(path / "config.json", config)
    write(path / "tokenizer_config.json", settings)
    write(path / "generation_config.json", generation)
    if template:
        (path / "chat_template.jinja").write_text(template)
    plain = Tokenizer.from_str(tokenizer.to_str())
    cases = [{"text": text, "tokens": plain.encode(text, add_special_tokens=False).ids} for text in TEXTS if "<" not in text]
    write(path / "tokens.json", cases)


def folders(tokens, merges, piece_tokens, scores, kinds):
    pairs = [tuple(merge.split(" ")) for merge in merges]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=pairs))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(_regex(KINDS["qwen2"][0]), behavior="isolated", invert=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]])
    tokenizer.add_tokens([AddedToken("<tool>", special=False, normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    folder(
        "byte-level", tokenizer, {"model_type": "qwen2", "vocab_size": len(tokens) + 8, "eos_token_id": 2},
        {"bos_token": "<s>", "eos_token": {"content": "<|im_end|>", "special": True}, "chat_template": "unused beside the file"},
        {"eos_token_id": [2, len(tokens) + 1], "temperature": 0.1},
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n",
    )
    vocabulary = {token: i for i, token in enumerate(piece_tokens)}
    ordinary = {token: i for i, token in enumerate(piece_tokens) if kinds[i] in (gguf.TokenType.NORMAL, gguf.TokenType.BYTE)}
    made = sorted(
        ((scores[i], ordinary[token[:at]], ordinary[token[at:]], token[:at], token[at:])
         for token, i in ordinary.items() for at in range(1, len(token)) if token[:at] in ordinary and token[at:] in ordinary),
        key=lambda merge: (-merge[0], merge[1], merge[2]),
    )
    for name, scheme in (("pieces-legacy", None), ("pieces-first", "first")):
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[merge[3:] for merge in made], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        if scheme is None:
            tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
        else:
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme=scheme, split=False)
        tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
        tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in ["<unk>", "<s>", "</s>"]])
        folder(
            name, tokenizer, {"model_type": "llama", "vocab_size": len(piece_tokens)},
            {"bos_token": "<s>", "eos_token": "</s>", "add_bos_token": True,
             "chat_template": "{{ bos_token }}{% for m in messages %}[INST] {{ m.content }} [/INST]{{ eos_token }}{% endfor %}"},
            {}, None,
        )


def _regex(pattern):
    from tokenizers import Regex

    return Regex(pattern)


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else None
    tokens, merges = byte_level(directory)
    folders(tokens, merges, *pieces(directory))


main()
