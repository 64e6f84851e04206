"""Writes chat-cases.json: conversations, chat templates and what Python's jinja2 makes of them as apply_chat_template does.

Needs jinja2==3.1.6 (pip) and nothing else; it installs nothing. SOURCES.md says where the templates come from.
"""

import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
TODAY = datetime.datetime(2026, 11, 22, 8, 0, 0)


class Generation(jinja2.ext.Extension):
    """The block that marks what the assistant itself wrote, for training; rendering, it is its content."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_content"), [], [], body).set_lineno(line)

    def _content(self, caller):
        return caller()


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def environment():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = TODAY.strftime
    return env


def user(text):
    return {"role": "user", "content": text}


def system(text):
    return {"role": "system", "content": text}


def assistant(text, **fields):
    return {"role": "assistant", "content": text, **fields}


def call(name, arguments, identity):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def result(text, identity, name):
    return {"role": "tool", "content": text, "tool_call_id": identity, "name": name}


CONVERSATIONS = {
    "plain": [user("Hello, how are you?")],
    "system": [system("Be brief."), user("Hi")],
    "turns": [
        system("You are a pirate.\nNever say so."),
        user("Hi"),
        assistant("Ahoy!"),
        user("Where to?"),
        assistant("Tortuga.  "),
        user("  And then?  "),
    ],
    "no-system-turns": [user("1"), assistant("2"), user("3"), assistant("4"), user("5")],
    "empty-contents": [system(""), user(""), assistant(""), user("x")],
    "unicode": [system("Répondez en français. 日本語も可。"), user("𝔘𝔫𝔦 😀👩‍👩‍👧 ñ \u00a0\u2028 עברית"), assistant("✓ é"), user("“quoted”")],
    "markup": [user("a < b && c > d; \"quoted\" 'single' \\ back\n\ttab </script> {{ x }} {% if %} <|im_end|>"), assistant("<b>&amp;</b>"), user("{\"json\": [1, \"x\"]}")],
    "developer": [{"role": "developer", "content": "Answer in one word."}, user("Why?")],
    "reasoning-text": [user("2+2?"), assistant("<think>\nIt is easy.\n</think>\n\n4"), user("3+3?")],
    "reasoning-field": [user("2+2?"), assistant("4", reasoning_content="It is easy."), user("3+3?")],
    "reasoning-last": [user("2+2?"), assistant("4", reasoning_content="It is\neasy.")],
    "switch-off": [system("Be brief. /no_think"), user("2+2? /no_think")],
    "tool-object": [
        system("Use tools."),
        user("Weather in Köln?"),
        assistant("", tool_calls=[call("get_weather", {"city": "Köln", "days": 2, "exact": True, "near": None}, "call00001")]),
        result("{\"celsius\": 21.5}", "call00001", "get_weather"),
    ],
    "tool-string": [
        user("Weather in Köln?"),
        assistant("", tool_calls=[call("get_weather", "{\"city\": \"Köln\", \"days\": 2}", "call00001")]),
        result("sunny", "call00001", "get_weather"),
        assistant("It is sunny."),
        user("Thanks"),
    ],
    "tool-null-content": [
        user("Weather?"),
        assistant(None, tool_calls=[call("get_weather", {"city": "a \"b\" <c>\n"}, "call00001")]),
        result("<sunny> & \"warm\"", "call00001", "get_weather"),
    ],
    "tool-parallel": [
        user("Both?"),
        assistant(
            "Let me look.",
            reasoning_content="Two calls.",
            tool_calls=[call("get_weather", {"city": "A"}, "call00001"), call("search", {"query": "it's 😀", "filter": {"tags": ["x", "y"]}}, "call00002")],
        ),
        result("1", "call00001", "get_weather"),
        result("2", "call00002", "search"),
    ],
    "tool-loop": [
        user("Go"),
        assistant("", reasoning_content="First.", tool_calls=[call("search", {"query": "a"}, "call00001")]),
        result("r1", "call00001", "search"),
        assistant("", reasoning_content="Second.", tool_calls=[call("search", {"query": "b"}, "call00002")]),
        result("r2", "call00002", "search"),
        assistant("Done.", reasoning_content="Third."),
        user("And now?"),
    ],
    "parts": [user([{"type": "text", "text": "Describe "}, {"type": "text", "text": "this."}])],
    "two-users": [user("a"), user("b")],
    "assistant-first": [assistant("Hello"), user("x")],
    "tool-without-id": [user("x"), assistant("", tool_calls=[call("search", {"query": "a"}, "c1")])],
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city, in \"degrees\" <Celsius> & more.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Its name, e.g. São Paulo"},
                "days": {"type": "integer", "default": 1},
                "exact": {"type": ["boolean", "null"]},
            },
            "required": ["city"],
        },
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Finds 文書.",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "filter": {
                    "type": "object",
                    "properties": {"tags": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}},
                    "additionalProperties": False,
                },
                "limit": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 18446744073709551616}, {"type": "null"}]},
                "score": {"type": "number", "minimum": 0.5, "maximum": 1e3},
            },
            "required": ["query"],
        },
    },
}
BARE = {"type": "function", "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}}
TOOLS = {"none": None, "one": [WEATHER], "three": [WEATHER, SEARCH, BARE]}

DOCUMENTS = [
    {"doc_id": 1, "title": "One", "text": "Grass is green & \"wet\"."},
    {"doc_id": "b", "title": "Zwei", "text": "Sky <blue>"},
]

# template: [(conversation, tools, further variables)]
CASES = {
    "smollm2": [
        ("turns", "none", {}),
        ("empty-contents", "none", {}),
        ("markup", "none", {"add_generation_prompt": False}),
    ],
    "smollm3": [
        ("plain", "none", {}),
        ("plain", "none", {"enable_thinking": False}),
        ("turns", "none", {"enable_thinking": True}),
        ("turns", "none", {"enable_thinking": False}),
        ("switch-off", "none", {}),
        ("reasoning-text", "none", {}),
        ("unicode", "none", {"enable_thinking": False, "add_generation_prompt": False}),
        ("parts", "none", {}),
    ],
    "llama3-style": [
        ("plain", "none", {}),
        ("turns", "none", {}),
        ("empty-contents", "none", {}),
        ("unicode", "none", {}),
        ("markup", "none", {"add_generation_prompt": False}),
        ("tool-null-content", "none", {}),
    ],
    "llama31-style": [
        ("plain", "none", {}),
        ("turns", "none", {"date_string": "01 Jan 2025"}),
        ("tool-object", "three", {}),
        ("tool-object", "three", {"tools_in_user_message": False}),
        ("tool-string", "one", {}),
        ("tool-null-content", "one", {"tool_choice": "required"}),
        ("plain", "three", {"tool_choice": {"type": "function", "function": {"name": "search"}}}),
        ("developer", "none", {"builtin_tools": ["brave_search", "code_interpreter", "wolfram_alpha"]}),
        ("tool-object", "none", {"builtin_tools": ["get_weather"]}),
        ("tool-parallel", "three", {}),
        ("unicode", "one", {}),
    ],
    "llama32": [
        ("turns", "none", {}),
        ("tool-object", "three", {}),
        ("tool-object", "one", {"tools_in_user_message": False, "date_string": "01 Jan 2025"}),
        ("tool-string", "one", {}),
        ("tool-parallel", "three", {}),
        ("markup", "none", {}),
    ],
    "qwen2.5": [
        ("plain", "none", {}),
        ("turns", "none", {}),
        ("empty-contents", "none", {}),
        ("unicode", "three", {}),
        ("tool-object", "three", {}),
        ("tool-string", "one", {}),
        ("tool-null-content", "one", {"add_generation_prompt": False}),
        ("tool-parallel", "three", {}),
        ("markup", "none", {}),
    ],
    "qwen2.5-generation": [("no-system-turns", "none", {}), ("tool-parallel", "three", {})],
    "qwen3": [
        ("turns", "none", {}),
        ("plain", "none", {"enable_thinking": False}),
        ("plain", "none", {"enable_thinking": True}),
        ("reasoning-text", "none", {}),
        ("reasoning-field", "none", {}),
        ("reasoning-last", "none", {"add_generation_prompt": False}),
        ("tool-object", "three", {"enable_thinking": False}),
        ("tool-string", "one", {}),
        ("tool-parallel", "three", {}),
        ("tool-loop", "three", {}),
        ("unicode", "none", {}),
        ("empty-contents", "none", {}),
    ],
    "qwen3-2507": [("turns", "none", {}), ("tool-loop", "three", {}), ("tool-string", "one", {}), ("system", "one", {})],
    "qwq": [("plain", "none", {}), ("reasoning-text", "none", {}), ("tool-object", "three", {}), ("system", "none", {"add_generation_prompt": False})],
    "mistral-v1": [
        ("turns", "none", {}),
        ("no-system-turns", "none", {}),
        ("parts", "none", {}),
        ("two-users", "none", {}),
        ("tool-object", "none", {}),
    ],
    "mistral-nemo": [
        ("plain", "none", {}),
        ("turns", "one", {}),
        ("tool-object", "three", {}),
        ("tool-string", "one", {}),
        ("tool-parallel", "three", {}),
        ("tool-without-id", "one", {}),
        ("assistant-first", "none", {}),
    ],
    "mistral-small-3.2": [
        ("system", "none", {}),
        ("plain", "none", {}),
        ("tool-object", "three", {}),
        ("turns", "one", {}),
        ("tool-without-id", "none", {}),
    ],
    "gemma-style": [
        ("plain", "none", {}),
        ("turns", "none", {}),
        ("empty-contents", "none", {}),
        ("parts", "none", {}),
        ("unicode", "none", {"add_generation_prompt": False}),
        ("two-users", "none", {}),
        ("assistant-first", "none", {}),
        ("tool-null-content", "none", {}),
    ],
    "deepseek-r1-distill": [
        ("plain", "none", {"enable_thinking": True}),
        ("plain", "none", {}),
        ("turns", "none", {"enable_thinking": True}),
        ("reasoning-text", "none", {"enable_thinking": True}),
        ("tool-object", "none", {"enable_thinking": True}),
        ("tool-null-content", "none", {}),
        ("tool-parallel", "none", {}),
    ],
    "deepseek-v3.1": [
        ("turns", "none", {}),
        ("plain", "none", {"thinking": True}),
        ("reasoning-text", "none", {"enable_thinking": True}),
        ("tool-parallel", "none", {"thinking": True}),
        ("tool-loop", "none", {}),
    ],
    "granite-3.3": [
        ("plain", "none", {}),
        ("plain", "none", {"documents": DOCUMENTS}),
        ("plain", "one", {"documents": DOCUMENTS, "controls": {"citations": True, "length": "short"}}),
        ("system", "three", {}),
        ("plain", "none", {"thinking": True}),
    ],
    "phi-4": [("turns", "none", {}), ("plain", "none", {})],
    "gpt-oss": [
        ("plain", "none", {}),
        ("developer", "none", {"reasoning_effort": "high"}),
        ("turns", "three", {"reasoning_effort": "low", "model_identity": "You are Ada."}),
        ("tool-object", "three", {"builtin_tools": ["browser", "python"]}),
        ("tool-loop", "three", {}),
    ],
    "hermes-style": [
        ("plain", "three", {}),
        ("tool-object", "three", {}),
        ("tool-string", "one", {}),
        ("tool-parallel", "three", {}),
    ],
}


def main():
    env = environment()
    cases = []
    for template, variants in CASES.items():
        path = HERE / f"{template}.jinja"
        path = path if path.exists() else HERE / "templates" / f"{template}.jinja"
        compiled = env.from_string(path.read_text(encoding="utf-8"))
        for conversation, tools, further in variants:
            variables = {
                "messages": CONVERSATIONS[conversation],
                "tools": TOOLS[tools],
                "documents": None,
                "add_generation_prompt": True,
                "bos_token": "<s>",
                "eos_token": "</s>",
                **further,
            }
            case = {"template": template, "conversation": conversation, "tools": tools, "further": further}
            try:
                case["expect"] = compiled.render(**variables)
            except jinja2.exceptions.TemplateError as error:
                case["refusal" if type(error) is jinja2.exceptions.TemplateError else "error"] = str(error)
            except Exception as error:
                case["error"] = f"{type(error).__name__}: {error}"
            cases.append(case)
    golden = {"conversations": CONVERSATIONS, "tools": TOOLS, "cases": cases}
    text = json.dumps(golden, ensure_ascii=False, indent=1)
    (HERE / "chat-cases.json").write_text(text + "\n", encoding="utf-8")
    print(len(cases), "cases")
    for case in cases:
        if "expect" not in case:
            print(case["template"], case["conversation"], case.get("refusal"), case.get("error"))


if __name__ == "__main__":
    main()
