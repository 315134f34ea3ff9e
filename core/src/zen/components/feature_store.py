"""The contract of feature stores."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from zen.components.base import StackComponent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BaseFeatureStore"]


class BaseFeatureStore(StackComponent):
    """Manage features: past values to train on, present ones to predict with."""

    TYPE: ClassVar[str] = "feature_store"

    @abstractmethod
    def get_historical_features(
        self, entity_rows: Sequence[Mapping[str, object]], features: Sequence[str]
    ) -> list[dict[str, object]]:
        """Return each row with the features as they were at its `event_timestamp`.

        Args:
            entity_rows: The entities, each with an `event_timestamp`.
            features: The names of the features.
        """

    @abstractmethod
    def get_online_features(
        self, entity_rows: Sequence[Mapping[str, object]], features: Sequence[str]
    ) -> list[dict[str, object]]:
        """Return each row with the features as they are now.

        Args:
            entity_rows: The entities.
            features: The names of the features.
        """
