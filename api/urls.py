"""Addresses for programs: ``/api/v1/``, its OpenAPI document and its interactive docs."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from api import (
    accounts,
    help_requests,
    incentives,
    matching,
    organizations,
    regions,
    rights,
    service_records,
    volunteers,
)
from api.errors import unknown_address

app_name = "api"

router = SimpleRouter()
router.register("regions", regions.Regions, "region")
router.register("service-types", regions.ServiceTypes, "service-type")
router.register("help-requests", help_requests.HelpRequests, "help-request")
router.register("visits", help_requests.Visits, "visit")
router.register("organizations", organizations.Organizations, "organization")
router.register("projects", organizations.Projects, "project")
router.register("shifts", organizations.Shifts, "shift")
router.register("openings", matching.Openings, "opening")
router.register("offers", matching.Offers, "offer")
router.register("applications", matching.Applications, "application")
router.register("assignments", service_records.Assignments, "assignment")
router.register("service-records", service_records.ServiceRecords, "service-record")
router.register("proofs", incentives.Proofs, "proof")
router.register("complaints", rights.Complaints, "complaint")
router.register("appeals", rights.Appeals, "appeal")
router.register("incidents", rights.Incidents, "incident")
router.register("me/consents", accounts.Consents, "consent")
router.register("me/verification", accounts.Verifications, "verification")
router.register("me/tokens", accounts.Tokens, "token")

v1: list[URLPattern | URLResolver] = [
    path("sessions/", accounts.Sessions.as_view(), name="sessions"),
    path("me/", accounts.Me.as_view({"get": "show_me", "patch": "change_me"}), name="me"),
    path(
        "me/profile/",
        volunteers.MyProfile.as_view({"get": "show_profile", "post": "register"}),
        name="profile",
    ),
    path("me/area/", volunteers.MyProfile.as_view({"put": "set_area"}), name="area"),
    path("me/skills/", volunteers.MyProfile.as_view({"put": "set_skills"}), name="skills"),
    path("me/availability/", volunteers.MyProfile.as_view({"put": "set_windows"}), name="windows"),
    path("me/hours/", accounts.MyHours.as_view(), name="hours"),
    path("proofs/<str:number>/verify/", incentives.VerifyProof.as_view(), name="verify-proof"),
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
