"""A pytest plugin that plants ``FAULTS_SABOTAGE`` in the process of the tests itself."""

from __future__ import annotations

import os

from tests.faults.sabotaged import SABOTAGE, plant

plant(os.environ.get(SABOTAGE, ""), is_child=False)
