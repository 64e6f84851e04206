"""Writes expressions.json: small templates and what Python's jinja2 makes of them with the settings of apply_chat_template."""

import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.sandbox

DATA = {
    "name": "Ada <b> & 'x' \"y\"",
    "empty": "",
    "spaced": "  a\tb \n c  ",
    "emoji": "a😀é日",
    "n": 7,
    "neg": -7,
    "pi": 3.14159,
    "yes": True,
    "no": False,
    "nothing": None,
    "nums": [3, 1, 2, 3],
    "words": ["beta", "Alpha", "gamma"],
    "people": [
        {"name": "Bo", "age": 30, "tags": ["x", "y"]},
        {"name": "Al", "age": 25, "tags": []},
        {"name": "Cy", "age": 30, "admin": True},
    ],
    "d": {"k": 1, "items": "shadowed", "z": {"deep": [1, {"a": "b"}]}},
    "think": "<think>\nhm\n</think>\n\nFine.</think> tail",
}

TEMPLATES = r"""
{{ name }}
{{ 1 + 2 * 3 ** 2 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}
{{ 7 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7.5 // 2 }} {{ 2 ** -1 }}
{{ 1.0 }} {{ 1e3 }} {{ 1.5e-7 }} {{ 1e16 }} {{ 123456789012345.0 }} {{ 0.1 + 0.2 }} {{ 1_000 }}
{{ 'a' ~ 1 ~ none ~ true ~ 1.5 ~ [1, 'b'] }}
{{ 'a' + 'b' * 3 }} {{ [1] + [2] * 2 }}
{{ 'it''s' 'joined' "too" }}
{{ "tab\tnl\nq\"b\\u\u00e9\x41\q" }}
{{ nums[0] }} {{ nums[-1] }} {{ nums[9] is defined }} {{ nums[1:] }} {{ nums[:-1] }} {{ nums[::2] }} {{ nums[::-1] }} {{ nums[5:1] }} {{ nums[-3:-1] }}
{{ emoji|length }} {{ emoji[1] }} {{ emoji[::-1] }} {{ emoji[1:3] }} {{ emoji[-1:] }} {{ emoji|upper }}
{{ d.k }} {{ d['k'] }} {{ d['items'] }} {{ d.z.deep[1].a }} {{ d.nope is defined }} {{ d.get('k') }} {{ d.get('q', 5) }} {{ d.get('q') }}
{{ d.items()|list }} {{ d.keys()|list }} {{ d.values()|list }}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k, v in d|items %}{{ k }};{% endfor %}{{ d|length }}
{{ yes and no }} {{ yes or no }} {{ not yes }} {{ n and 'x' }} {{ empty or 'fallback' }} {{ none or 0 or '' }}
{{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ 'a' == 'a' != 'b' }} {{ [1,2] == [1,2] }} {{ (1,2) == [1,2] }} {{ true == 1 }} {{ none == false }}
{{ 'b' in 'abc' }} {{ 'z' not in 'abc' }} {{ 2 in nums }} {{ 'k' in d }} {{ not 'k' in d }} {{ 'x' in missing }}
{{ 'yes' if yes else 'no' }} {{ 'yes' if no else 'no' }} {{ 'nothing' if no }}| {{ 1 if no else 2 if no else 3 }}
{{ x is defined }} {{ n is defined }} {{ x is undefined }} {{ nothing is none }} {{ nothing is not none }} {{ not x is defined }}
{{ name is string }} {{ nums is string }} {{ d is mapping }} {{ nums is iterable }} {{ name is iterable }} {{ d is iterable }} {{ n is iterable }} {{ nums is sequence }} {{ n is sequence }} {{ nothing is iterable }}
{{ n is number }} {{ yes is number }} {{ n is integer }} {{ yes is integer }} {{ pi is float }} {{ yes is boolean }} {{ n is boolean }} {{ yes is true }} {{ 1 is true }} {{ no is false }} {{ 0 is false }}
{{ n is odd }} {{ n is even }} {{ n is divisibleby 7 }} {{ n is divisibleby(2) }} {{ n is equalto 7 }} {{ n is eq(8) }} {{ n is gt 3 }} {{ n is lt(3) }} {{ n is ne 7 }} {{ n is in [7] }} {{ n is sameas n }}
{{ range is callable }} {{ 'AB' is upper }} {{ 'ab' is lower }} {{ raise_exception is defined }} {{ strftime_now is defined }}
{{ spaced|trim }}|{{ spaced.strip() }}|{{ spaced.lstrip() }}|{{ spaced.rstrip() }}|
{{ 'xxaxx'.strip('x') }} {{ 'xyaxy'.lstrip('yx') }} {{ 'xyaxy'.rstrip('yx') }} {{ 'xxaxx'|trim('x') }}
{{ think.split('</think>') }} {{ think.split('</think>')[-1].lstrip('\n') }} {{ think.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') }}
{{ spaced.split() }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ '  a  b c '.split(none, 1) }} {{ ''.split() }} {{ ''.split(',') }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith('bc') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ 'hello world'.title() }} {{ 'hELLO'.capitalize() }}
{{ 'aXbXc'.replace('X', '-') }} {{ 'aXbXc'.replace('X', '-', 1) }} {{ 'ab'|replace('', '.') }} {{ 'aaa'|replace('a', 'b', 2) }} {{ 'abcabc'.count('bc') }} {{ 'abcabc'.find('ca') }} {{ 'abc'.find('z') }}
{{ 'a\nb\r\nc\n'.splitlines() }} {{ '-'.join(words) }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }} {{ '12'.isdigit() }}
{{ words|join(', ') }} {{ nums|join }} {{ people|join('+', attribute='name') }} {{ [1, none, true]|join('-') }}
{{ words|first }} {{ words|last }} {{ words|length }} {{ []|first is defined }} {{ words|reverse|list }} {{ 'abc'|reverse }} {{ 'abc'|list }} {{ 'abc'|first }} {{ nums|count }}
{{ nums|sort }} {{ nums|sort(reverse=true) }} {{ words|sort }} {{ words|sort(case_sensitive=true) }} {{ people|sort(attribute='age')|map(attribute='name')|list }}
{{ nums|unique|list }} {{ nums|sum }} {{ nums|min }} {{ nums|max }} {{ people|sum(attribute='age') }} {{ words|max }}
{{ people|map(attribute='name')|list }} {{ words|map('upper')|list }} {{ people|map(attribute='admin', default='no')|list }} {{ nums|map('string')|join('/') }}
{{ people|selectattr('admin')|map(attribute='name')|list }} {{ people|selectattr('age', 'equalto', 30)|map(attribute='name')|list }} {{ people|rejectattr('age', 'gt', 26)|map(attribute='name')|list }} {{ people|selectattr('admin', 'defined')|list|length }}
{{ nums|select('odd')|list }} {{ nums|reject('odd')|list }} {{ nums|select('>', 1)|list }} {{ [0, 1, '', 'a']|select|list }} {{ [1, 2]|select('in', [2])|list }}
{{ missing|default('d') }} {{ empty|default('d') }} {{ empty|default('d', true) }} {{ nothing|default('d') }} {{ d.nope|d('x') }} {{ missing|default }}|
{{ '42'|int }} {{ ' 42 '|int }} {{ 'x'|int }} {{ 'x'|int(9) }} {{ 3.9|int }} {{ '3.9'|int }} {{ '1.5'|float }} {{ 'x'|float }} {{ 3|float }} {{ true|int }}
{{ neg|abs }} {{ -3|abs }} {{ 2.567|round(2) }} {{ 2.5|round }} {{ 3.5|round }} {{ 2.1|round(0, 'ceil') }} {{ 2.9|round(method='floor') }} {{ n|string ~ '!' }}
{{ name|e }} {{ name|escape }} {{ name|safe }} {{ 'hello'|capitalize }} {{ 'a b'|title }} {{ name|upper|lower }}
{{ d|tojson }} {{ people|tojson }} {{ name|tojson }} {{ emoji|tojson }} {{ [1, 1.5, true, none, 'x\ny']|tojson }} {{ {}|tojson }} {{ []|tojson }} {{ n|tojson }}
{{ d|tojson(indent=2) }}
{{ people|tojson(indent=4) }} {{ {'a': [], 'b': {}}|tojson(indent=2) }} {{ nothing|tojson }}
{{ d|tojson(separators=(',', ':')) }} {{ {'b': 1, 'a': 2}|tojson(sort_keys=true) }} {{ emoji|tojson(ensure_ascii=true) }} {{ '\x7f\x01\u2028'|tojson }}
{{ d }} {{ nums }} {{ (1,) }} {{ () }} {{ [] }} {{ {} }} {{ ['a\'b', "q\"'", 'é\n', none] }} {{ {'a': 1, 2: [true]} }}
{{ '%s is %d years' % (name, n) }} {{ '%s' % n }} {{ '%05d|%-5s|%5s|%.2f|%x|%%' % (n, 'ab', 'cd', pi, 255) }} {{ '%s %s' % (1, [2]) }} {{ '%r' % 'a' }}
{{ range(3)|list }} {{ range(1, 4)|list }} {{ range(10, 0, -3)|list }} {{ range(0)|list }}
{{ dict(a=1, b='x') }} {{ dict({'q': 1}, r=2) }}
{% set ns = namespace(count=0, last='') %}{% for w in words %}{% set ns.count = ns.count + 1 %}{% set ns.last = w %}{% endfor %}{{ ns.count }}{{ ns.last }}
{% set x = 1 %}{% for i in nums %}{% set x = i %}{% endfor %}{{ x }}
{% set a, b = 1, 2 %}{{ b }}{{ a }}{% set t = 1, 2 %}{{ t }}
{% set body %}Hello {{ n }}!{% endset %}[{{ body }}]{% set up | upper %}loud{% endset %}{{ up }}
{% if n > 5 %}big{% elif n > 3 %}mid{% else %}small{% endif %}{% if no %}x{% elif yes %}y{% endif %}{% if not no and (n == 7 or no) %}z{% endif %}
{% for x in nums %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.first }}/{{ loop.last }}/{{ loop.length }} {% endfor %}
{% for x in nums %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {{ loop.cycle('a', 'b') }}{{ loop.previtem is defined }}{% endfor %}
{% for x in nums if x > 1 %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% else %}none{% endfor %}{% for x in [] %}x{% else %}empty{% endfor %}
{% for x in nums %}{% for y in 'ab' %}{{ loop.index }}{{ y }}{% endfor %}{{ loop.index }};{% endfor %}
{% for x in range(10) %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 5 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for c in emoji %}[{{ c }}]{% endfor %}{% for k in d %}{{ k }},{% endfor %}{% for x in missing %}x{% else %}undef{% endfor %}
{% for a, b in [(1, 2), (3, 4)] %}{{ a }}-{{ b }} {% endfor %}{% for (a, b) in [[1, 2]] %}{{ b }}{% endfor %}
{% macro hi(who, greet='Hello') %}{{ greet }} {{ who }}!{% endmacro %}{{ hi('Bo') }} {{ hi('Al', greet='Hey') }} {{ hi('Cy', 'Yo')|upper }}
{% macro fact(k) %}{{ 1 if k < 2 else k * fact(k - 1)|int }}{% endmacro %}{{ fact(5) }}
{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}inner {{ n }}{% endcall %}
{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(1) }}
{% filter upper %}shout {{ n }}{% endfilter %}
{% with a=1, b=2 %}{{ a + b }}{% endwith %}{{ a is defined }}
{% raw %}{{ not }} {% parsed %} {# at all #}{% endraw %} after
a{# comment {{ x }} #}b{#- strip -#} c
top\n  {% if yes %}  indented\n  {% endif %}  tail
line one\n  {% set q = 1 %}  \n  {# gone #}\nline two {{ q }}\n
a  {%- if yes -%}  b  {%- endif -%}  c
x\n{{ 1 }}\ny {{- 2 -}} z
  {%+ if yes %}kept{% endif %}|{% if yes +%}\nkept newline{% endif %}
a\n  {{ n }}\n  {% for x in [1, 2] %}\n    - {{ x }}\n  {% endfor %}\nend\n\n
{{ {'a': {'b': {'c': 1}}}.a.b.c }} {{ {'x': 1}['x'] }} {{ [[1, 2], [3]][0][1] }} {{ (1, 2)[1] }} {{ 'abc'[1] }} {{ {"a": {"b": 1}} }}
{{ missing }}|{{ d.missing }}|{{ nums[99] }}|{{ missing is defined and missing.attr }}
{{ true }} {{ True }} {{ none }} {{ None }} {{ false }}
{{ words|map('length')|sum }} {{ words|map('replace', 'a', 'o')|list }} {{ words|map('first')|join }}
{{ 'a' if n == 7 and name is string else 'b' }} {{ (n if yes else 0) + 1 }}
{{ 'ab\ncd'|indent(2) }}|{{ 'ab\n\ncd'|indent(2, true) }}|{{ 'ab\ncd'|indent('> ') }}
{{ d|dictsort|list|length }} {{ {'b': 1, 'A': 2}|dictsort }}
{{ name[:3] }}{{ name[-1] }}{{ name[1:-1]|length }} {{ 'abcdef'[4:1:-1] }} {{ 'abcdef'[-2::-2] }} {{ nums[10:] }} {{ nums[-100:2] }}
{{ 10 is divisibleby 5 and 'x' is string }} {{ n is string or n is number }} {{ 'a' ~ 'b' == 'ab' }} {{ 1 ~ 1 + 2 ~ 3 if no else 'p' }} {{ 2 * 3 % 4 }} {{ 10 - 2 - 3 }} {{ not 1 == 2 }}
{{ missing.attr }}
{{ nums.append(4) }}
{{ 1 + 1 ~ 2 }}
{{ 1 / 0 }}
{{ 'a' + 1 }}
{{ raise_exception('no way') }}
{{ unknown_function() }}
{{ name|nofilter }}
{{ 1 is notest }}
{% if %}x{% endif %}
{% for x in nums %}
{{ 'open }}
{{ [1, 2 }}
{% endif %}
{{ 1 +}}
{% for x in none %}{% endfor %}
{{ name.__class__ }}|{{ ''.__class__.__mro__ }}
{{ nums < 3 }}
{{ d|tojson|length }} {{ missing|tojson }}
{% include 'x' %}
{% set f = nums|select('odd') %}{{ 'yes' if f else 'no' }}{{ f|list }}{{ f|list }} {{ (nums|select('odd'))|length }}
{{ nums|map('string')|tojson }}
{{ [1]|select('even') is iterable }} {{ [1]|select('even') is sequence }} {{ (none|selectattr('a'))|list }} {{ none|map('upper')|list }} {{ 'yes' if (none|select) else 'no' }}
{{ words|map('upper')|first }} {{ 2 in (nums|select) }} {{ nums|reverse|join }} {{ (nums|unique)|join(',') }}
{{ '{} and {}'.format('a', 1) }} {{ '{1}{0}{name}'.format(1, 2, name='n') }} {{ '{{}}{}'.format(1.5) }} {{ '{0[k]} {0.k}'.format({'k': 2}) }}
{{ '{:>6}|{:<6}|{:^7}|{:*^7}'.format('ab', 'cd', 'ef', 'gh') }} {{ '{:05d}|{:+d}|{: d}|{:,}|{:x}|{:X}|{:o}|{:b}'.format(42, 7, 7, 1234567, 255, 255, 8, 5) }}
{{ '{:.2f}|{:8.3f}|{:.1%}|{:f}|{}'.format(pi, pi, 0.256, 1, pi) }} {{ '{!r} {!s}'.format('a', 'b') }} {{ '{:.2}|{:5}|{:5}|'.format('abcdef', 'x', 3) }} {{ '{:,.2f}'.format(1234567.891) }}
{{ '{}'.format() }}
{{ '{'.format(1) }}
{{ ('<b>'|safe) + '<i>' }} {{ ('<b>'|safe) ~ '<i>' }} {{ '&' + ('<'|safe) }} {{ ('%s<'|safe) % '&' }} {{ ('<{}'|safe).format('&') }} {{ ('<'|e)|e }} {{ ('<'|safe)|upper + '&' }} {{ ('<'|safe)|trim + '&' }}
{{ ('<'|safe)|replace('<', '>') + '&' }} {{ ('<'|safe).replace('<', '>&') }} {{ ['<'|safe, '&']|join }} {{ ('<'|safe).join(['&', '>']) }} {{ ('a<'|safe).split('<')[0] + '&' }} {{ ('<'|safe) * 2 + '&' }} {{ {'a': '<'|safe} }} {{ ('<'|safe)|tojson }} {{ '&'|forceescape }} {{ ('<'|safe) == '<' }} {{ '<'|safe is escaped }} {{ ('<'|safe)|string + '&' }} {{ ('<'|safe)|title + '&' }} {{ ('<'|safe)|capitalize + '&' }}
{% set x %}{{ '<'|safe }}{% endset %}{{ x + '&' }}
{% macro v() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ v(1, 2, a=3) }} {{ v(*[4, 5], **{'b': 6}) }} {{ v(*nums) }}
{% macro p(a, b=2, c=3) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ p(*[1]) }} {{ p(1, **{'c': 9}) }} {{ p(c=1, a=0) }} {{ p.name }} {{ p.arguments }}
{% macro p(a) %}{{ a }}{% endmacro %}{{ p(1, 2) }}
{% macro p(a) %}{{ a }}{% endmacro %}{{ p(q=2) }}
{% macro p(a) %}{{ a }}{% endmacro %}{{ p(1, a=2) }}
{% macro list_all(items) %}{% for i in items %}<{{ caller(i, loop.index) }}>{% endfor %}{% endmacro %}{% call(x, n) list_all(words) %}{{ n }}{{ x }}{% endcall %}
{% macro outer() %}[{{ caller() }}]{% endmacro %}{% macro inner() %}({{ caller() }}){% endmacro %}{% call outer() %}{% call inner() %}x{% endcall %}{% endcall %}
{% macro a(x) %}{{ b(x) }}{% endmacro %}{% macro b(x) %}b{{ x }}{{ late }}{% endmacro %}{% set late = '!' %}{{ a(1) }}
{% set ns = namespace(m=none) %}{% macro m(x) %}m{{ x }}{% endmacro %}{% set ns.m = m %}{{ ns.m(1) }} {{ [m][0](2) }} {{ {'m': m}.m(3) }}
{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{{ loop.depth }}{% endif %}{% endfor %}
{% for item in [{'n': 'a', 'c': [{'n': 'b', 'c': []}]}, {'n': 'd', 'c': []}] recursive %}{{ loop.depth0 }}{{ item.n }}{% if item.c %}[{{ loop(item.c) }}]{% endif %}{% endfor %}
{% for x in nums %}{{ loop(x) }}{% endfor %}
{% for x in [1, 1, 2, 2] %}{{ 'new' if loop.changed(x) else 'same' }} {% endfor %}
{% for k, (a, b) in [('x', (1, 2)), ('y', [3, 4])] %}{{ k }}{{ a }}{{ b }};{% endfor %}{% for (k), v in {'q': 1}.items() %}{{ k }}{{ v }}{% endfor %}
{% for a, b in [1, 2] %}{% endfor %}
{% set (a, b), c = (1, 2), 3 %}{{ a }}{{ b }}{{ c }}{% set ns = namespace() %}{% set ns.a, d = 5, 6 %}{{ ns.a }}{{ d }}
{% set a, b = [1, 2, 3] %}
{% block title %}in {{ n }}{% endblock %}{% block other %}x{% endblock other %}
{{ 'a.b.c'.rsplit('.', 1) }} {{ 'a.b.c'.rsplit('.') }} {{ ' a b  c '.rsplit(none, 1) }} {{ ' a b  c '.rsplit() }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('x') }} {{ 'abc'.rpartition('x') }}
{{ 'abcabc'.rfind('bc') }} {{ 'abcabc'.index('c') }} {{ 'abcabc'.find('a', 1) }} {{ 'abcabc'.find('a', 1, 3) }} {{ 'emoji 😀 x'.find('x') }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.endswith('b', 0, 2) }} {{ 'aaa'.count('') }} {{ 'abc'.find('') }}
{{ 'abc'.index('z') }}
{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'ab'.ljust(4) }}| {{ 'ab'.rjust(4, '.') }} {{ 'ab'.center(5, '-') }} {{ 'abc'.center(6, '-') }} {{ 'ab'|center(7) }}|
{{ 'abc'.isalpha() }} {{ 'ab1'.isalnum() }} {{ '½'.isnumeric() }} {{ 'ABC'.isupper() }} {{ 'abc1'.islower() }} {{ '1'.isupper() }} {{ 'aB'.swapcase() }} {{ 'é'.isascii() }} {{ ' '.isspace() }} {{ 'a\nb\n'.splitlines(true) }}
{{ 'they are'|title }} {{ "it's o'neil-smith (abc) x_y 1st"|title }} {{ "it's x_y"|title }} {{ "it's".title() }}
{{ 'a long text that is cut'|truncate(12) }} {{ 'a long text that is cut'|truncate(12, true) }} {{ 'short'|truncate(5) }} {{ 'a long text'|truncate(8, false, '!', 0) }} {{ 'one two  three'|wordcount }} {{ 'a b/c?d=é&f'|urlencode }}
{{ nums|batch(3)|list }} {{ nums|batch(3, 0)|list }} {{ range(7)|slice(3)|list }} {{ range(7)|slice(3, 'x')|list }}
{{ people|groupby('age')|map(attribute=0)|list }} {% for age, group in people|groupby('age') %}{{ age }}:{{ group|map(attribute='name')|join('+') }};{% endfor %}
{{ {'b': 1, 'A': 2}|dictsort(true) }} {{ {'b': 1, 'A': 2}|dictsort(by='value') }} {{ {'b': 1, 'A': 2}|dictsort(reverse=true) }} {{ people|sort(attribute='age,name')|map(attribute='name')|list }}
{{ ['b', 'A', 'a', 'B']|unique|list }} {{ ['b', 'A', 'a']|unique(true)|list }} {{ people|unique(attribute='age')|map(attribute='name')|list }} {{ people|min(attribute='age') }} {{ ['b', 'A']|max }} {{ ['b', 'A']|min(true) }}
{{ people[0]|attr('name') }}| {{ '%s-%s'|format(1, 2) }} {{ '%(a)s'|format(a='z') }} {{ '%(a)s!' % {'a': 1} }} {{ 7|round }} {{ 7|round(1) }} {{ 7|round(0, 'ceil') }} {{ '0x1f'|int(0, 16) }} {{ '11'|int(base=2) }}
{{ 123456789012345678901234567890|length }}
{{ d.copy() }} {{ nums.copy() }} {{ nums.append is defined }} {{ d.pop is defined }}
{{ d.pop('k') }}
{% set t = d.update({'x': 1}) %}
{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'defined' is test }} {{ n is not number }} {{ n is not in [7] }} {{ 3 is in nums and 4 is not in nums }}
{% if no %}{{ x|nofilter }}{{ x is notest }}{% endif %}fine
{% from 'x' import y %}
{% import 'x' as y %}
{% extends 'x' %}
{% do nums.append(1) %}
{{ [1, 2]|tojson(indent='\t') }} {{ {'a': 1}|tojson(indent=0) }} {{ {'z': {'y': 1, 'x': [2]}, 'a': 0}|tojson(sort_keys=true, indent=1) }} {{ {1: 'a', none: 'b', 1.5: 'd'}|tojson }} {{ [1e100, -0.0, 1e-7]|tojson }} {{ '</script>&\u00e9"\\'|tojson }}
{{ loop is defined }} {{ caller is defined }} {{ varargs is defined }}
{{- 1 -}}   {{- 2 }}   {%- set q = 1 %}   {{ 3 }}{#- c -#}   4
{% if n -%}   a   {%- elif yes -%} b {%- else -%} c {%- endif %}  d
{%- for x in nums -%}  {{ x }}  {%- if not loop.last -%} , {%- endif -%}  {%- endfor -%}
{% raw -%}   {{ x }}   {%- endraw %}|{%- raw %} y {% endraw -%}   z
{{ nums|map(attribute='x')|list }} {{ people|map(attribute='tags.0')|list }} {{ people|map(attribute='tags')|map('default', [])|list }}
{{ none ~ '' }} {{ missing ~ 'x' }} {{ [missing] }} {{ (missing or 'm') }} {{ missing == missing }} {{ missing == none }} {{ missing in [1] }} {{ missing|list }} {{ missing|join }}|{{ missing|string }}|{{ missing|trim }}|{{ missing|upper }}|
{{ missing + 'x' }}
{{ missing|first|upper }} {{ [][0] is undefined }} {{ {}.x.y is undefined }}
{{ 'a'.b is undefined }} {{ none.x is undefined }}
{{ none.x.y }}
{{ nums|sum(start=10) }} {{ [[1], [2]]|sum(start=[]) }} {{ 'a,b'|replace(',', '\n') }} {{ 5 // 2 * 2 + 5 % 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 0.5 > 1.41 }} {{ 1.0 * 3 }} {{ 10 / 4 }} {{ 1e2 }} {{ 3.0 // 2 }} {{ +5 }} {{ - 5 }} {{ not not 1 }}
{{ (1, 2) + (3,) }} {{ [1, 2] < [1, 3] }} {{ 'a' in ['a'] }} {{ 'k' in d.keys() }} {{ ('a', 1) in {'a': 1}.items() }} {{ {'a': 1} == {'a': 1.0} }} {{ (1, 2) == (1, 2) }} {{ [1, 2] in [[1, 2]] }} {{ true + true }}
{{ "a" "b" 'c' }} {{ "\u0041\x42\103" }} {{ 'tab\there' }} {{ 'quote\'s' }}
"""


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def main():
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda form: form
    cases = []
    for line in TEMPLATES.strip("\n").split("\n"):
        # A backslash n outside a tag stands for a line end, so that whitespace control can be tried on one line.
        template = line if "{{ '" in line or '{{ "' in line else line.replace("\\n", "\n")
        case = {"template": template}
        try:
            case["expect"] = env.from_string(template).render(**DATA)
        except Exception as error:
            case["error"] = f"{type(error).__name__}: {error}"
        cases.append(case)
    path = pathlib.Path(__file__).with_name("expressions.json")
    path.write_text(json.dumps({"data": DATA, "cases": cases}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(len(cases), "cases,", sum("error" in case for case in cases), "errors")
    for case in cases:
        if "error" in case:
            print(case["template"][:60], "->", case["error"])


if __name__ == "__main__":
    main()
