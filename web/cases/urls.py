"""Addresses of complaints and appeals."""

from django.urls import path

from web.cases import asking, following, handling, incidents

urlpatterns = [
    path("complaints/new/", asking.complain, name="complain"),
    path("complaints/track/", asking.track, name="track"),
    path("cases/", handling.queue, name="cases"),
    path("cases/mine/", following.mine, name="my-cases"),
    path("cases/incidents/", incidents.incidents, name="incidents"),
    path("cases/incidents/<str:ref>/", incidents.incident, name="incident"),
    path("cases/incidents/<str:ref>/take/", incidents.take, name="incident-take"),
    path("cases/incidents/<str:ref>/add/", incidents.add, name="incident-add"),
    path("cases/<str:ref>/", handling.case, name="case"),
    path("cases/<str:ref>/acknowledge/", handling.acknowledge, name="case-acknowledge"),
    path("cases/<str:ref>/take/", handling.take, name="case-take"),
    path("cases/<str:ref>/extend/", handling.extend, name="case-extend"),
    path("cases/<str:ref>/close/", following.close, name="case-close"),
    path("cases/<str:ref>/withdraw/", following.withdraw, name="case-withdraw"),
    path("cases/<str:ref>/review/", following.review, name="case-review"),
]
