"""The downloader against a local server that answers in the shape of UN Comtrade's web service, rightly and wrongly."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from features.errors import ConfigError, SourceError
from pipelines.ingest import ingest
from pipelines.settings.ingest import ComtradeApiSettings, load_ingest_settings
from pipelines.sources.comtrade_api import download_comtrade, plan_queries, reporter_number

KEY = "secret-key-0123456789"
Asked = dict[str, str]
Answer = tuple[int, dict[str, str], bytes]


def row(asked: Asked, **changes: Any) -> dict[str, Any]:
    """One row in the API's own columns (https://comtradeapi.un.org, v1)."""
    return {
        "typeCode": "C", "freqCode": "A", "refPeriodId": 20230101, "refYear": 2023, "refMonth": 52,
        "period": asked["period"].split(",")[0], "reporterCode": int(asked["reportercode"]), "reporterISO": "CHN",
        "flowCode": "X", "partnerCode": 392, "partnerISO": "JPN", "partner2Code": 0, "partner2ISO": "W00",
        "classificationCode": "H6", "isOriginalClassification": True, "cmdCode": asked["cmdCode"].split(",")[0],
        "aggrLevel": 6, "isLeaf": True, "customsCode": "C00", "motCode": 0, "qtyUnitCode": 8, "qtyUnitAbbr": "kg",
        "qty": 10.0, "isQtyEstimated": False, "netWgt": 10.0, "isNetWgtEstimated": False, "cifvalue": None,
        "fobvalue": 100.0, "primaryValue": 100.0, "legacyEstimationFlag": 0, "isReported": True,
        "isAggregate": False, **changes,
    }  # fmt: skip


def good(rows: list[dict[str, Any]], **more: Any) -> Answer:
    body = {"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": "", **more}
    return 200, {}, json.dumps(body).encode()


class Service:
    """A web service with a script: each request takes the next answer, the last one for ever."""

    def __init__(self, script: list[Callable[[Asked], Answer]]) -> None:
        self.script, self.asked, self.paths, self.keys = script, [], [], []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                service.asked.append(asked)
                service.paths.append(parts.path)
                service.keys.append(self.headers.get("Ocp-Apim-Subscription-Key"))
                n = min(len(service.asked), len(service.script)) - 1
                status, headers, body = service.script[n](asked)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Keep the test's output clean."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    services: list[Service] = []

    def start(*script: Callable[[Asked], Answer] | Answer) -> Service:
        steps = [step if callable(step) else (lambda asked, fixed=step: fixed) for step in script]
        services.append(Service(steps))
        return services[-1]

    yield start
    for service in services:
        service.stop()


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds, self.slept = 0.0, []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def clock(self) -> float:
        return self.seconds

    @staticmethod
    def now() -> datetime:
        return datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def settings_for(service: Service, **changes: Any) -> ComtradeApiSettings:
    shipped = load_ingest_settings().comtrade_api
    return shipped.model_copy(update={"base_url": service.url, "seconds_between_requests": 0.0, **changes})


def run(service: Service, out: Path, *, periods: str = "2023", codes: tuple[str, ...] = ("811292",),
        reporters: tuple[str, ...] = ("CHN",), time: Time | None = None, **changes: Any) -> Any:  # fmt: skip
    time = time or Time()
    return download_comtrade(
        plan_queries(codes, reporters, periods),
        out,
        settings=settings_for(service, **changes),
        key=KEY,
        sleep=time.sleep,
        clock=time.clock,
        now=time.now,
    )


def test_good_answer_is_written_as_it_came_and_can_be_ingested(serve, tmp_path):
    service = serve(lambda asked: good([row(asked), row(asked, partnerCode=0, partnerISO="W00")]))
    made = run(service, tmp_path / "raw")
    assert (made.n_files_fetched, made.n_rows, made.n_requests) == (1, 2, 1)
    payload = json.loads(gzip.decompress(made.paths[0].read_bytes()))
    assert payload["data"][0]["primaryValue"] == 100.0
    assert service.paths == ["/data/v1/get/C/A/HS"]
    asked = service.asked[0]
    assert asked["partner2Code"] == "0"
    assert asked["motCode"] == "0"
    assert asked["customsCode"] == "C00"
    assert asked["reportercode"] == "156"
    result = ingest("comtrade", [tmp_path / "raw"], tmp_path / "tables")
    assert (result.counts["flows"].used, result.counts["flows"].apart) == (1, {"world": 1})


def test_key_travels_in_a_header_and_is_never_shown(serve, tmp_path):
    service = serve((403, {}, f"quota of {KEY} is used up".encode()))
    with pytest.raises(SourceError) as error:
        run(service, tmp_path)
    assert service.keys == [KEY]
    assert "subscription-key" not in service.asked[0]
    assert KEY not in str(error.value)
    assert "quota" in str(error.value)
    assert all(KEY not in path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())


def test_no_key_is_said_plainly(tmp_path, monkeypatch):
    monkeypatch.delenv("COMTRADE_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="COMTRADE_API_KEY"):
        download_comtrade([], tmp_path, settings=load_ingest_settings().comtrade_api)


def test_complete_files_are_kept_and_damaged_ones_fetched_again(serve, tmp_path):
    service = serve(lambda asked: good([row(asked)]))
    first = run(service, tmp_path, periods="2022..2023")
    again = run(service, tmp_path, periods="2022..2023")
    assert (first.n_files_fetched, again.n_files_fetched, again.n_files_kept) == (2, 0, 2)
    assert len(service.asked) == 2
    first.paths[0].write_bytes(first.paths[0].read_bytes()[:-4])
    third = run(service, tmp_path, periods="2022..2023")
    assert (third.n_files_fetched, third.n_files_kept) == (1, 1)


def test_a_stopped_run_goes_on_where_it_was(serve, tmp_path):
    service = serve(lambda asked: good([row(asked)]), (400, {}, b"bad request"), lambda asked: good([row(asked)]))
    with pytest.raises(SourceError, match="400"):
        run(service, tmp_path, periods="2022..2023")
    made = run(service, tmp_path, periods="2022..2023")
    assert (made.n_files_fetched, made.n_files_kept) == (1, 1)
    assert [asked["period"] for asked in service.asked] == ["2022", "2023", "2023"]


@pytest.mark.parametrize(
    ("header", "message", "expected"),
    [
        ({"Retry-After": "7"}, b"", 7.0),
        ({"Retry-After": "Thu, 01 Jan 2026 12:00:30 GMT"}, b"", 30.0),
        ({}, b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 3 seconds."}', 3.0),
        ({}, b"slow down", 2.0),
        ({"Retry-After": "86400"}, b"", 300.0),
    ],
)
def test_429_waits_as_long_as_asked_but_not_for_ever(serve, tmp_path, header, message, expected):
    time = Time()
    service = serve((429, header, message), lambda asked: good([row(asked)]))
    made = run(service, tmp_path, time=time)
    assert time.slept == [expected]
    assert made.n_requests == 2


def test_500_then_good(serve, tmp_path):
    time = Time()
    service = serve((500, {}, b"oops"), (503, {}, b"oops"), lambda asked: good([row(asked)]))
    assert run(service, tmp_path, time=time).n_rows == 1
    assert time.slept == [2.0, 4.0]


@pytest.mark.parametrize("body", [b"<html><body>Bad gateway</body></html>", b'{"count": 1, "data": [{"per'])
def test_a_page_or_half_an_answer_is_tried_again_and_then_refused(serve, tmp_path, body):
    service = serve((200, {}, body))
    with pytest.raises(SourceError, match="in 6 tries; the last: not JSON"):
        run(service, tmp_path)
    assert len(service.asked) == 6
    assert not list(tmp_path.glob("*.json.gz"))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"count": 0, "data": None, "error": "Invalid cmdCode"}, "Invalid cmdCode"),
        ({"count": 1}, "without a list of rows"),
        ([1, 2], "another shape"),
        ({"count": 1, "data": [{"period": "2023"}], "error": ""}, "without reporterCode"),
    ],
)
def test_an_error_field_or_another_shape_is_refused_at_once(serve, tmp_path, body, told):
    service = serve((200, {}, json.dumps(body).encode()))
    with pytest.raises(SourceError, match=told):
        run(service, tmp_path)
    assert len(service.asked) == 1


def test_an_answer_to_another_question_is_refused(serve, tmp_path):
    service = serve(lambda asked: good([row(asked, reporterCode=842)]))
    with pytest.raises(SourceError, match="another question"):
        run(service, tmp_path)


def test_no_figures_is_an_answer_too(serve, tmp_path):
    service = serve(good([]))
    made = run(service, tmp_path)
    assert (made.n_rows, made.empty) == (0, ("CHN 2023",))
    assert "no figures published (yet) for CHN 2023" in made.lines
    assert run(service, tmp_path).n_files_kept == 1


def test_a_truncated_answer_is_halved_until_it_fits(serve, tmp_path):
    # Two rows for each month and code, a cap of 4: four months by two codes are 16 rows. By month: 16 -> 8, 8;
    # 8 -> 4, 4, which reaches the cap and may be cut off -> by code 2, 2. So 1 + 2 + 4 + 8 requests and 16 rows.
    def answer(asked: Asked) -> Answer:
        rows = [
            row(asked, period=month, cmdCode=code, partnerCode=partner)
            for month in asked["period"].split(",")
            for code in asked["cmdCode"].split(",")
            for partner in (392, 410)
        ]
        return good(rows[: int(asked["maxRecords"])])

    service = serve(answer)
    made = run(service, tmp_path, periods="2023-01..2023-04", codes=("811292", "282590"), rows_per_answer=4)
    assert (made.n_rows, made.n_requests) == (16, 15)
    rows = json.loads(gzip.decompress(made.paths[0].read_bytes()))["data"]
    assert len({(r["period"], r["cmdCode"], r["partnerCode"]) for r in rows}) == 16


def test_a_count_above_the_rows_given_is_truncation(serve, tmp_path):
    service = serve(
        lambda asked: good([row(asked)], count=2) if "," in asked["flowCode"] else good([row(asked)]),
    )
    assert run(service, tmp_path).n_rows == 4  # M, X, RM, RX one by one


def test_truncation_that_cannot_be_halved_is_refused(serve, tmp_path):
    service = serve(lambda asked: good([row(asked)], count=2))
    with pytest.raises(SourceError, match="cannot be made smaller"):
        run(service, tmp_path)


def test_requests_keep_their_distance(serve, tmp_path):
    time = Time()
    service = serve(lambda asked: good([row(asked)]))
    run(service, tmp_path, periods="2021..2023", time=time, seconds_between_requests=1.5)
    assert time.slept == [1.5, 1.5]


def test_an_unreachable_service_is_said_without_the_key(tmp_path):
    settings = load_ingest_settings().comtrade_api.model_copy(update={"base_url": "http://127.0.0.1:9", "attempts": 2})
    time = Time()
    with pytest.raises(SourceError, match="no connection") as error:
        download_comtrade(
            plan_queries(["811292"], ["CHN"], "2023"), tmp_path, settings=settings, key=KEY, sleep=time.sleep,
            clock=time.clock,
        )  # fmt: skip
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("codes", "reporters", "periods", "told"),
    [
        (["8112.92"], ["CHN"], "2023", "4 or 6 digits"),
        ([], ["CHN"], "2023", "4 or 6 digits"),
        (["811292"], ["China"], "2023", "no country"),
        (["811292"], ["CHN"], "2023..2021", "first before last"),
        (["811292"], ["CHN"], "2023-13", "want 2023"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_any_request(codes, reporters, periods, told):
    with pytest.raises(ConfigError, match=told):
        plan_queries(codes, reporters, periods)


def test_months_are_asked_for_by_year():
    queries = plan_queries(["811292"], ["CHN", "USA"], "2022-11..2023-02")
    assert [(q.reporter_iso3, q.periods) for q in queries] == [
        ("CHN", ("202211", "202212")),
        ("CHN", ("202301", "202302")),
        ("USA", ("202211", "202212")),
        ("USA", ("202301", "202302")),
    ]


def test_reporters_have_the_numbers_of_un_comtrade():
    assert [reporter_number(c) for c in ("USA", "FRA", "CHE", "IND", "NOR", "TWN", "CHN")] == [
        "842", "251", "757", "699", "579", "490", "156",
    ]  # fmt: skip
