"""Addresses of organizations."""

from django.urls import path

from web.organization import bodies, people, projects, records, settings, shifts

urlpatterns = [
    path("org/", bodies.org, name="org"),
    path("org/settings/", settings.settings, name="org-settings"),
    path("org/members/<str:ref>/confirm/", settings.confirm, name="member-confirm"),
    path("org/members/<str:ref>/end/", settings.end, name="member-end"),
    path("org/new/", bodies.register, name="org-register"),
    path("org/people/", people.people, name="org-people"),
    path("org/projects/", projects.projects, name="org-projects"),
    path("org/projects/new/<str:ref>/", projects.new, name="org-project-new"),
    path("org/projects/<str:ref>/", projects.project, name="org-project"),
    path("org/projects/<str:ref>/submit/", projects.submit, name="org-project-submit"),
    path("org/projects/<str:ref>/change/", projects.change, name="org-project-change"),
    path("org/projects/<str:ref>/close/", projects.close, name="org-project-close"),
    path("org/projects/<str:ref>/archive/", projects.archive, name="org-project-archive"),
    path("org/shifts/<str:ref>/", shifts.shift, name="org-shift"),
    path("org/shifts/<str:ref>/change/", shifts.change, name="org-shift-change"),
    path("org/shifts/<str:ref>/cancel/", shifts.cancel, name="org-shift-cancel"),
    path("org/assignments/<str:ref>/check-in/", shifts.check_in, name="org-check-in"),
    path("org/assignments/<str:ref>/check-out/", shifts.check_out, name="org-check-out"),
    path("org/assignments/<str:ref>/no-show/", shifts.no_show, name="org-no-show"),
    path("org/assignments/<str:ref>/evaluate/", shifts.evaluate, name="org-evaluate"),
    path("org/records/", records.records, name="org-records"),
    path("org/records/chosen/", records.chosen, name="org-records-chosen"),
    path("org/records/<str:ref>/", records.record, name="org-record"),
    path("org/records/<str:ref>/confirm/", shifts.confirm, name="org-confirm"),
    path("console/records/<str:ref>/", records.record_of_area, name="console-record"),
    path("org/applications/<str:ref>/accept/", shifts.accept, name="org-accept"),
    path("org/applications/<str:ref>/refuse/", shifts.refuse, name="org-refuse"),
]
