"""Writes instants.tsv: when cron expressions happen, by going through every minute of a year.

    python3 make_instants.py > instants.tsv

Independent of the Swift code: zones are Python's zoneinfo, and each minute is held against sets of
numbers. A line is: expression, zone, year, number of instants in the year (UTC), SHA-256 of all of
them (seconds since 1970, a line each), and those within 36 hours of a change of the clocks.
"""

import hashlib
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

NAMES = {n: i + 1 for i, n in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split())}
DAYS = {n: i for i, n in enumerate("SUN MON TUE WED THU FRI SAT".split())}

EXPRESSIONS = [
    "0 2 * * *", "30 2 * * *", "15,45 1-3 * * *", "*/15 * * * *", "*/20 2 * * *", "0 * * * *",
    "5 0-23 * * *", "0 */6 * * *", "0 0 * * *", "30 0 * * *", "59 23 * * *", "0 0 1 * *",
    "0 12 29 2 *", "0 0 31 * *", "0 9 * * MON-FRI", "0 9 * * 7", "0 0 13 * 5", "0 0 */2 * 1",
    "0 0 1-7 * */7", "10-50/20 3 15 JUN,dec FRI-SUN", "0 2 30 12 *", "30 2 28-31 3,10 *",
]
ZONES = [
    "UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
    "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu",
]
YEARS = [2011, 2024]


def numbers(text, low, high, names):
    def number(word):
        return names.get(word.upper()) if word.upper() in names else int(word)

    found = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = map(number, span.split("-"))
            if names is DAYS and last == 0:
                last = 7
        else:
            first = last = number(span)
        found |= set(range(first, last + 1, int(step or 1)))
    return found


class Expression:
    def __init__(self, text):
        minute, hour, day, month, weekday = text.split()
        self.minutes = numbers(minute, 0, 59, {})
        self.hours = numbers(hour, 0, 23, {})
        self.days = numbers(day, 1, 31, {})
        self.months = numbers(month, 1, 12, NAMES)
        self.weekdays = {d % 7 for d in numbers(weekday, 0, 6, DAYS)}
        self.both = day.startswith("*") or weekday.startswith("*")
        self.elapsed = self.hours == set(range(24))

    def fits(self, local):
        """Whether the minute `local`, on a clock that is never set, is one of the expression."""
        if local // 60 % 60 not in self.minutes or local // 3600 % 24 not in self.hours:
            return False
        date = datetime.fromtimestamp(local, timezone.utc)
        if date.month not in self.months:
            return False
        day, weekday = date.day in self.days, date.isoweekday() % 7 in self.weekdays
        return (day and weekday) if self.both else (day or weekday)


def main():
    print("\n".join("# " + line for line in __doc__.strip().split("\n")))
    for zone in ZONES:
        for year in YEARS:
            info = ZoneInfo(zone)
            begin = int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp())
            end = int(datetime(year + 1, 1, 1, tzinfo=timezone.utc).timestamp())
            # Two days before, so that what the clock showed before the year is known.
            instants = range(begin - 2 * 86400, end, 60)
            clock = []
            for t in instants:
                offset = datetime.fromtimestamp(t, info).utcoffset()
                clock.append(t + int(offset.total_seconds()))
            changes = [
                instants[i] for i in range(1, len(clock)) if clock[i] - clock[i - 1] != 60]
            for text in EXPRESSIONS:
                expression = Expression(text)
                found = []
                shown = clock[0]  # the latest time that the clock has shown
                for t, local in zip(instants, clock):
                    if expression.elapsed:
                        happens = expression.fits(local)
                    else:
                        happens = any(map(expression.fits, range(shown + 60, local + 60, 60)))
                        shown = max(shown, local)
                    if happens and begin < t:
                        found.append(t)
                digest = hashlib.sha256("".join(f"{t}\n" for t in found).encode()).hexdigest()
                near = [t for t in found if any(abs(t - c) <= 36 * 3600 for c in changes)]
                if len(near) > 24:
                    near = []  # the digest has them
                print(text, zone, year, len(found), digest, " ".join(map(str, near)), sep="\t")


main()
