"""The tables of people, by subject."""

from accounts.models.access import Attempt, CodeUse, Passkey, SignInCode, Token
from accounts.models.consents import Block, Consent, ProxyGrant, Reveal
from accounts.models.papers import Credential, Verification
from accounts.models.people import Desk, ResidentProfile, User
from accounts.models.volunteers import (
    Availability,
    AvailabilityException,
    Skill,
    VolunteerCategory,
    VolunteerProfile,
)

__all__ = [
    "Attempt",
    "Availability",
    "AvailabilityException",
    "Block",
    "CodeUse",
    "Consent",
    "Credential",
    "Desk",
    "Passkey",
    "ProxyGrant",
    "ResidentProfile",
    "Reveal",
    "SignInCode",
    "Skill",
    "Token",
    "User",
    "Verification",
    "VolunteerCategory",
    "VolunteerProfile",
]
