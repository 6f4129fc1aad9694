"""The village meetings of the demonstration: held some days before, written down, the minutes scanned."""

from datetime import datetime, timedelta
from random import Random

from app.clock import bishkek_day
from app.services.actors import Actor
from app.services.applications import meetings
from app.services.applications.meetings import MeetingInput
from app.services.documents import Upload
from models.applications import Application
from models.associations import MembershipRole
from seeds import papers
from seeds.programme import Programme

PLACES = (
    {"ky": "Мектептин залы", "ru": "Зал школы"},
    {"ky": "Айылдык клуб", "ru": "Сельский клуб"},
    {"ky": "Айыл өкмөтүнүн имараты", "ru": "Здание айыл окмоту"},
)
"""Where each of the first three texts of the minutes says the meeting was."""
UNANIMOUS = 2
"""The text that says nobody voted against."""


def hold(programme: Programme, application: Application, chance: Random, actor: Actor, now: datetime) -> None:
    """The village meets with a quorum and agrees; the minutes are written down and attached."""
    language, village = application.language, programme.village_of(application.association)
    people = {held.role: held.person.full_name for held in application.association.memberships}
    households = programme.chance("households", village.soate).randint(84, 190)
    represented = households * chance.randint(54, 82) // 100
    present = represented + chance.randint(0, represented // 6)
    women = present * chance.randint(42, 61) // 100
    variant = chance.randrange(len(PLACES))
    against, abstained = (0 if variant == UNANIMOUS else chance.randint(0, 4)), chance.randint(0, 5)
    day = bishkek_day(now) - timedelta(days=chance.randint(4, 9))
    day = max(day, meetings.earliest_day(application.call) or day)
    content = MeetingInput(
        held_on=day,
        place=PLACES[variant][language],
        led_by=people[MembershipRole.CHAIR],
        written_by=people[MembershipRole.SECRETARY],
        women=women,
        men=present - women,
        households=represented,
        entitled=households,
        decision=programme.content.misc["minutes"][variant][language].format(village=village.name(language)),
        votes_for=present - against - abstained,
        votes_against=against,
        abstentions=abstained,
    )
    scan = _minutes(programme.number("minutes"), application, content)
    meetings.record(application, content, scan, storage=programme.storage, actor=actor, now=now)


def _minutes(number: int, application: Application, content: MeetingInput) -> Upload:
    """The paper the village signed."""
    present, name = content.women + content.men, application.association.name(application.language)
    if application.language == "ky":
        title = f"Айыл жыйынынын протоколу № {number}"
        facts = [
            f"{name}. {content.held_on:%d.%m.%Y}. Катышты: {present} адам, {content.households} түтүн, кворум бар.",
            f"Долбоор: {application.title}",
            content.decision,
            f"Добуш берүү: макул – {content.votes_for}, каршы – {content.votes_against}, "
            f"калыс – {content.abstentions}.",
            f"Жыйындын төрагасы: {content.led_by}. Катчы: {content.written_by}",
        ]
    else:
        title = f"Протокол сельского схода № {number}"
        facts = [
            f"{name}. {content.held_on:%d.%m.%Y}. Участвовало: {present} человек от {content.households} дворов, "
            "кворум есть.",
            f"Проект: {application.title}",
            content.decision,
            f"Голосование: за – {content.votes_for}, против – {content.votes_against}, "
            f"воздержались – {content.abstentions}.",
            f"Председатель схода: {content.led_by}. Секретарь: {content.written_by}",
        ]
    return papers.pdf(f"protokol-{number}.pdf", title, facts)
