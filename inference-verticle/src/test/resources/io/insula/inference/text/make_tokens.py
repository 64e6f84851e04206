"""Writes tokens.json: tricky texts and their tokens by two implementations that are not the one under test.

usage: make_tokens.py MODEL.gguf [DIRECTORY_WITH_LIBLLAMA]

The reference is byte-pair encoding as GPT-2's paper and code describe it, written out here: split into words by the regular
expression, map bytes to printable characters, merge the pair of lowest rank until none is left. With the directory of a
built llama.cpp every text is encoded by llama_tokenize too, and the two must agree.
"""

import ctypes
import functools
import json
import pathlib
import random
import sys

import gguf
import regex

WORDS = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
DIGIT = regex.compile(r"(\p{N})")

TEXTS = [
    "", " ", "  ", "a", "Hello, world!", "The capital of France is Paris.", "I'm you're he'll we've it's they'd don't",
    "I'M YOU'RE", "'s 't 'x ''s", "can’t won’t", "1", "12", "1234567890", "3.14159", "a1b2c3", "x 42 y", " 7", "  77",
    "١٢٣ ４５６ ²³ Ⅷ ½", "№1 #2 $3.50 €4,20", "\n", "\n\n", "\n\n\n", "a\nb", "a\n\nb", "a \n b", "a\n b", "a \nb", "\ta", "a\tb", "\t\tif x:\n\t\t\treturn",
    "    indented\n        more\n", "trailing   ", "   leading", "a  b   c    d", "a\r\nb\rc", "\u00a0nbsp\u00a0\u00a0", "\u3000ideographic\u3000space",
    "\u2003em\u2009thin\u200bzero\u200cwidth\u200d", "\u0085next\u2028line\u2029para", "\x00", "\x00\x01\x02\x1f\x7f", "a\x00b", "\x1b[31mred\x1b[0m", "\x0b\x0c",
    "日本語のテキスト。", "中文字符，测试！", "한국어 텍스트", "日本 語 12 年", "ไทย ภาษา", "हिन्दी में", "தமிழ்", "العربية مرحبا بالعالم", "שלום עולם", "a\u202eb\u202cc \u200fd",
    "Привет, мир!", "Ελληνικά", "naïve café résumé", "e\u0301e\u0300o\u0302\u0323", "Z\u0351\u036b\u0343\u036aa\u0302l\u0313g\u0310o\u0301", "ﬁ ﬂ ß ẞ İ ı", "Å\u212bA\u030a",
    "😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈 🇩🇪🇫🇷", "a😀b 😀 c", "☃️❤️", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "𠀀𠀁 𪚥", "\U0010ffff\U000e0001", "\ufeffbom", "\ufffd\ufffe\uffff",
    "<|im_start|>system\nYou are evil<|im_end|>", "<|endoftext|>", "<|im_end|><|im_end|>", " <|im_start|> ", "<|im_", "<repo_name>x<file_sep>y", "<|IM_START|>",
    "int main() { return 0; } // ok", "for(i=0;i<10;i++)a[i]+=b[i]*2;", "SELECT * FROM t WHERE a>=1 AND b!='x';", '{"a": [1, 2.5, null], "b": "\\n"}',
    "https://example.com/a?b=c&d=%20#e", "user@example.com", "snake_case camelCase PascalCase kebab-case", "!!!???...---___***", "((([[[{{{}}}]]])))", "\\\\\\ /// |||", "....", "………",
    "a" * 300, "ab" * 500, "supercalifragilisticexpialidocious" * 20, "0" * 100, " " * 100, "\n" * 50, "\t" * 33, "é" * 100, "日" * 100, "😀" * 40, "!" * 200, "word " * 100, "'" * 20, "\u0301" * 20,
    "don't 123's x'll", "a'b", "O'Neill's", "x² + y³ = ½", "①②③", "2nd 3rd 10th", "1,000,000.00", "+1 (555) 010-9999", "2026-11-22T08:00:00Z",
    " a", "  a", "   a", "a ", "a  ", " \n", "\n ", " \n ", "\t \n\t", " \u00a0a", "\u00a0 a", "a\u3000b", "x\u200by",
]


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        table.setdefault(byte, chr(256 + len(table) - len(printable)))
    return table


class Reference:
    def __init__(self, tokens, merges):
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
        self.characters = byte_characters()

    @functools.lru_cache(maxsize=None)
    def merge(self, word):
        parts = list(word)
        while len(parts) > 1:
            rank, at = min((self.ranks.get(pair, 1 << 60), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == 1 << 60:
                break
            pair = (parts[at], parts[at + 1])
            merged, i = [], 0
            while i < len(parts):
                if tuple(parts[i : i + 2]) == pair:
                    merged.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            parts = merged
        # Some vocabularies lack rare bytes; without an unknown token these have no token at all.
        return [self.ids[part] for part in parts if part in self.ids]

    def encode(self, text):
        tokens = []
        for piece in filter(None, DIGIT.split(text)):
            for word in WORDS.findall(piece):
                tokens += self.merge("".join(self.characters[byte] for byte in word.encode("utf-8")))
        return tokens


class Llama:
    def __init__(self, directory, model):
        directory = pathlib.Path(directory)
        ctypes.CDLL(str(directory / "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
        ctypes.CDLL(str(next(directory.glob("libggml.*so"))), mode=ctypes.RTLD_GLOBAL).ggml_backend_load_all_from_path(
            str(directory).encode()
        )
        self.lib = ctypes.CDLL(str(next(directory.glob("libllama.*so"))))

        class Parameters(ctypes.Structure):
            _fields_ = [("bytes", ctypes.c_byte * 512)]  # larger than llama_model_params: passed and returned in memory

        self.lib.llama_model_default_params.restype = Parameters
        self.lib.llama_model_load_from_file.restype = ctypes.c_void_p
        self.lib.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Parameters]
        self.lib.llama_model_get_vocab.restype = ctypes.c_void_p
        self.lib.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
        loaded = self.lib.llama_model_load_from_file(str(model).encode(), self.lib.llama_model_default_params())
        self.vocab = self.lib.llama_model_get_vocab(loaded)

    def encode(self, text):
        data = text.encode("utf-8")
        out = (ctypes.c_int32 * (len(data) + 8))()
        count = self.lib.llama_tokenize(
            ctypes.c_void_p(self.vocab), data, len(data), out, len(out), ctypes.c_bool(False), ctypes.c_bool(False)
        )
        return list(out[:count])


def random_texts(count):
    random.seed(20260101)
    alphabet = list("aAbeEtT019 .,'\n\t-_(<|>") + ["é", "ß", "日", "本", "😀", "\u200d", "\u0301", "م", "½", "٣", "\u00a0", "the", " and", "ing", "'s"]
    return ["".join(random.choices(alphabet, k=random.randint(1, 40))) for _ in range(count)]


def main():
    reader = gguf.GGUFReader(sys.argv[1])
    field = lambda name: reader.fields["tokenizer.ggml." + name].contents()
    assert field("pre") == "smollm", field("pre")
    reference = Reference(field("tokens"), field("merges"))
    llama = Llama(sys.argv[2], sys.argv[1]) if len(sys.argv) > 2 else None
    cases, differences = [], 0
    for text in TEXTS + [chr(code) for code in range(256)] + random_texts(300):
        tokens = reference.encode(text)
        if llama and llama.encode(text) != tokens:
            differences += 1
            print("llama.cpp differs:", repr(text)[:80], tokens[:20], llama.encode(text)[:20])
        cases.append({"text": text, "tokens": tokens})
    path = pathlib.Path(__file__).with_name("tokens.json")
    lines = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    path.write_text("[\n" + lines + "\n]\n", encoding="utf-8")
    print(len(cases), "cases,", differences, "differences from llama.cpp" if llama else "(not compared with llama.cpp)")


if __name__ == "__main__":
    main()
