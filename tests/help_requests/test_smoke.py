import pytest

from tests.factories import help_requests as f
from tests.factories import organizations as o

pytestmark = pytest.mark.django_db


def test_smoke():
    assert f.arrival_code().code
    assert o.published_project().state == "PUBLISHED"
