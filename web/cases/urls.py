"""Addresses of complaints and appeals."""

from django.urls import path

from web.cases import asking, handling, incidents

urlpatterns = [
    path("complaints/new/", asking.complain, name="complain"),
    path("complaints/track/", asking.track, name="track"),
    path("cases/", handling.queue, name="cases"),
    path("cases/incidents/", incidents.incidents, name="incidents"),
    path("cases/incidents/<str:ref>/", incidents.incident, name="incident"),
    path("cases/incidents/<str:ref>/take/", incidents.take, name="incident-take"),
    path("cases/incidents/<str:ref>/add/", incidents.add, name="incident-add"),
    path("cases/<str:ref>/", handling.case, name="case"),
    path("cases/<str:ref>/acknowledge/", handling.acknowledge, name="case-acknowledge"),
]
