"""Addresses of complaints and appeals."""

from django.urls import path

from web.cases import asking, handling

urlpatterns = [
    path("complaints/new/", asking.complain, name="complain"),
    path("complaints/track/", asking.track, name="track"),
    path("cases/", handling.queue, name="cases"),
    path("cases/<str:ref>/", handling.case, name="case"),
    path("cases/<str:ref>/acknowledge/", handling.acknowledge, name="case-acknowledge"),
]
