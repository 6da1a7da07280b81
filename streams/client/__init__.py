"""The Python client: ``Subscription`` reads the clean topics, by ``for`` or ``async for``.

It must not write to any topic.
"""

from __future__ import annotations

from streams.client.subscription import Delivery, Subscription

__all__ = ["Delivery", "Subscription"]
