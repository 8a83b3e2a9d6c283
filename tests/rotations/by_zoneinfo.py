"""Who is on call when, computed a second time: by Python's zoneinfo and by plain walking, from the same description.

Reads a question as JSON from stdin and writes the answer to stdout. It shares nothing with the code that it checks but the
description, and these rules:

- Shift k begins k shifts after the first by the clock on the wall. A time that the clock skips counts as so much later,
  one that it shows twice as the first; that is what fold=0 means to Python (PEP 495).
- Of several shifts that have begun, the one with the greatest number is on. Hours that end before they begin by the
  clock on the wall go over midnight; if the clock skips them, there are none that day.
- Of several overrides that hold, the one created last does, and it wins over turns and over hours.
"""

import bisect
import json
import pathlib
import re
import sys
from datetime import date, datetime, time, timedelta, timezone

HINT = "hint: install the zone database (the package tzdata of the system, or `pip install tzdata`)"

try:
    import zoneinfo
except ImportError:
    sys.exit(f"this is Python {sys.version.split()[0]}, which has no zoneinfo\nhint: Python 3.9 or later")

# How far after the end turns are walked: more than the longest shift, so that the last one's end is known.
LATER = 40 * 86400
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def zone_of(name):
    try:
        return zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError:
        sys.exit(f"Python's zoneinfo does not know {name}\n{HINT}")


def version():
    for folder in zoneinfo.TZPATH:
        rules = pathlib.Path(folder, "tzdata.zi")
        if rules.is_file():
            return rules.open().readline().split()[-1]
    try:
        import tzdata

        return tzdata.IANA_VERSION
    except ImportError:
        return "unknown"


def instant(clock, zone):
    return int(clock.replace(tzinfo=zone, fold=0).astimezone(timezone.utc).timestamp())


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def clock_time(text):
    hour, minute = map(int, text.split(":"))
    return timedelta(hours=hour, minutes=minute)


def midnight(day):
    return datetime.combine(day, time())


def length(shift):
    if shift in ("daily", "weekly"):
        return timedelta(days=1 if shift == "daily" else 7)
    number, unit = shift.split()
    return int(number) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(days=7)}[unit[0]]


def turns_of(rotation, zone, end):
    """[(instant, number)]: from that instant on, the turn of that number is on."""
    first = midnight(date.fromisoformat(rotation["starts"])) + clock_time(rotation["handover"].split()[-1])
    step = length(rotation["shift"])
    starts = []
    number = 0
    while True:
        at = instant(first + number * step, zone)
        if at > end + LATER:
            break
        starts.append((at, number))
        number += 1
    turns = []
    for at, number in sorted(starts):
        if turns and number < turns[-1][1]:
            continue
        if turns and turns[-1][0] == at:
            turns.pop()
        turns.append((at, number))
    return turns


def weekdays(text):
    if text == "daily":
        return set(range(7))
    chosen = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        day, last = DAYS.index(first), DAYS.index(last or first)
        chosen.add(day)
        while day != last:
            day = (day + 1) % 7
            chosen.add(day)
    return chosen


def open_spans(rotation, zone, begin, end):
    """[(from, until)] of the hours to which a rotation is restricted, or None if it is not."""
    if not rotation.get("hours"):
        return None
    spans = []
    for text in rotation["hours"]:
        days, start, stop = re.fullmatch(r"(\S+) (\d\d:\d\d)-(\d\d:\d\d)", text).groups()
        start, stop = clock_time(start), clock_time(stop)
        if stop <= start:
            stop += timedelta(days=1)
        day, last = (datetime.fromtimestamp(at, timezone.utc).date() for at in (begin, end))
        day, last = day - timedelta(days=9), last + timedelta(days=9)
        while day < last:
            if day.weekday() in weekdays(days):
                span = instant(midnight(day) + start, zone), instant(midnight(day) + stop, zone)
                if span[0] < span[1]:
                    spans.append(span)
            day += timedelta(days=1)
    return spans


class Course:
    """Everything about one rotation between two instants."""

    def __init__(self, rotation, overrides, begin, end):
        zone = zone_of(rotation["time_zone"])
        self.people = rotation["people"]
        self.turns = turns_of(rotation, zone, end)
        self.starts = [at for at, _ in self.turns]
        self.spans = open_spans(rotation, zone, begin, end)
        self.covers = [
            (seconds(cover["created"]), seconds(cover["from"]), seconds(cover["until"]), index, cover["person"])
            for index, cover in enumerate(overrides)
            if cover["rotation"] == rotation["name"]
        ]
        edges = set(self.starts)
        edges.update(edge for span in self.spans or [] for edge in span)
        edges.update(edge for _, start, stop, _, _ in self.covers for edge in (start, stop))
        self.changes = []
        opened = self.sweep(sorted(edges))
        for edge, inside in opened:
            state = self.state(edge, inside)
            if not self.changes or self.changes[-1][1] != state:
                self.changes.append((edge, state))
        self.edges = [edge for edge, _ in self.changes]

    def sweep(self, edges):
        """Each edge with whether hours are open from it on, by counting how many have begun and not ended."""
        delta = {}
        for start, stop in self.spans or []:
            delta[start] = delta.get(start, 0) + 1
            delta[stop] = delta.get(stop, 0) - 1
        count = 0
        for edge in edges:
            count += delta.get(edge, 0)
            yield edge, self.spans is None or count > 0

    def state(self, at, inside):
        holding = [cover for cover in self.covers if cover[1] <= at < cover[2]]
        if holding:
            latest = max(holding, key=lambda cover: cover[0])
            return latest[4], f"override {latest[3]}", None
        turn = bisect.bisect_right(self.starts, at) - 1
        if turn < 0:
            return None, "not_begun", None
        if not inside:
            return None, "outside_hours", None
        number = self.turns[turn][1]
        return self.people[number % len(self.people)], "turn", number

    def at(self, now):
        """[person, why, until] at some moment."""
        index = bisect.bisect_right(self.edges, now) - 1
        if index < 0:
            inside = self.spans is None
            person, why, _ = self.state(now, inside)
        else:
            person, why, _ = self.changes[index][1]
        return [person, why, self.edges[index + 1]]

    def between(self, begin, end):
        """[[from, until, person, why]] without a hole."""
        shifts = []
        while begin < end:
            person, why, until = self.at(begin)
            until = min(until, end)
            shifts.append([begin, until, person, why])
            begin = until
        return shifts


def main():
    question = json.load(sys.stdin)
    begin, end = question["from"], question["to"]
    answer = {"tzdata": version(), "rotations": {}}
    for rotation in question["rotations"]:
        course = Course(rotation, question["overrides"], begin, end)
        answer["rotations"][rotation["name"]] = {
            "handovers": [
                [at, rotation["people"][number % len(rotation["people"])]]
                for at, number in course.turns
                if begin <= at < end
            ],
            "shifts": course.between(begin, end),
            "on_call": [course.at(now) for now in question["moments"][rotation["name"]]],
        }
    json.dump(answer, sys.stdout)


main()
