"""Addresses of the hotline and the counter."""

from django.urls import path

from web.hotline import desk

urlpatterns = [
    path("hotline/", desk.find, name="hotline"),
    path("hotline/new/", desk.new, name="hotline-new"),
    path("hotline/residents/<str:ref>/", desk.resident, name="hotline-resident"),
    path("hotline/residents/<str:ref>/ask/", desk.ask, name="hotline-ask"),
    path("hotline/residents/<str:ref>/check/", desk.check, name="hotline-check"),
]
