"""Addresses for programs: ``/api/v1/``, its OpenAPI document and its interactive docs."""

from django.urls import URLPattern, URLResolver, re_path

from api.errors import unknown_address

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^(?P<_path>.*)$", unknown_address),
]
