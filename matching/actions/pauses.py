"""A volunteer wants to be asked again for a kind of service."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.refusals import NotAllowed
from matching.actions.postings import post
from matching.models import KindPause


@transaction.atomic
def resume_kind(*, user: User, category: str, by: User, now: datetime) -> None:
    """Let ``user`` be asked for ``category`` again; the search knows it at once. Where no pause holds nothing
    happens, so that it may be said twice.

    Raises ``NotAllowed`` (``not_yours``: only who said it takes it back).
    """
    if by.pk != user.pk:
        raise NotAllowed("not_yours", _("This is somebody else's."))
    gone = KindPause.objects.filter(volunteer=user, category=category).delete()[0]
    if gone:
        post(volunteers=[user.volunteer.pk], now=now)
