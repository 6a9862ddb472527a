"""Addresses without sign-in."""

from django.urls import path

from web.public import bodies, display, gallery, home, projects, verify

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("help/accessibility/", home.accessibility, name="accessibility"),
    path("display/", display.display, name="display"),
    path("language/", display.language, name="language"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<str:ref>/", projects.project, name="project"),
    path("ui/", gallery.gallery, name="gallery"),
    path("organizations/", bodies.bodies, name="bodies"),
    path("organizations/<str:ref>/", bodies.body, name="body"),
    path("places/", bodies.places, name="places"),
    path("shifts/<str:ref>/apply/", projects.apply, name="apply"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:number>/", verify.standing, name="standing"),
]
