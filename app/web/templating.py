"""How templates call and translate: Jinja's own ways, shortened where a page does them hundreds of times."""

from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from app import localisation


class PlainContext(Context):
    """A template's context that calls macros and plain functions directly.

    Jinja asks of every call whether the callable wants the context, its environment or neither: a third of what a page
    of eight hundred calls costs. Here that is known from the type; whatever else is called goes Jinja's way.
    """

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(__obj)
        if kind is Macro:
            args = (__self.eval_ctx, *args)
        elif (kind is not FunctionType and kind is not MethodType) or hasattr(__obj, "jinja_pass_arg"):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)


class PlainOutput(CodeGenerator):
    """Writes templates that give out through `escaped`, wherever it is known that they escape."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if finalize.src is None and frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


def escaped(value: Any) -> str:
    """What is given out for `value`: markup as it is, text escaped.

    MarkupSafe makes a new `Markup` of each, to be told from text later; but here it is at once joined with the rest.
    """
    kind = type(value)
    if kind is Markup or kind is int:
        return str(value)
    return escape(value)


def text(message: str, **values: Any) -> Markup:
    """The text of `message` in the language in force; what is filled in is escaped."""
    if values:
        return Markup(localisation.translated(message)) % values  # noqa: S704 -- our own text
    return _marked(localisation.current_locale(), message)


@lru_cache(maxsize=16_384)
def _marked(locale: str, message: str) -> Markup:
    with localisation.use_locale(locale):
        return Markup(localisation.gettext(message))  # noqa: S704 -- our own text


def plural_text(singular: str, plural: str, number: int, **values: Any) -> Markup:
    """The plural form that fits `number`, which is also `%(num)s`; what is filled in is escaped."""
    chosen = Markup(localisation.translated_plural(singular, plural, number))  # noqa: S704 -- our own text
    return chosen % {"num": number, **values}


def install(app: Flask) -> None:
    """Give the template environment its context and the names by which templates translate."""
    app.jinja_env.context_class = PlainContext
    app.jinja_env.code_generator_class = PlainOutput
    app.jinja_env.extend(escaped=escaped)
    app.jinja_env.globals.update({"_": text, "ngettext": plural_text})
