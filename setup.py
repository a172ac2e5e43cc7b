"""The links of the package, from the one address of the repository: `repository-code` in CITATION.cff.

While there is no such line, the package has no links. Everything else is in pyproject.toml.
"""

import re
from pathlib import Path

from setuptools import setup

citation = Path(__file__).with_name("CITATION.cff").read_text(encoding="utf-8")
found = re.search(r"^repository-code: *[\"']?(https?://[^\s\"']+?)/?[\"']?$", citation, re.M)
changes = f"{found[1]}/blob/main/CHANGELOG.md" if found else None
setup(project_urls={"Repository": found[1], "Changelog": changes} if found else {})
