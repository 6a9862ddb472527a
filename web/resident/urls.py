"""Addresses of residents and their proxies."""

from django.urls import path

from web.resident import ask, changing, follow, my, needs, people, visits

urlpatterns = [
    path("my/", my.my, name="my"),
    path("my/register/", my.register, name="resident-register"),
    path("my/needs/", needs.needs, name="needs"),
    path("my/people/", people.people, name="people"),
    path("my/people/ask/", people.ask, name="person-ask"),
    path("my/people/add/", people.add, name="person-add"),
    path("my/people/<str:ref>/end/", people.end, name="person-end"),
    path("my/wished/<str:ref>/end/", people.wish_no_more, name="wish-end"),
    path("my/not-again/<str:ref>/lift/", people.meet_again, name="meet-again"),
    path("help-requests/new/", ask.start, name="new-request"),
    path("help-requests/<str:ref>/what/", ask.what, name="request-what"),
    path("help-requests/<str:ref>/when/", ask.when, name="request-when"),
    path("help-requests/<str:ref>/check/", ask.check, name="request-check"),
    path("help-requests/<str:ref>/", follow.request_page, name="request"),
    path("help-requests/<str:ref>/cancel/", follow.cancel, name="request-cancel"),
    path("help-requests/<str:ref>/again/", follow.again, name="request-again"),
    path("visits/<str:ref>/", visits.visit, name="visit"),
    path("visits/<str:ref>/move/", changing.move, name="visit-move"),
    path("visits/<str:ref>/cancel/", changing.cancel, name="visit-cancel"),
    path("visits/<str:ref>/confirm/<str:record>/", visits.confirm, name="visit-confirm"),
    path("visits/<str:ref>/evaluate/<str:task>/", visits.evaluate, name="visit-evaluate"),
    path("visits/<str:ref>/again/<str:task>/", visits.wish_again, name="visit-again"),
    path("visits/<str:ref>/not-again/<str:task>/", visits.not_again, name="visit-not-again"),
]
