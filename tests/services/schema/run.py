"""Sends thousands of requests made from the OpenAPI file, right and wrong ones, and checks every answer.

Usage: run.py OPENAPI WORK   with SERVER_URL, ACCOUNT_ID, ZONE_ID and API_TOKEN in the environment
"""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

LEAST = 5000
# Of each operation, for each way of making requests.
EXAMPLES = 70
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
]


def call(method: str, path: str, body: bytes, kind: str) -> dict:
    url = f"{os.environ['SERVER_URL']}/client/v4/accounts/{os.environ['ACCOUNT_ID']}{path}"
    headers = {"authorization": f"Bearer {os.environ['API_TOKEN']}", "content-type": kind}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method=method), timeout=60) as answer:
        return json.load(answer)["result"]


def make_token() -> str:
    """A token that may do everything but change what bounds the account, or there would soon be no room."""
    order = json.dumps({"name": "schema", "scopes": ["read", "write", "upload"]}).encode()
    return call("POST", "/images/tokens", order, "application/json")["value"]


def run(openapi: pathlib.Path, work: pathlib.Path) -> dict:
    # One account and its zone, or nothing but refusals would be seen.
    config = work / "schemathesis.toml"
    config.write_text(
        f'[parameters]\n"path.account" = "{os.environ["ACCOUNT_ID"]}"\n"path.zone" = "{os.environ["ZONE_ID"]}"\n'
    )
    report = work / "report.json"
    command = [
        pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", openapi,
        "--url", os.environ["SERVER_URL"], "--header", f"Authorization: Bearer {make_token()}",
        "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES), "--continue-on-failure",
        "--seed", "20261128", "--generation-database", "none", "--suppress-health-check", "all", "--request-timeout", "30",
        "--warnings", "off", "--no-color", "--report", "json", "--report-json-path", report,
    ]
    done = subprocess.run([str(word) for word in command], cwd=work)
    if not report.exists():
        sys.exit(f"schemathesis ended with {done.returncode} and no report")
    return json.loads(report.read_text())


def main() -> None:
    openapi, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    report = run(openapi, work)
    count = report["test_cases"]["generated"]
    problems = [f"{failure['code']} {failure['title']}: {', '.join(failure['operations'])}" for failure in report["failures"]]
    problems += [f"error: {error}" for error in report["errors"]]
    if not report["complete"]:
        problems.append(f"stopped early: {report['stop_reason']}")
    if count < LEAST:
        problems.append(f"{count} requests, expected at least {LEAST}")
    if report["operations"]["tested"] < report["operations"]["total"]:
        problems.append(f"operations: {report['operations']}")
    print("\n".join(problems))
    print(f"schema: {count} requests to {report['operations']['tested']} operations, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
