"""Who benefits from the demonstration's projects, counted from the figure each kind of project promises."""

from random import Random

from app.services.applications.beneficiaries import BeneficiariesInput


def counted(kind: dict[str, dict[str, int]], chance: Random) -> BeneficiariesInput:
    """The people a project of this kind reaches, parted as a village is."""
    people = kind["indicators"]["beneficiaries_reached"]
    women = people * chance.randint(46, 58) // 100
    return BeneficiariesInput(
        women=women,
        men=people - women,
        young=people * chance.randint(19, 33) // 100,
        migrant_families=people * chance.randint(24, 47) // 100,
        returnees=people * chance.randint(2, 7) // 100,
        disabled=people * chance.randint(1, 3) // 100,
        households=max(1, people * chance.randint(20, 27) // 100),
    )
