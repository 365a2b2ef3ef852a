"""Campaigns: long runs that try to break an index.

  crashes   kill builds at random moments
  readers   search in many processes while one commits again and again
  damage    change, cut and lengthen the files of an index
  disk      build with full disks and limited file sizes

A campaign works in a temporary folder, most of them on copies of the bundled
pages, and prints a summary. The exit status is 1 if an index has broken a
promise. docs/internals/campaigns.md lists the promises.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from campaigns import crashes, damage, disk, readers

CAMPAIGNS = {"crashes": crashes, "readers": readers, "damage": damage, "disk": disk}
EXAMPLES = """\
examples:
  python -m campaigns crashes --times 300
  python -m campaigns readers --readers 8 --times 200
  python -m campaigns damage --times 10000
  python -m campaigns disk --times 60
"""


def main() -> int:
    """Run the campaign of the command line; return 0 if no promise is broken, else 1."""
    arguments = _parser().parse_args()
    with TemporaryDirectory(prefix="campaign-") as folder:
        broken = CAMPAIGNS[arguments.campaign].run(Path(folder), arguments)
    for line in broken[:50]:
        print("BROKEN:", line)
    print(f"{len(broken):,} promises broken")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m campaigns",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("campaign", choices=CAMPAIGNS, help="the campaign to run")
    add("--times", metavar="N", type=int, default=100, help="the number of tries (100)")
    add(
        "--seconds",
        metavar="S",
        type=float,
        default=86400,
        help="begin no new try after S seconds (86400, a day)",
    )
    add("--seed", metavar="N", type=int, default=1, help="another seed makes other tries (1)")
    add("--pages", metavar="N", type=int, default=8, help="the pages in each index (8)")
    add(
        "--readers",
        metavar="N",
        type=int,
        default=8,
        help="the processes that search in the campaign readers (8)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
