"""What is written for those who run the program fits the program: units, image, compose file, alerts, dashboard."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY

import bot.channels.telegram.channel  # these two bring every counter that the server brings later, when the channel is on
import bot.channels.twilio.channel
import bot.server  # noqa: F401
from bot.settings import PROJECT_ROOT, Settings

DEPLOY = PROJECT_ROOT / "deploy"
OPERATIONS = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (PROJECT_ROOT / "Containerfile").read_text(encoding="utf-8")


def ours() -> dict[str, str]:
    """Return the type of each of our metrics."""
    return {metric.name: metric.type for metric in REGISTRY.collect() if metric.name.startswith("frontdoor_")}


def series() -> set[str]:
    return {name + suffix for name, kind in ours().items() for suffix in SUFFIXES[kind]}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((DEPLOY / "prometheus" / "frontdoor.rules.yml").read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def test_every_metric_is_in_the_table_for_the_operator() -> None:
    [table] = re.findall(r"\| series \| .*?\n\n", OPERATIONS, re.DOTALL)
    told = set(re.findall(r"`(frontdoor_\w+)`", table))
    assert told == {name + ("_total" if kind == "counter" else "") for name, kind in ours().items()}


def questions() -> list[str]:
    """Return what the alert rules and the dashboard ask Prometheus."""
    dashboard = json.loads((DEPLOY / "grafana" / "frontdoor.json").read_text(encoding="utf-8"))
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def test_what_alerts_and_dashboard_ask_is_promql() -> None:
    for question in questions():
        promql_parser.parse(question)


def test_hadolint_finds_nothing_in_the_image_file() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert hadolint is not None
    done = subprocess.run([hadolint, PROJECT_ROOT / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_prometheus_beside_the_containers_reaches_the_counts_of_each_front_door() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus" / "scrape.yml").read_text(encoding="utf-8"))["scrape_configs"]
    asked = {target for config in job["static_configs"] for target in config["targets"]}
    published = {
        port.rpartition(":")[0]
        for name in ("frontdoor-1", "frontdoor-2")
        for port in COMPOSE["services"][name]["ports"]
        if port.endswith(":9464")
    }
    assert asked == published == {"127.0.0.1:9464", "127.0.0.1:9465"}
    assert job["job_name"] == "frontdoor"
    assert 'job="frontdoor"' in " ".join(questions())


def test_alerts_and_dashboard_look_at_series_that_exist() -> None:
    asked = questions()
    named = set(re.findall(r"frontdoor_\w+", " ".join(asked)))
    assert named - series() == set()
    assert len(named) > 15
    assert all({"alert", "expr", "labels", "annotations"} <= rule.keys() for rule in rules())
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}


def test_an_operator_is_told_of_what_the_documents_promise() -> None:
    promised = {
        "QueueUnwatched",
        "ChannelFailing",
        "ModelMissing",
        "DiskFilling",
        "DiskFull",
        "PurgeLate",
        "AuditBroken",
        "BackupLate",
        "PurgeRefused",
        "ConversationsRefused",
        "ConnectionsFull",
        "ModelLate",
    }
    assert {f"Frontdoor{name}" for name in promised} <= {rule["alert"] for rule in rules()}


def test_what_the_table_for_the_operator_has_in_bold_has_an_alert() -> None:
    [table] = re.findall(r"\| series \| .*?\n\n", OPERATIONS, re.DOTALL)
    asked = " ".join(rule["expr"] for rule in rules())
    urgent = [
        (names, told) for names, told in re.findall(r"^\| (`frontdoor_.*?) \| (.*) \|$", table, re.MULTILINE) if "**" in told
    ]
    assert len(urgent) > 20
    for names, told in urgent:
        assert any(name in asked for name in re.findall(r"`(\w+)`", names)), names
        only = re.findall(r'`(\w+="\w+")`(?=\*\*|: \*\*)', told)
        assert all(label in asked for label in only), told


def test_an_alert_for_a_single_failure_sees_the_first_one_too() -> None:
    # A series is born with its first failure, at 1: to `increase` that is no increase.
    for _, counted, window in single_failures():
        if "twilio_caught_up" not in counted:  # a program that has just started takes up what came meanwhile
            assert any(f"sum({counted} unless {counted} offset {window}) > 0" in rule["expr"] for rule in rules()), counted


def single_failures() -> list[tuple[str, str, str]]:
    """Return each alert that one failure raises, with what it counts and for how long it looks back."""
    found = r"sum\(increase\((frontdoor_\w+(?:\{[^}]*\})?)\[(\w+)\]\)\) > 0"
    return [(rule["alert"], counted, window) for rule in rules() for counted, window in re.findall(found, rule["expr"])]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed")
def test_prometheus_raises_these_alerts_at_the_first_failure_and_at_a_later_one_and_ends_them(tmp_path: Path) -> None:
    told = {rule["alert"]: {"exp_labels": rule["labels"], "exp_annotations": rule["annotations"]} for rule in rules()}
    failures = [one for one in single_failures() if "twilio_caught_up" not in one[1]]
    cases = [
        (alert, counted, values, 120 + int(window[:-1]) * (60 if window.endswith("h") else 1))
        for alert, counted, window in failures
        for values in ("_x119 1x300", "1x119 2x300")
    ] + [("FrontdoorPurgeRefused", "frontdoor_purge_overdue", "0x119 7x59 0x300", 180)]
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": counted, "values": values}],
            "alert_rule_test": [
                {"eval_time": f"{minute}m", "alertname": alert, "exp_alerts": [told[alert]] if raised else []}
                for minute, raised in ((118, False), (122, True), (over - 5, True), (over + 5, False))
            ],
        }
        for alert, counted, values, over in cases
    ]
    file = tmp_path / "tests.yml"
    rule_file = str(DEPLOY / "prometheus" / "frontdoor.rules.yml")
    file.write_text(yaml.safe_dump({"rule_files": [rule_file], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("service", ["frontdoor-1", "frontdoor-2", "backup"])
def test_a_front_door_of_the_compose_file_is_hardened_and_set_by_settings_that_exist(service: str) -> None:
    told = COMPOSE["services"][service]
    assert (told["read_only"], told["cap_drop"], told["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    known = {name.upper() for name in Settings.model_fields}
    assert set(told["environment"]) <= known
    image = set(re.findall(r"\b([A-Z_]+)=", CONTAINERFILE.split("ENTRYPOINT")[0].rpartition("USER")[2]))
    others = {"HOME", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "OMP_NUM_THREADS", "RASA_TELEMETRY_ENABLED"}
    assert image - others <= known
    assert "POSTGRES_PASSWORD" not in told["environment"]


def test_only_the_proxy_is_reached_from_outside_and_the_database_from_nowhere_else() -> None:
    services = COMPOSE["services"]
    world = {name for name, told in services.items() for port in told.get("ports", ()) if not port.startswith("127.0.0.1:")}
    assert world == {"caddy"}
    assert services["db"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    caddy = (DEPLOY / "compose" / "Caddyfile").read_text(encoding="utf-8")
    assert all(f"{name}:8080" in caddy for name in ("frontdoor-1", "frontdoor-2"))
    assert "\n\tlog" not in caddy


def test_the_image_takes_along_what_is_there_and_runs_as_nobody_of_note() -> None:
    copied = [path for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE) for path in line.split()[:-1]]
    assert all((PROJECT_ROOT / path).exists() for path in copied)
    kept = (PROJECT_ROOT / ".containerignore").read_text(encoding="utf-8")
    assert {f"!{path}" for path in copied} == {line for line in kept.splitlines() if line.startswith("!")}
    assert kept == (PROJECT_ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert re.search(r"^USER 10001$", CONTAINERFILE, re.MULTILINE)
    assert "HEALTHCHECK" in CONTAINERFILE


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", ["frontdoor.service", "frontdoor-backup.service"])
def test_a_unit_is_exposed_as_little_as_can_be(unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", str(DEPLOY / "systemd" / unit)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"SYSTEMD_COLORS": "0", "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_the_server_sees_which_processor_it_has() -> None:
    """Without /proc/cpuinfo onnxruntime writes four lines to standard error that are no JSON, and nothing keeps it from that."""
    assert "\nProcSubset=" not in (DEPLOY / "systemd" / "frontdoor.service").read_text(encoding="utf-8")


def test_the_unit_of_the_server_takes_many_connections() -> None:
    assert "\nLimitNOFILE=65536\n" in (DEPLOY / "systemd" / "frontdoor.service").read_text(encoding="utf-8")
