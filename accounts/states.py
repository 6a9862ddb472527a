"""What people can be, hold and decide, and how their papers move."""

from typing import NamedTuple

from django.db.models import IntegerChoices, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.states import Machine

PASSED = "second_factor"  # in a session: a second factor was shown in it
ENTERED = "entered"  # in a session: when it was signed into, to the microsecond


class DeskRole(TextChoices):
    """Posts in a region (HOUSE §2)."""

    OPERATOR = "OPERATOR", _("hotline operator")
    STREET = "STREET", _("street officer")
    DISTRICT = "DISTRICT", _("district officer")
    CITY = "CITY", _("city officer")
    REVIEWER = "REVIEWER", _("hours reviewer")
    CASE_HANDLER = "CASE_HANDLER", _("case handler")
    AUDITOR = "AUDITOR", _("auditor")


class Sex(TextChoices):
    """As on the identity card."""

    FEMALE = "F", _("female")
    MALE = "M", _("male")


class SkillCode(TextChoices):
    """What a volunteer can do."""

    WHEELCHAIR = "WHEELCHAIR", _("pushing a wheelchair")
    GUIDING = "GUIDING", _("guiding a blind person")
    SIGN_NATIONAL = "SIGN_NATIONAL", _("national sign language")
    SIGN_SHANGHAI = "SIGN_SHANGHAI", _("Shanghai sign language")
    BRAILLE = "BRAILLE", _("braille")
    CAPTIONING = "CAPTIONING", _("captioning")
    TEXT_CONTACT = "TEXT_CONTACT", _("talking by text")
    EASY_LANGUAGE = "EASY_LANGUAGE", _("plain, simple speech")
    SHANGHAINESE = "SHANGHAINESE", _("Shanghainese")
    ENGLISH = "ENGLISH", _("English")
    FIRST_AID = "FIRST_AID", _("first aid")
    REPAIR = "REPAIR", _("home repair")
    HAIRCUT = "HAIRCUT", _("haircuts")
    HOUSEWORK = "HOUSEWORK", _("housework")
    DIGITAL = "DIGITAL", _("phones and computers")
    READING = "READING", _("reading and writing")
    TUTORING = "TUTORING", _("tutoring")
    LAW = "LAW", _("law")
    COUNSELLING = "COUNSELLING", _("listening and counselling")
    REHAB = "REHAB", _("rehabilitation")
    SPORT = "SPORT", _("sport")
    ART = "ART", _("art and music")
    DRIVING = "DRIVING", _("driving")
    CARE = "CARE", _("everyday care")


class Language(TextChoices):
    """The skills that are languages: a resident may ask for one."""

    SIGN_NATIONAL = SkillCode.SIGN_NATIONAL.value, SkillCode.SIGN_NATIONAL.label
    SIGN_SHANGHAI = SkillCode.SIGN_SHANGHAI.value, SkillCode.SIGN_SHANGHAI.label
    SHANGHAINESE = SkillCode.SHANGHAINESE.value, SkillCode.SHANGHAINESE.label
    ENGLISH = SkillCode.ENGLISH.value, SkillCode.ENGLISH.label


LANGUAGES = frozenset(Language.values)


class SkillLevel(IntegerChoices):
    """How well."""

    SOME = 1, _("some experience")
    GOOD = 2, _("good")
    EXPERT = 3, _("expert")


class CredentialKind(TextChoices):
    """Papers and trainings that a service may require."""

    GUIDE_TRAINING = "GUIDE_TRAINING", _("training in guiding blind people")
    SIGN_INTERPRETER = "SIGN_INTERPRETER", _("sign language interpreter's certificate")
    LAWYER = "LAWYER", _("lawyer's licence")
    COUNSELLOR = "COUNSELLOR", _("counsellor's certificate")
    THERAPIST = "THERAPIST", _("rehabilitation therapist's certificate")
    NURSE = "NURSE", _("nurse's licence")
    TEACHER = "TEACHER", _("teacher's certificate")
    ELECTRICIAN = "ELECTRICIAN", _("electrician's certificate")
    CHILD_CLEARANCE = "CHILD_CLEARANCE", _("clearance for work with children")
    CARE_CLEARANCE = "CARE_CLEARANCE", _("clearance for intimate or overnight care")


class Category(TextChoices):
    """Service categories A–N of DOMAIN §3."""

    GOING_OUT = "A", _("going out")
    MEDICAL = "B", _("medical visits")
    COMMUNICATION = "C", _("communication")
    HOME = "D", _("help at home")
    REHABILITATION = "E", _("rehabilitation and devices")
    EDUCATION = "F", _("learning")
    WORK = "G", _("work")
    LAW = "H", _("law")
    MENTAL_SUPPORT = "I", _("someone to talk to")
    CULTURE = "J", _("culture and sport")
    RESPITE = "K", _("a break for carers")
    PATROL = "L", _("accessibility patrol")
    PAPERWORK = "M", _("paperwork")
    WISHES = "N", _("small wishes")


class Disability(TextChoices):
    """Categories of GB/T 26341-2010."""

    SIGHT = "1", _("sight")
    HEARING = "2", _("hearing")
    SPEECH = "3", _("speech")
    PHYSICAL = "4", _("physical")
    INTELLECTUAL = "5", _("intellectual")
    MENTAL = "6", _("mental")
    MULTIPLE = "7", _("multiple")


class Need(TextChoices):
    """Access and communication needs, said as what to do (LOOK §6)."""

    TEXT_ONLY = "TEXT_ONLY", _("write, do not speak by phone")
    SIGN = "SIGN", _("sign language")
    SPEAK_SLOWLY = "SPEAK_SLOWLY", _("speak slowly, in short sentences")
    KNOCK_LOUDLY = "KNOCK_LOUDLY", _("flash the light or knock loudly")
    SAY_WHO = "SAY_WHO", _("say who you are and what you do")
    WHEELCHAIR = "WHEELCHAIR", _("uses a wheelchair")
    STEPS = "STEPS", _("steps at the door")
    GUIDE_DOG = "GUIDE_DOG", _("guide dog at home")
    QUIET = "QUIET", _("a quiet, calm manner")
    COMPANION = "COMPANION", _("a family member is present")


class ProxyKind(TextChoices):
    """Who may ask on a resident's behalf."""

    GUARDIAN = "GUARDIAN", _("guardian")
    FAMILY = "FAMILY", _("family")
    OFFICER = "OFFICER", _("neighbourhood officer")
    HOTLINE = "HOTLINE", _("hotline operator")


class Purpose(TextChoices):
    """What a consent allows (PIPL Art 23, 24, 25, 29)."""

    REAL_NAME = "REAL_NAME", _("check of my real name")
    DISABILITY = "DISABILITY", _("use of my disability data")
    HEALTH = "HEALTH", _("use of my health notes")
    SHARING = "SHARING", _("sharing with an organization or volunteer")
    MATCHING = "MATCHING", _("automatic matching")
    LOCATION = "LOCATION", _("location at check-in")
    PUBLICATION = "PUBLICATION", _("publication of my name")


TEXT_VERSION = "2026-11"  # of the texts that people agree to


class ConsentText(NamedTuple):
    """What somebody agrees to, and what it means to take it back."""

    allows: Promise
    withdrawn: Promise


# A changed word is a new ``TEXT_VERSION``.
CONSENT_TEXTS = {
    Purpose.REAL_NAME: ConsentText(
        _(
            "Name and ID number are sent to the source that can say whether they fit. Nobody sees the number."
        ),
        _("No name is checked any more. What was verified stays verified."),
    ),
    Purpose.DISABILITY: ConsentText(
        _("Kind and level of the disability are used to find the right help."),
        _("No new request can be sent until it is allowed again. What is agreed goes on."),
    ),
    Purpose.HEALTH: ConsentText(
        _("The notes about health are kept, for those who have to know them when they help."),
        _("The notes are deleted at once."),
    ),
    Purpose.SHARING: ConsentText(
        _(
            "Of a resident, whoever helps learns what is needed for it; of a volunteer, the organization "
            "learns the full name and number."
        ),
        _(
            "A resident can send no new request until it is allowed again; of a volunteer, organizations "
            "see a covered name. What is agreed goes on."
        ),
    ),
    Purpose.MATCHING: ConsentText(
        _("A program looks for who fits, and asks them. It says why; a person can decide instead."),
        _("From now on a person at the street chooses; nobody is asked by the program."),
    ),
    Purpose.LOCATION: ConsentText(
        _("The point at which you check in is kept, and compared with the place of the service."),
        _("No point is kept any more. The arrival code is enough."),
    ),
    Purpose.PUBLICATION: ConsentText(
        _("Your name may stand in public where volunteers are thanked."),
        _("Your name is published nowhere any more."),
    ),
}


class BlockSide(TextChoices):
    """Who does not want to meet again."""

    RESIDENT = "RESIDENT", _("resident")
    VOLUNTEER = "VOLUNTEER", _("volunteer")


class RevealReason(TextChoices):
    """Why staff looks at masked data (GUARDS §2)."""

    REQUEST = "REQUEST", _("answering a help request")
    CALL = "CALL", _("the person is on the phone")
    SAFETY = "SAFETY", _("danger to someone")
    COMPLAINT = "COMPLAINT", _("handling a complaint")
    CORRECTION = "CORRECTION", _("correcting data at the person's wish")


class VerificationState(TextChoices):
    """Outcomes of the real-name check (DOMAIN §4)."""

    WAITING = "WAITING", _("being checked")
    MATCH = "MATCH", _("verified")
    MISMATCH = "MISMATCH", _("no match")
    NO_RECORD = "NO_RECORD", _("not found")
    SOURCE_DOWN = "SOURCE_DOWN", _("the source is down")
    REJECTED = "REJECTED", _("rejected")


verification_machine = Machine(
    VerificationState,
    {
        VerificationState.WAITING: {
            VerificationState.MATCH,
            VerificationState.MISMATCH,
            VerificationState.NO_RECORD,
            VerificationState.SOURCE_DOWN,
            VerificationState.REJECTED,
        },
        VerificationState.SOURCE_DOWN: {VerificationState.WAITING, VerificationState.REJECTED},
        # A person at the street with other papers: manual review of what the source did not know.
        VerificationState.MISMATCH: {VerificationState.MATCH, VerificationState.REJECTED},
        VerificationState.NO_RECORD: {VerificationState.MATCH, VerificationState.REJECTED},
        VerificationState.MATCH: {VerificationState.REJECTED},  # erasure of a false entry
        VerificationState.REJECTED: set(),
    },
)


class PaperState(TextChoices):
    """A paper that staff checks: a credential, a proxy's grant."""

    SUBMITTED = "SUBMITTED", _("to be checked")
    VALID = "VALID", _("valid")
    REFUSED = "REFUSED", _("refused")
    EXPIRED = "EXPIRED", _("expired")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")


paper_machine = Machine(
    PaperState,
    {
        PaperState.SUBMITTED: {PaperState.VALID, PaperState.REFUSED, PaperState.WITHDRAWN},
        PaperState.VALID: {PaperState.EXPIRED, PaperState.WITHDRAWN},
        PaperState.REFUSED: set(),
        PaperState.EXPIRED: set(),
        PaperState.WITHDRAWN: set(),
    },
)
