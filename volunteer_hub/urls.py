"""Every address of the platform: pages at the root, programs under ``/api/``."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("api.urls")),  # first: a program does not wait for all pages to be tried
    path("", include("web.urls")),
]
