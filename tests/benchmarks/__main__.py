"""Measured, not tested: `make bench` prints tables, each figure beside a baseline of the same run.

A ratio to the baseline holds when the machine's speed drifts; a single absolute time does not. Delivery is
measured for 20,000 members; `make bench ARGS="--members 1000000"` takes longer.
"""

import argparse

from tests.benchmarks import answers, delivery, flood, platforms, sending


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--members", type=int, default=20_000, help="whom delivery is measured for")
    parser.add_argument("--peers", type=int, default=1_000, help="jobs of the naive peer")
    parser.add_argument(
        "--only", choices=("answers", "platforms", "flood", "delivery", "sending"), help="one of the tables"
    )
    given = parser.parse_args()
    tables = {"answers": answers.measure, "platforms": platforms.measure, "flood": flood.measure}
    for name, measure in tables.items():
        if given.only in (None, name):
            print(f"{'what':60} {'goal':14} {'median':>10} {'of baseline':>12}")
            for figure in measure():
                took = f"{figure.took * 1000:.3f} ms"
                print(f"{figure.name:60} {figure.goal:14} {took:>10} {figure.took / figure.baseline:>11.2f}x")
    if given.only in (None, "sending"):
        sending.report()
    if given.only in (None, "delivery"):
        delivery.report(given.members, given.peers)


if __name__ == "__main__":
    main()
