"""Whatever is sent to any operation of the document, the server never fails, and answers in the promised shapes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.storage.database import Database
from core.vocabulary import Scope
from pipelines.online.rooms import Rooms
from tests.conftest import make_tables
from tests.town import ANN, move_into, settle

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 3


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def open_api(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, town_rooms: Rooms
) -> Iterator[BaseSchema]:
    """The document of a town with every scope in its token."""
    home: Path = tmp_path_factory.mktemp("any")
    url = f"sqlite:///{home / 'kindling.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url)
    make_tables(database)
    settle(database)
    town = move_into(town_rooms, home, database)
    schema = schemathesis.openapi.from_asgi("/openapi.json", town.app)
    schema.config.update(headers={"Authorization": f"Bearer {town.token(ANN, tuple(Scope))}"})
    yield schema
    database.close()


def send(operation: APIOperation, mode: GenerationMode, answers: list[int]) -> None:
    """Send an operation input that fits its schema (or, in the other mode, that does not) and judge the answers."""

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        response = case.call()
        answers.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    run()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_no_input_makes_the_server_fail(open_api: BaseSchema, mode: GenerationMode) -> None:
    failures: list[str] = []
    answers: list[int] = []
    for result in open_api.get_all_operations():
        operation = result.ok()
        if operation.path == "/v1/me/sign-out":
            continue  # it takes no input, and would end the token that all the others carry
        try:
            send(operation, mode, answers)
        except Unsatisfiable:
            assert mode == GenerationMode.NEGATIVE, "only what takes no input at all cannot be sent wrong input"
        except (FailureGroup, Failure) as failure:
            failures.append(f"{operation.label}: {failure}")
    assert not failures, "\n".join(failures)
    assert 401 not in answers, "every request carried a token"
    wanted = {200, 201, 404} if mode == GenerationMode.POSITIVE else {422, 400}
    assert wanted <= set(answers), "the requests came as far as they were meant to"
