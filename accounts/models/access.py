"""How people and programs get in: sign-in codes, passkeys, tokens, and the limits on trying."""

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from kernel.fields import EncryptedTextField, is_sealed
from kernel.models import PersonKey
from kernel.references import RefField


class SignInCode(models.Model):
    """A one-time code sent to a phone or e-mail address, known or not: the same work either way.

    Only the blind index of the address and of the code are kept. ``tries`` counts wrong answers
    (five at most); the code works once altogether (``CodeUse``).
    """

    ref = RefField()
    channel = models.CharField(max_length=5)  # PHONE or EMAIL
    address_index = models.CharField(max_length=64, db_index=True)
    code_index = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="%(class)s_channel_is_known", condition=Q(channel__in=["PHONE", "EMAIL"])
            ),
            models.CheckConstraint(name="%(class)s_five_tries", condition=Q(tries__lte=5)),
        ]

    def __str__(self) -> str:
        return self.ref


class CodeUse(models.Model):
    """The one use of a one-time token: its row is inserted before the effect, and is unique."""

    nonce = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.nonce


class Attempt(models.Model):
    """How often something was tried in a window, by a bucket that names no person (blind index)."""

    bucket = models.CharField(max_length=64)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "window"], name="%(class)s_once")]

    def __str__(self) -> str:
        return f"{self.bucket[:8]} {self.count}"


class Token(models.Model):
    """A personal access token of the API: only its blind index is kept; ``scopes`` limits it."""

    ref = RefField()
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    name = EncryptedTextField()
    secret_index = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)  # of Scope
    epoch = models.PositiveIntegerField()  # of the user at birth: a raised epoch ends the token too
    passed = models.BooleanField(default=False)  # a second factor was shown when it was made
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [is_sealed("name")]

    def __str__(self) -> str:
        return self.ref


class Passkey(models.Model):
    """A key that a browser, a phone or a stick keeps for a person (WebAuthn): its public half is here.

    ``credential`` is its id as browsers say it (base64url, of at most 1023 bytes), ``public_key`` a COSE
    key in CBOR, ``sign_count`` the counter in its newest answer, which never goes back; keys that are
    copied between the devices of a person by design always say 0.
    """

    ref = RefField()
    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys")
    key = models.ForeignKey(PersonKey, models.PROTECT, related_name="+")
    name = EncryptedTextField()
    credential = models.CharField(max_length=1364, unique=True, editable=False)
    public_key = models.BinaryField()
    sign_count = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [is_sealed("name")]

    def __str__(self) -> str:
        return self.ref
