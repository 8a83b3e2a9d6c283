"""Corrects where the pinned MiniStack answers otherwise than AWS does and it matters here, then starts it.

    start.py PLUGIN

The plug-in is the script that hands the owned resource types to the overlay and runs MiniStack.
"""

import re
import runpy
import sys

from ministack.services import cloudwatch_logs

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


if __name__ == "__main__":
    ministacks_own = cloudwatch_logs._compile_filter_pattern

    def compile_any(pattern):
        # JSON patterns are left to MiniStack, which takes them for matching all.
        is_json = (pattern or "").strip().startswith("{")
        return ministacks_own(pattern) if is_json else compile_filter_pattern(pattern)

    cloudwatch_logs._compile_filter_pattern = compile_any
    plugin = sys.argv[1]
    sys.argv = [plugin]
    runpy.run_path(plugin, run_name="__main__")
