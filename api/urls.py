"""Addresses for programs: ``/api/v1/``, its OpenAPI document and its interactive docs."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from api import (
    acceptance,
    accounts,
    board,
    fairness,
    help_requests,
    incentives,
    matching,
    notices,
    organizations,
    papers,
    posts,
    projects,
    regions,
    residents,
    rights,
    runs,
    service_records,
    sessions,
    visits,
    volunteers,
    weights,
    willing,
)
from api.errors import unknown_address

app_name = "api"

router = SimpleRouter()
router.register("regions", regions.Regions, "region")
router.register("service-types", regions.ServiceTypes, "service-type")
router.register("help-requests", help_requests.HelpRequests, "help-request")
router.register("visits", visits.Visits, "visit")
router.register("organizations", organizations.Organizations, "organization")
router.register("memberships", organizations.Memberships, "membership")
router.register("projects", projects.Projects, "project")
router.register("shifts", projects.Shifts, "shift")
router.register("openings", matching.Openings, "opening")
router.register("board", board.Board, "board")
router.register("offers", matching.Offers, "offer")
router.register("applications", matching.Applications, "application")
router.register("assignments", service_records.Assignments, "assignment")
router.register("service-records", service_records.ServiceRecords, "service-record")
router.register("helpers", service_records.Helpers, "helper")
router.register("proofs", incentives.Proofs, "proof")
router.register("complaints", rights.Complaints, "complaint")
router.register("appeals", rights.Appeals, "appeal")
router.register("incidents", rights.Incidents, "incident")
router.register("residents", residents.Residents, "resident")
router.register("volunteers", posts.Volunteers, "volunteer")
router.register("verifications", papers.Verifications, "verification")
router.register("credentials", papers.Credentials, "credential")
router.register("grants", papers.Grants, "grant")
router.register("desks", posts.Desks, "desk")
router.register("accounts", posts.Accounts, "account")
router.register("acceptance-models", acceptance.AcceptanceModels, "acceptance-model")
router.register("runs", runs.Runs, "run")
router.register("weights", weights.Weights, "weight")
router.register("me/consents", accounts.Consents, "consent")
router.register("me/verification", papers.MyVerifications, "my-verification")
router.register("me/credentials", papers.MyCredentials, "my-credential")
router.register("me/grants", papers.MyGrants, "my-grant")
router.register("me/people", residents.People, "person")
router.register("me/blocks", residents.Blocks, "block")
router.register("me/wished", residents.WishedAgain, "wished")
router.register("me/tokens", accounts.Tokens, "token")
router.register("me/devices", accounts.Devices, "device")
router.register("me/passkeys", accounts.Passkeys, "passkey")
router.register("me/notices", notices.Notices, "notice")

ME: dict[str, Any] = {"get": "show_me", "patch": "change_me"}
DUTY: dict[str, Any] = {"get": "show_duty", "post": "begin", "delete": "end"}
PROFILE: dict[str, Any] = {"get": "show_profile"}
volunteer, account, telling = (
    volunteers.MyProfile.as_view,
    sessions.Account.as_view,
    notices.Telling.as_view,
)
v1: list[URLPattern | URLResolver] = [
    path("sessions/", sessions.Sessions.as_view(), name="sessions"),
    path("me/", accounts.Me.as_view(ME), name="me"),
    path("me/address/", account({"post": "change_address"}), name="address"),
    path("me/password/", account({"post": "set_password"}), name="password"),
    path("me/end-sessions/", account({"post": "end_sessions"}), name="end-sessions"),
    path("me/authenticator-app/", account({"delete": "remove_app"}), name="app"),
    path(
        "me/end-other-sessions/",
        account({"post": "end_other_sessions"}),
        name="end-other-sessions",
    ),
    path("me/erase/", account({"post": "erase"}), name="erase"),
    path("me/profile/", volunteer(PROFILE | {"post": "register"}), name="profile"),
    path("me/area/", volunteer(PROFILE | {"put": "set_area"}), name="area"),
    path("me/skills/", volunteer(PROFILE | {"put": "set_skills"}), name="skills"),
    path("me/availability/", volunteer(PROFILE | {"put": "set_windows"}), name="windows"),
    path("me/exceptions/", volunteer(PROFILE | {"put": "set_exceptions"}), name="exceptions"),
    path("me/limits/", volunteer(PROFILE | {"put": "set_limits"}), name="limits"),
    path("me/guardian/", volunteer(PROFILE | {"put": "name_guardian"}), name="guardian"),
    path("me/lesson/", volunteer({"post": "pass_lesson"}), name="lesson"),
    path("me/duty/", willing.MyDuty.as_view(DUTY), name="duty"),
    path("me/pauses/", willing.MyPauses.as_view({"get": "show_pauses"}), name="pauses"),
    path(
        "me/pauses/<str:code>/",
        willing.MyPauses.as_view({"delete": "resume"}),
        name="pause",
    ),
    path("me/possible/", willing.MyPossible.as_view({"get": "show_possible"}), name="possible"),
    path(
        "me/possible/<str:ref>/apply/",
        willing.MyPossible.as_view({"post": "apply"}),
        name="possible-apply",
    ),
    path("me/hours/", accounts.MyHours.as_view({"get": "show_hours"}), name="hours"),
    path(
        "me/notice-preferences/",
        telling({"get": "show_preferences", "put": "set_preferences"}),
        name="notice-preferences",
    ),
    path("me/quiet-hours/", telling({"put": "set_quiet_hours"}), name="quiet-hours"),
    path(
        "fairness/",
        fairness.FairnessOfArea.as_view({"get": "show_fairness"}),
        name="fairness",
    ),
    path(
        "proofs/<str:number>/verify/",
        incentives.VerifyProof.as_view({"get": "verify"}),
        name="verify-proof",
    ),
    path("", include(router.urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(v1)),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(permission_classes=[AllowAny], url_name="api:schema"),
        name="docs",
    ),
    re_path(r"^(?P<_path>.*)$", unknown_address),
]
