"""One person has one name in every spelling; two people are told apart by what is known of both."""

import pytest

from app.services.people_matching import (
    Known,
    firm_key,
    name_key,
    name_keys,
    numbers_in,
    phone_mark,
    pin_mark,
    same_person,
)


@pytest.mark.parametrize(
    ("kyrgyz", "russian"),
    [
        ("Асанова Бүбүсара", "Асанова Бубусара Токтогуловна"),
        ("Таңатар Жумабаев", "Джумабаев Тангатар Асанович"),
        ("Айгүл Асан кызы", "Айгуль"),
        ("Өмүралиев Нурлан", "Омуралиев Нурлан"),
        ("Эргешова Гүлнара", "Ергешова Гульнара"),
        ("Ысманов Кыязбек", "Исманов Киязбек"),
        ("Токтоналиева Жээнбүбү", "Токтоналиева Женбубу Абдыевна"),
    ],
)
def test_a_person_has_one_name_in_two_spellings(kyrgyz: str, russian: str) -> None:
    assert name_key(kyrgyz) == name_key(russian) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Асанова Гүлнара", "Асанов Гүлнар"), ("Асанов Нурлан", "Асанов Нурбек"), ("", "Асанов")]
)
def test_different_people_have_different_names(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Асанов Бакыт", "Асанов Бакыт Эркинович"),
        ("Асанов Бакыт", "Бакыт Асан уулу"),
        ("Бакыт Эркин уулу", "Асанов Бакыт Эркинович"),
        ("Эркин уулу Бакыт", "Бакыт Эркинович"),
        ("Жумабаева Гүлзыйнат", "Джумабай кызы Гулзийнат"),
        ("Өмүралиева Бермет", "Бермет Омуралиева Токтосуновна"),
        ("Бакыт Асан", "Асан Бакыт"),
        ("Асан Бакыт", "Асанов Бакыт"),
        ("Карабаева Айсулуу", "Айсулу Карабаева Асановна"),
    ],
)
def test_one_person_under_two_names(one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        assert name_keys(pair[0]) & name_keys(pair[1]), "found"
        assert same_person(Known(pair[0]), Known(pair[1])), "and held for one"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Асанов Бакыт Эркинович", "Асанов Бакыт Токтосунович"),
        ("Асанов Бакыт Эркинович", "Жумабаев Бакыт Эркинович"),
        ("Асанов Бакыт", "Бакытов Асан"),
        ("Асанов Бакыт", "Асанова Бермет"),
        ("Эркин уулу Бакыт", "Асанов Бакыт"),
        ("Карабаева Айсулуу", "Карабаева Нурсулуу"),
        ("Бакыт", "Бакыт"),
        ("", ""),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert not same_person(Known(one), Known(other)) and not same_person(Known(other), Known(one))


def test_what_is_known_of_both_tells_namesakes_apart() -> None:
    name = "Асанов Бакыт"
    assert same_person(Known(name, 1980), Known(name, 1981)) and same_person(Known(name, 1980), Known(name))
    assert not same_person(Known(name, 1980), Known(name, 1982))
    pins = pin_mark("21010198000001"), pin_mark("21010198000002")
    assert not same_person(Known(name, None, pins[0]), Known(name, None, pins[1]))
    assert same_person(Known(name, None, pins[0]), Known(name, None, pins[0]))


def test_numbers_are_the_same_however_they_are_written() -> None:
    assert phone_mark("+996 555 12-34-56") == phone_mark("0555123456") is not None
    assert phone_mark("12-34") is None and phone_mark(None) is None and pin_mark("") is None
    assert numbers_in(["ОсОО Бирлик, ИНН 0 1203-2010 10123", "үй 12"]) == {"01203201010123"}


def test_a_firm_is_the_same_in_any_form() -> None:
    assert firm_key("ОсОО «Ак-Булак»") == firm_key("Ак Булак ОСОО") != ""
    assert firm_key("ОсОО") == ""
