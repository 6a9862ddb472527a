"""Addresses of the pages, audience by audience."""

from django.urls import URLPattern, URLResolver

from web.account.urls import urlpatterns as account
from web.audit.urls import urlpatterns as audit
from web.cases.urls import urlpatterns as cases
from web.console.urls import urlpatterns as console
from web.hotline.urls import urlpatterns as hotline
from web.organization.urls import urlpatterns as organization
from web.public.urls import urlpatterns as public
from web.resident.urls import urlpatterns as resident
from web.review.urls import urlpatterns as review
from web.volunteer.urls import urlpatterns as volunteer

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    *public,
    *account,
    *resident,
    *volunteer,
    *organization,
    *hotline,
    *console,
    *review,
    *cases,
    *audit,
]
