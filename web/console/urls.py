"""Addresses of the offices on three levels."""

from django.urls import path

from web.console import (
    acceptance,
    board,
    checks,
    desks,
    fairness,
    openings,
    reports,
    requests,
    runs,
    twice,
    weights,
)

urlpatterns = [
    path("console/", requests.overview, name="console"),
    path("console/requests/", requests.queue, name="console-requests"),
    path("console/requests/<str:ref>/", requests.request_page, name="console-request"),
    path("console/requests/<str:ref>/refuse/", requests.refuse, name="console-refuse"),
    path("console/requests/<str:ref>/refer/", requests.refer, name="console-refer"),
    path("console/requests/<str:ref>/close/", requests.close, name="console-close"),
    path("console/openings/<str:ref>/", openings.opening, name="console-opening"),
    path("console/openings/<str:ref>/offer/<str:volunteer>/", openings.pick, name="console-pick"),
    path("console/board/", board.board, name="console-board"),
    path("console/runs/", runs.runs, name="console-runs"),
    path("console/runs/<str:ref>/", runs.run, name="console-run"),
    path("console/runs/<str:ref>/cancel/", runs.cancel, name="console-run-cancel"),
    path("console/weights/", weights.weights, name="console-weights"),
    path("console/desks/", desks.desks, name="desks"),
    path("console/desks/<str:ref>/end/", desks.end, name="desk-end"),
    path("console/acceptance/", acceptance.page, name="console-acceptance"),
    path("console/fairness/", fairness.page, name="console-fairness"),
    path("console/reports/", reports.reports, name="reports"),
    path("console/verify/", checks.queue, name="console-verify"),
    path("console/verify/identity/<str:ref>/", checks.identity, name="check-identity"),
    path("console/verify/credential/<str:ref>/", checks.credential, name="check-credential"),
    path("console/verify/twice/<str:ref>/", twice.twice, name="claimed-twice"),
    path("console/verify/twice/<str:ref>/settle/", twice.settle, name="claim-settle"),
    path("console/verify/grant/<str:ref>/", checks.grant, name="check-grant"),
    path("console/verify/organization/<str:ref>/", checks.organization, name="check-organization"),
    path("console/verify/project/<str:ref>/", checks.project, name="check-project"),
]
