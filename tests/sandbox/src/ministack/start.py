"""Corrects where the pinned MiniStack answers otherwise than AWS does and it matters here, then starts it.

    start.py PLUGIN

The plug-in is the script that hands the owned resource types to the overlay and runs MiniStack.
"""

import json
import os
import re
import runpy
import sys

from hypercorn.config import Config
from ministack.services import cloudwatch_logs, lambda_svc, secretsmanager

TERM = re.compile(r'([?-]?)(?:"([^"]*)"|(\S+))')


def compile_filter_pattern(pattern):
    """The filter pattern syntax for unstructured lines: `A B` means both, `?A ?B` means either, `-C` means without, and all of
    it is case sensitive. `?` counts only where no term is without it.

    docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
    MiniStack takes `?` for a wildcard of one character and wants every term.
    """
    every, either, none = [], [], []
    for sign, phrase, word in TERM.findall(pattern or ""):
        {"": every, "?": either, "-": none}[sign].append(phrase or word)

    def matches(line):
        if any(term in line for term in none):
            return False
        if every:
            return all(term in line for term in every)
        return not either or any(term in line for term in either)

    return matches


def newest_first(filter_log_events):
    """With `startFromHead` false the newest events come first, and a limit keeps those ("FilterLogEvents", Amazon CloudWatch
    Logs API Reference). MiniStack does not know the parameter.
    """

    def filtered(data):
        if data.get("startFromHead") is not False:
            return filter_log_events(data)
        limit = min(data.get("limit", 10000), 10000)
        status, headers, body = filter_log_events({**data, "limit": 10000})
        answer = json.loads(body)
        if "events" in answer:
            answer["events"] = answer["events"][::-1][:limit]
        return status, headers, json.dumps(answer).encode()

    return filtered


def dated(put_secret_value):
    """`SandboxCreatedDate`, in seconds since the epoch, dates the value back: AWS has nothing like it, and a story that was
    lived before it comes may have a rotation in it.
    """

    def put(data):
        answer = put_secret_value(data)
        at = data.get("SandboxCreatedDate")
        if at is not None:
            _, secret = secretsmanager._resolve(data.get("SecretId"))
            for version in secret["Versions"].values():
                if "AWSCURRENT" in version["Stages"]:
                    version["CreatedDate"] = at
        return answer

    return put


def signed_by_function(execution_credentials):
    """Each function signs with a key of its own, by which the overlay knows whose role to ask. MiniStack gives all of them the
    account's.
    """

    def credentials(config):
        return {**execution_credentials(config), "AWS_ACCESS_KEY_ID": "function-" + config["FunctionName"]}

    return credentials


def on_open_port(create_sockets):
    """Listens on the port that the keeper opened, instead of opening it by its number."""
    ours = "fd://" + os.environ["SANDBOX_LISTENER"]
    named = "127.0.0.1:" + os.environ["GATEWAY_PORT"]

    def create(self, binds, *rest):
        return create_sockets(self, [ours if bind == named else bind for bind in binds], *rest)

    return create


if __name__ == "__main__":
    ministacks_own = cloudwatch_logs._compile_filter_pattern

    def compile_any(pattern):
        # JSON patterns are left to MiniStack, which takes them for matching all.
        is_json = (pattern or "").strip().startswith("{")
        return ministacks_own(pattern) if is_json else compile_filter_pattern(pattern)

    cloudwatch_logs._compile_filter_pattern = compile_any
    cloudwatch_logs._filter_log_events = newest_first(cloudwatch_logs._filter_log_events)
    secretsmanager._put_secret_value = dated(secretsmanager._put_secret_value)
    lambda_svc.execution_credentials = signed_by_function(lambda_svc.execution_credentials)
    Config._create_sockets = on_open_port(Config._create_sockets)
    plugin = sys.argv[1]
    sys.argv = [plugin]
    runpy.run_path(plugin, run_name="__main__")
