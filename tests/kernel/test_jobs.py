"""Long work: begun once, said how far, ended well, badly or by its owner."""

import pytest
from django.test import Client

from kernel import jobs
from kernel.models import Event, Job
from tests.factories import accounts
from tests.factories.accounts import NOON
from tests.refused import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return jobs.queue("export", "kernel.jobs.tidy", by=accounts.user(), now=NOON)


def test_it_begins_once_says_how_far_and_ends_well(job):
    jobs.start(job, total=3, now=NOON)
    with refused("illegal_move"):
        jobs.start(job, total=3, now=NOON)
    assert jobs.progress(job, 2)
    jobs.finish(job, now=NOON, result={"rows": 3})
    row = Job.objects.get()
    assert (row.state, row.done, row.total, row.result) == ("DONE", 3, 3, {"rows": 3})
    names = list(Event.objects.filter(subject_type="kernel.job").values_list("name", flat=True))
    assert names == ["job.started", "job.done"]


def test_it_ends_badly_with_a_code(job):
    jobs.start(job, total=0, now=NOON)
    jobs.fail(job, code="disk_full", now=NOON)
    assert Job.objects.get().message == "disk_full"


def test_the_platforms_own_work_belongs_to_nobody():
    row = jobs.queue("tidy", "kernel.jobs.tidy", by=None, now=NOON)
    assert row.owner_id is None
    assert list(jobs.jobs_of(accounts.user())) == []


def test_its_owner_follows_and_stops_it(job):
    owner, stranger = Client(), Client()
    owner.force_login(accounts.User.objects.get(pk=job.owner_id))
    stranger.force_login(accounts.user())
    path = f"/jobs/{job.ref}/"
    assert owner.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    jobs.start(job, total=3, now=NOON)
    assert "3" in owner.get(path).content.decode()
    assert stranger.post(f"{path}stop/").status_code == 404
    assert owner.post(f"{path}stop/").status_code == 302
    assert not jobs.progress(Job.objects.get(), 2)
    assert Job.objects.get().state == "CANCELLED"
