"""Addresses of the hours' review."""

from django.urls import path

from web.review import hours

urlpatterns = [
    path("review/", hours.queue, name="review"),
    path("review/<str:ref>/", hours.record, name="review-record"),
    path("review/<str:ref>/approve/", hours.approve, name="review-approve"),
]
