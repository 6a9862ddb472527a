"""Addresses of volunteers."""

from django.urls import path

from web.volunteer import (
    credentials,
    duty,
    guardian,
    hours,
    limits,
    offers,
    possible,
    register,
    tasks,
    today,
)

urlpatterns = [
    path("volunteer/", today.volunteer, name="volunteer"),
    path("volunteer/duty/", duty.duty, name="duty"),
    path("volunteer/duty/end/", duty.end, name="duty-end"),
    path("volunteer/possible/", possible.possible, name="volunteer-possible"),
    path("volunteer/possible/<str:ref>/apply/", possible.apply, name="possible-apply"),
    path("volunteer/register/", register.register, name="volunteer-register"),
    path("volunteer/register/identity/", register.identity, name="register-identity"),
    path("volunteer/register/lesson/", register.lesson, name="register-lesson"),
    path("volunteer/profile/", register.profile, name="my-profile"),
    path("volunteer/limits/", limits.limits, name="my-limits"),
    path("volunteer/pauses/<str:category>/end/", limits.resume, name="pause-end"),
    path("volunteer/guardian/", guardian.guardian, name="my-guardian"),
    path("volunteers/<str:ref>/guardian/", guardian.ward, name="ward"),
    path("volunteers/<str:ref>/guardian/withdraw/", guardian.withdraw, name="ward-withdraw"),
    path("volunteer/credentials/", credentials.credentials, name="credentials"),
    path(
        "volunteer/credentials/<str:ref>/withdraw/",
        credentials.withdraw,
        name="credential-withdraw",
    ),
    path("credentials/<str:ref>/file/", credentials.file, name="credential-file"),
    path("volunteer/hours/", hours.hours, name="my-hours"),
    path("volunteer/proofs/<str:ref>/pdf/", hours.proof_pdf, name="proof-pdf"),
    path("service-records/<str:ref>/", hours.record, name="record"),
    path("offers/<str:ref>/", offers.offer, name="offer"),
    path("offers/<str:ref>/accept/", offers.accept, name="offer-accept"),
    path("offers/<str:ref>/decline/", offers.decline, name="offer-decline"),
    path("offers/<str:ref>/extend/", offers.extend, name="offer-extend"),
    path("applications/<str:ref>/withdraw/", offers.withdraw, name="application-withdraw"),
    path("assignments/<str:ref>/", tasks.task, name="task"),
    path("assignments/<str:ref>/check-in/", tasks.check_in, name="check-in"),
    path("assignments/<str:ref>/check-out/", tasks.check_out, name="check-out"),
    path("assignments/<str:ref>/cancel/", tasks.cancel, name="task-cancel"),
    path("assignments/<str:ref>/evaluate/", tasks.evaluate, name="task-evaluate"),
    path("assignments/<str:ref>/incident/", tasks.incident, name="incident-new"),
]
