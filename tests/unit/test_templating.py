"""Templates call and translate as Jinja does, and escape what is not ours."""

from decimal import Decimal
from enum import StrEnum

import pytest
from flask import Flask
from jinja2 import Environment, pass_context
from markupsafe import Markup

from app import localisation
from app.web import templating


class Colour(StrEnum):
    RED = "<red>"


class Shown:
    def __html__(self) -> str:
        return "<em>shown</em>"


@pytest.fixture(scope="module")
def bare() -> Flask:
    """An application with nothing but our template environment."""
    app = Flask("bare")
    templating.install(app)
    app.jinja_env.autoescape = True
    return app


def shown(app: Flask, source: str, **values: object) -> str:
    return app.jinja_env.from_string(source).render(**values)


def test_what_is_filled_in_is_escaped_and_the_text_is_not(bare: Flask) -> None:
    with localisation.use_locale("en"):
        source = "{{ _('Saved: %(part)s.', part=part) }}|{{ _('Tom & Co') }}"
        assert shown(bare, source, part="<b>&") == "Saved: &lt;b&gt;&amp;.|Tom & Co"
        assert shown(bare, source, part=Markup("<b>x</b>")).startswith("Saved: <b>x</b>.")


GIVEN_OUT = (Markup("<b>&"), "<b>&'\"", "", 7, -1, 0, 2.5, None, True, Decimal("1.50"), ["<i>"], Colour.RED, Shown())


def test_what_is_given_out_is_what_jinja_gives_out(bare: Flask) -> None:
    source = """{{ x }}{{ x }}|{{ missing }}|{% set kept %}{{ x }}-{{ x|upper }}{% endset %}{{ kept }}|{{ kept|length }}
    {% macro m(y) %}<{{ y }}>{% endmacro %}{{ m(x) }}{{ m(x) ~ '<' }}{% autoescape false %}{{ x }}{% endautoescape %}
    {% autoescape off %}{{ x }}{% endautoescape %}{% filter upper %}{{ x }}{% endfilter %}{{ [x, x]|join('&') }}"""
    plain = Environment(autoescape=True)
    assert bare.jinja_env.code_generator_class is not plain.code_generator_class
    for value in GIVEN_OUT:
        for switched in (True, False):
            assert shown(bare, source, x=value, off=switched) == plain.from_string(source).render(x=value, off=switched)


def test_each_language_has_its_own_text(bare: Flask) -> None:
    texts = []
    for locale in localisation.LOCALE_CODES:
        with localisation.use_locale(locale):
            texts.append(shown(bare, "{{ _('My desk') }}"))
    assert len(set(texts)) == 3 and texts[-1] == "My desk"


def test_a_percent_sign_is_written_twice_in_a_text_and_shown_once(bare: Flask) -> None:
    assert shown(bare, "{{ _('50 %% of %(sum)s', sum=7) }}|{{ _('50 %%') }}") == "50 % of 7|50 %"


def test_the_plural_fits_the_number_and_names_it(bare: Flask) -> None:
    source = "{{ ngettext('%(num)s browser of %(who)s', '%(num)s browsers of %(who)s', number, who='<i>') }}"
    with localisation.use_locale("en"):
        assert shown(bare, source, number=1) == "1 browser of &lt;i&gt;"
        assert shown(bare, source, number=3) == "3 browsers of &lt;i&gt;"


def test_macros_callers_and_loops_go_on_as_in_jinja(bare: Flask) -> None:
    source = """{% macro row(text, mark='') %}[{{ text }}{{ mark }}{% if caller is defined %}{{ caller(1) }}{% endif %}]
    {%- endmacro %}
    {%- for one in rows %}{{ row(one, mark='!') }}{% call(x) row(one) %}{{ x }}{{ loop.index }}{% endcall %}
    {%- endfor %}{{ row('<') }}"""
    assert shown(bare, source, rows=["a", "<b>"]) == "[a!][a11][&lt;b&gt;!][&lt;b&gt;12][&lt;]"


def test_methods_types_and_functions_that_want_the_context_are_called(bare: Flask) -> None:
    @pass_context
    def name_of(context: object, key: str) -> str:
        return f"{key}={context[key]}"  # type: ignore[index]

    class Wants:
        @pass_context
        def __call__(self, context: object) -> str:
            return f"called with {context['a']}"  # type: ignore[index]

    source = "{{ name_of('a') }} {{ text.upper() }} {{ int('7') }} {{ wants() }}"
    source += "{% for one in [1] %} {{ name_of('a') }}{% endfor %}"
    assert shown(bare, source, name_of=name_of, text="x", a=5, wants=Wants(), int=int) == "a=5 X 7 called with 5 a=5"
