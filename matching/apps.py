"""How Django loads the room."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The room ``matching``."""

    name = "matching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens below, and say what the worker does by the clock."""
        from accounts import events as people
        from help_requests import events as requests
        from kernel import tasks
        from kernel.events import subscribe
        from matching import events, handlers
        from organizations import events as bodies

        subscribe(requests.VISIT_PLANNED, handlers.on_visit_planned)
        subscribe(requests.VISIT_MOVED, handlers.on_visit_changed, within=True)
        subscribe(requests.VISIT_CANCELLED, handlers.on_visit_changed, within=True)
        subscribe(bodies.SHIFT_PUBLISHED, handlers.on_shift_published)
        subscribe(bodies.SHIFT_CHANGED, handlers.on_shift_changed, within=True)
        subscribe(bodies.SHIFT_CANCELLED, handlers.on_shift_changed, within=True)
        subscribe(people.PERSON_ERASED, handlers.on_person_gone)
        subscribe(people.USER_SUSPENDED, handlers.on_person_gone)
        subscribe(people.VOLUNTEER_SUSPENDED, handlers.on_volunteer_stopped)
        subscribe(people.GUARDIAN_WITHDREW, handlers.on_volunteer_stopped)
        subscribe(people.CREDENTIAL_WITHDRAWN, handlers.on_paper_gone)
        subscribe(people.CREDENTIAL_EXPIRED, handlers.on_paper_gone)
        subscribe(people.BLOCK_MADE, handlers.on_block_made, within=True)
        subscribe(events.OFFER_DECLINED, handlers.on_offer_ended)
        subscribe(events.OFFER_EXPIRED, handlers.on_offer_ended)
        subscribe(events.OPENING_REOPENED, handlers.on_opening_reopened)
        subscribe(events.ASSIGNMENT_CANCELLED, handlers.on_place_lost)
        subscribe(events.OPENING_CANCELLED, handlers.on_opening_cancelled)
        subscribe(events.DUTY_BEGUN, handlers.on_duty_begun)
        for name in (
            *(people.VOLUNTEER_CHANGED, people.VOLUNTEER_REGISTERED),
            *(people.VOLUNTEER_SUSPENDED, people.VOLUNTEER_RESTORED),
        ):
            subscribe(name, handlers.on_volunteer_changed, within=True)
        for name in (people.CONSENT_GIVEN, people.CONSENT_WITHDRAWN):
            subscribe(name, handlers.on_consent_changed, within=True)
            subscribe(name, handlers.on_consent_decided)
        subscribe(people.PERSON_ERASED, handlers.on_person_erased, within=True)
        for name in (
            *(events.ASSIGNMENT_MADE, events.ASSIGNMENT_DONE),
            *(events.ASSIGNMENT_CANCELLED, events.ASSIGNMENT_NO_SHOW),
        ):
            subscribe(name, handlers.on_task_changed, within=True)
        subscribe(events.OPENING_MOVED, handlers.on_opening_moved, within=True)
        tasks.periodic(
            "matching.sweep_runs", "matching.jobs.sweep_runs", minutes=1, worker=tasks.SLOW
        )
        tasks.periodic("matching.plan_evening", "matching.jobs.plan_evening", minutes=15)
        tasks.periodic("matching.post_day", "matching.jobs.post_day", minutes=10, worker=tasks.SLOW)
        tasks.periodic("matching.expire_offers", "matching.jobs.expire_offers", minutes=1)
        tasks.periodic("matching.ask_again", "matching.jobs.ask_again", minutes=1)
        tasks.periodic("matching.learn", "matching.jobs.learn", minutes=30, worker=tasks.SLOW)
        tasks.periodic("matching.close_past", "matching.jobs.close_past", minutes=10)
