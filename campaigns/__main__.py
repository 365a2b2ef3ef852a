"""Long runs that try to break an index; docs/internals/campaigns.md says what they have shown.

    python -m campaigns crashes --times 300
    python -m campaigns readers --readers 8 --times 200
    python -m campaigns damage --times 10000
    python -m campaigns disk --times 60

They work on copies of some of the bundled pages in a temporary folder. Each says what it did;
the exit status is 1 where an index has not kept a promise.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from campaigns import crashes, damage, disk, readers

CAMPAIGNS = {"crashes": crashes, "readers": readers, "damage": damage, "disk": disk}


def main() -> int:
    """Run one campaign; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("campaign", choices=CAMPAIGNS)
    parser.add_argument("--times", type=int, default=100, help="how many tries")
    parser.add_argument("--readers", type=int, default=8, help="processes that search")
    parser.add_argument("--pages", type=int, default=8, help="of how many pages the indexes are")
    parser.add_argument("--seconds", type=float, default=86400, help="begin no try after so many")
    parser.add_argument("--seed", type=int, default=1, help="another one tries other things")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="campaign-") as folder:
        broken = CAMPAIGNS[arguments.campaign].run(Path(folder), arguments)
    for line in broken[:50]:
        print("BROKEN:", line)
    print(f"{len(broken):,} promises broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
