"""Every address of the platform: pages at the root, programs under ``/api/``."""

from django.urls import include, path

urlpatterns = [
    path("", include("web.urls")),
    path("api/", include("api.urls")),
]
