"""Make, copy, open and delete profiles."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote

from zen.concealment import Concealment
from zen.config._default_stack import DefaultStack
from zen.config.environment import read_variable
from zen.config.global_configuration import (
    GlobalConfiguration,
    condemned_folder,
    remove_condemned,
)
from zen.config.held_folder import HeldFolder
from zen.config.moved_stores import relocation_command
from zen.config.profile import (
    DEFAULT_USER,
    ProfileConfiguration,
    holds_password,
    masked_url,
)
from zen.errors import (
    ConfigurationError,
    InUseError,
    PluginError,
    ProfileExistsError,
    StoreDriverNotFoundError,
    StoreReplacedError,
    StoreUnavailableError,
    ZenError,
)
from zen.names import check_name
from zen.references import expand_url, normalised_url
from zen.stores import Author, Store, StoreDriver
from zen.stores.identity import IDENTITY
from zen.stores.scanning import scan_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import TypeAlias
    from uuid import UUID

    from zen.catalog import Catalog
    from zen.config.configuration_file import ConfigurationFile
    from zen.config.global_configuration import Settings

    # What a spec's `names` names.
    Names: TypeAlias = Callable[
        [str | None, Path, str], Iterable[Mapping[str, object]] | None
    ]

__all__ = ["Profiles"]

_DEFAULT: Final = "default"


class Profiles:
    """Make, copy, open and delete profiles.

    Args:
        catalog: What is installed.
        notify: Takes each notice for the user.
        command: What the stores' logs name as the command that was given.
        file: The global configuration, where it has been read already.
    """

    def __init__(
        self,
        catalog: Catalog,
        notify: Callable[[str], None],
        command: str = "",
        *,
        file: ConfigurationFile | None = None,
    ) -> None:
        self.catalog = catalog
        self._notify = notify
        self._author = partial(Author, command=command)
        self._opened: dict[tuple[str, str], Store] = {}
        self._noted: dict[tuple[str, str], tuple[UUID | None, HeldFolder]] = {}
        self.configuration = GlobalConfiguration(file)

    def ensure_default(self) -> None:
        """Make and activate the profile `default` if there is no profile at all."""
        settings = self.configuration.settings
        if settings.profiles:
            self.configuration.recover(settings)
            return
        with self.configuration.update() as settings:
            if settings.profiles:  # another process was first
                return
            self._notify("Creating default profile...")
            new = self._new(_DEFAULT, None, None)
            settings.profiles[_DEFAULT] = self._initialise(new)
            settings.active_profile_name = _DEFAULT
        self._notify("Created and activated default profile.")

    def create(
        self,
        name: str,
        store_type: str | None = None,
        url: str | None = None,
        *,
        user: str = DEFAULT_USER,
    ) -> ProfileConfiguration:
        """Make a profile, with a default stack unless its store holds stacks already.

        A profile of that name whose data was moved to the URL gets that URL.

        Args:
            name: The profile's name.
            store_type: The name of the store driver; by default what
                `ZEN_DEFAULT_STORE_TYPE` says, and otherwise `local`.
            url: Where its data is, or is to be; inside of the configuration folder
                if None.
            user: The name that changes are logged under; `default` stands for the
                user of the process.

        Raises:
            InvalidNameError: The name of the profile or of the user is none.
            ProfileExistsError: There is a profile of that name, and its data is where
                it was, or there is none at the URL.
            StoreDriverNotFoundError: No plugin offers the store driver.
            ConfigurationError: The URL isn't one for the driver.
        """
        check_name(user, "user")
        with self.configuration.update() as settings:
            new = replace(self._new(name, store_type, url), active_user=user)
            profile = self._moved(settings.profiles.get(name), new)
            if profile is None:
                _check_free(name, settings)
                profile = self._initialise(new)
            settings.profiles[name] = profile
        self._tell_of_password(profile)
        return profile

    def copy(
        self,
        source: str,
        name: str,
        store_type: str | None = None,
        url: str | None = None,
    ) -> dict[str, int]:
        """Make a profile that holds the same as another one, with its active stack.

        Args:
            source: The profile to copy.
            name: The new profile's name.
            store_type: The name of the store driver, as for `create`.
            url: Where its data is to be; inside of the configuration folder if None.

        Returns:
            How many records of each kind were copied.

        Raises:
            ProfileNotFoundError: There is no profile to copy.
            ProfileExistsError: There is a profile of the new name.
            StoreDriverNotFoundError: No plugin offers one of the store drivers.
            ZenError: As `zen.stores.transfer.copy_records` does.
        """
        # Listing needs none of what it brings along.
        from zen.stores.transfer import copy_records

        with self.configuration.update() as settings, ExitStack() as opened:
            original = settings.profile(source)
            _check_free(name, settings)
            profile = replace(
                self._new(name, store_type, url),
                active_stack=original.active_stack,
                active_user=original.active_user,
            )
            stores = [self.open(each) for each in (original, profile)]
            for store in stores:
                opened.callback(store.driver.close)
            _check_there(stores[0].driver, original)
            stores[1].driver.check_place()
            copied = copy_records(*stores)
            settings.profiles[name] = profile
        self._tell_of_password(profile)
        return copied

    def delete(
        self, name: str, *, shown: ProfileConfiguration | None = None
    ) -> str | None:
        """Forget a profile, and remove its data where its store driver chose the place.

        Data at a URL that the user chose stays.

        Args:
            name: The profile.
            shown: What the user was told that it is; it must still be so.

        Returns:
            Where data was left, without passwords; None where nothing was.

        Raises:
            ProfileNotFoundError: There is no such profile.
            StoreReplacedError: It isn't what was shown any more, or its store isn't the
                one that `look_at` has read.
            InUseError: It is globally active, or another one is kept in its folder.
            StoreError: Its data can't be removed; nothing was changed.
        """
        folder = (shown or self.configuration.load_locked().profile(name)).folder
        condemned = condemned_folder(folder)
        try:
            with self.configuration.update() as settings:
                profile = settings.profile(name)
                _check_same(profile, shown or profile)
                self.check_deletion(profile, settings)
                self._check_store(profile)
                left = self._destroy(profile)
                del settings.profiles[name]
                # Out of the way at once, so that nobody's new profile is hit.
                _move_away(folder, condemned)
        except BaseException:
            if condemned.exists():  # it was moved, and the profile is still there
                condemned.rename(folder)
            raise
        remove_condemned(condemned)
        return left

    @contextmanager
    def reading(self, profile: ProfileConfiguration) -> Iterator[Store | None]:
        """Yield the store of a profile, opened for the block; None if it can't be read.

        Args:
            profile: The profile, which may be gone or broken.
        """
        with ExitStack() as opened:
            store = None
            # A plugin's code, which may raise anything.
            with suppress(Exception):
                found = self.open(profile)
                opened.callback(found.driver.close)
                found.components()
                store = found
            yield store

    def look_at(self, profile: ProfileConfiguration) -> None:
        """Note which store a profile has, for its data goes with it in a deletion.

        One that is gone or broken can be deleted, too. Data at a URL that the user
        chose stays, so nobody need reach it.
        """
        if profile.store_url is None:
            held = HeldFolder(profile.folder)
            self._noted[profile.place] = self._identity(profile), held

    def _identity(self, profile: ProfileConfiguration) -> UUID | None:
        """Return which store a profile has; None where that can't be told."""
        # A plugin's code, which may raise anything.
        with suppress(Exception), closing(self.open(profile).driver) as driver:
            if record := driver.get_many([IDENTITY]).get(IDENTITY):
                return record.uuid
        return None

    def _check_store(self, profile: ProfileConfiguration) -> None:
        if profile.place not in self._noted:
            return
        identity, folder = self._noted.pop(profile.place)
        if identity != self._identity(profile) or not folder.is_there():
            subject = f"The store of profile '{profile.name}'"
            raise StoreReplacedError(subject, "has been replaced by another one")

    def _destroy(self, profile: ProfileConfiguration) -> str | None:
        """Remove data that isn't in the profile's folder; return where any is left."""
        if profile.store_url is not None:
            return masked_url(profile.store_url)
        try:
            cls = self._driver_class(profile.store_type)
        except (PluginError, StoreDriverNotFoundError):
            return f"the place that store driver '{profile.store_type}' chose"
        url = cls.default_url(profile.folder)
        if _is_in(profile.folder, url):
            return None  # it goes with the folder
        with closing(cls(url)) as driver:
            try:
                driver.destroy()
            except NotImplementedError:
                return masked_url(url)
        return None

    @staticmethod
    def check_deletion(profile: ProfileConfiguration, settings: Settings) -> None:
        """Raise `InUseError` if `delete` would refuse."""
        if settings.active_profile_name == profile.name:
            raise InUseError(
                f"Profile '{profile.name}' can't be deleted while it is globally"
                " active.",
                hint="Activate another one first, with"
                " 'zen profile set --global NAME'.",
            )
        for other in settings.profiles.values():
            if other.name != profile.name and _is_in(
                profile.folder, other.store_url or ""
            ):
                raise InUseError(
                    f"Profile '{other.name}' is kept in the folder of"
                    f" '{profile.name}'.",
                    hint="Delete that one first, with"
                    f" 'zen profile delete {other.name}'.",
                )

    def opened(self, profile: ProfileConfiguration) -> Store:
        """Return a profile's store, opened once and shared until it is closed.

        Raises:
            StoreUnavailableError: Its folder or its file is gone.
            ZenError: As `open` does.
        """
        # Of two threads that open it at once, one's is used by both. A lock would
        # stay locked in a process that is forked meanwhile.
        store = self._opened.get(profile.place)
        if store is None:
            store = self._opened.setdefault(profile.place, self.open(profile))
        _check_there(store.driver, profile)
        return store

    def note_opened(self) -> None:
        """Note which stores were opened; a damaged identity is nobody's hindrance."""
        for store in self._opened.values():
            _ = store.identity.uuid

    def check_opened(self) -> None:
        """Raise `StoreReplacedError` if an opened store is another one by now."""
        for store in self._opened.values():
            store.identity.check()

    def close(self) -> None:
        """Let go of the connections of the stores that `opened` has opened."""
        while self._opened:
            _, store = self._opened.popitem()
            store.driver.close()

    def open(self, profile: ProfileConfiguration) -> Store:
        """Open a profile's store, which need not be there yet.

        Raises:
            StoreDriverNotFoundError: No plugin offers its store driver.
            StoreUnavailableError: Its URL refers to a variable that isn't set.
            ConfigurationError: Its URL isn't one for that driver.
        """
        try:
            driver = self._driver_class(profile.store_type)
        except StoreDriverNotFoundError as error:
            raise StoreDriverNotFoundError(
                profile.store_type,
                error.available,
                of=f"and profile '{profile.name}' needs it",
                hint="Install the plugin that offers it, or use another profile with"
                f" 'zen profile set NAME'. {error.hint}",
            ) from error
        return Store(_connected(driver, profile), author=self._author_of(profile))

    def _author_of(self, profile: ProfileConfiguration) -> partial[Author]:
        if profile.active_user == DEFAULT_USER:
            return self._author
        return partial(self._author, user=profile.active_user)

    def payloads(
        self, profile: ProfileConfiguration, kind: str
    ) -> Iterable[Mapping[str, object]]:
        """Return what records of a kind hold, as read in the fastest way there is.

        Those that can't be read are left out, and nobody has checked the others.

        Raises:
            StoreDriverNotFoundError: No plugin offers the store driver.
            StoreError: The store can't be read.
        """
        offer = self.catalog.store_driver(profile.store_type)
        if offer.spec.names:
            # A plugin's code, which may raise anything; the driver may know better.
            with suppress(Exception):
                read = cast("Names", self.catalog.load_names(offer))
                found = read(_expanded(profile), profile.folder, kind)
                if found is not None:
                    return found
        with closing(self.open(profile).driver) as driver:
            return [record.payload for record in scan_all(driver, kind)[0]]

    def displayed_url(self, profile: ProfileConfiguration) -> str:
        """Return where a profile's data is, without passwords."""
        if profile.store_url:
            return masked_url(profile.store_url)
        try:
            return self._driver_class(profile.store_type).default_url(profile.folder)
        except (PluginError, StoreDriverNotFoundError):
            return str(profile.folder)  # whatever its driver makes of that

    def _driver_class(self, store_type: str) -> type[StoreDriver]:
        offer = self.catalog.store_driver(store_type)
        # mypy wants a concrete class here, where an abstract base is the point.
        return self.catalog.load_class(offer, base=StoreDriver)  # type: ignore[type-abstract]

    def _new(
        self, name: str, store_type: str | None, url: str | None
    ) -> ProfileConfiguration:
        kind = store_type or self._default_store_type()
        driver = self._driver_class(kind)
        if url is None:
            return ProfileConfiguration(name, kind)
        return ProfileConfiguration(name, kind, _normalised(driver, kind, url))

    def _tell_of_password(self, profile: ProfileConfiguration) -> None:
        if profile.store_url and holds_password(profile.store_url):
            self._notify(
                f"The password in the URL is kept as it is in"
                f" {self.configuration.path}, which only you can read. To keep it out"
                " of there, name an environment variable in its place, as in"
                " '://user:${DB_PASSWORD}@host'."
            )

    def _default_store_type(self) -> str:
        variable, store_type = read_variable(os.environ, "DEFAULT_STORE_TYPE")
        if not store_type:
            return "local"
        try:
            return self.catalog.store_driver(store_type).spec.name
        except StoreDriverNotFoundError as error:
            raise StoreDriverNotFoundError(
                store_type,
                error.available,
                of=f"and {variable} names it",
                hint=error.hint,
            ) from error

    def _moved(
        self, known: ProfileConfiguration | None, new: ProfileConfiguration
    ) -> ProfileConfiguration | None:
        """Return a profile at the place that its data was moved to; None if it wasn't.

        Its stack stays active if that was moved along.
        """
        if known is None or known.origin or new.store_url is None:
            return None
        gone = None
        # Where it can't be reached, it may be there.
        with suppress(ZenError), closing(self.open(known).driver) as driver:
            gone = driver.missing_place()
        if gone is None:
            return None
        with closing(self.open(new).driver) as driver:
            driver.check_place()
            found = [] if driver.missing_place() else Store(driver).stacks()[0]
        stacks = [stack.name for stack in found]
        if not stacks:
            return None
        self._notify(
            f"Profile '{known.name}' is at {self.displayed_url(new)} now; it was at"
            f" {gone}, which is missing."
        )
        active = known.active_stack if known.active_stack in stacks else stacks[0]
        return replace(
            known,
            store_type=new.store_type,
            store_url=new.store_url,
            active_stack=active,
        )

    def _initialise(self, profile: ProfileConfiguration) -> ProfileConfiguration:
        self._notify(f"Initializing profile `{profile.name}`...")
        with closing(self.open(profile).driver) as driver:
            driver.check_place()
            store = Store(driver, author=self._author_of(profile))
            stacks = DefaultStack(self.catalog, self._notify).ensure(store)
        active = _DEFAULT if _DEFAULT in stacks else next(iter(stacks), None)
        return replace(profile, active_stack=active)


def _check_free(name: str, settings: Settings) -> None:
    for known in settings.profiles:
        if known.lower() == name.lower():
            hint = (
                f"Choose another name, or see it with 'zen profile describe {known}'."
            )
            raise ProfileExistsError(f"Profile '{name}' already exists.", hint=hint)


def _check_same(present: ProfileConfiguration, shown: ProfileConfiguration) -> None:
    if present.place != shown.place:
        problem = "has been replaced by another one"
        raise StoreReplacedError(f"Profile '{shown.name}'", problem)


def _check_there(driver: StoreDriver, profile: ProfileConfiguration) -> None:
    """Raise `StoreUnavailableError` where a store would only look like an empty one."""
    place = driver.missing_place()
    if place is None:
        driver.expect()
        return
    raise StoreUnavailableError(
        f"Profile '{profile.name}' can't be used: {place}, where it is kept, is"
        " missing.",
        hint="Move it back, or say where it is now with"
        f" '{relocation_command(profile, place)}'. To start empty, create an empty one"
        " in its place.",
    )


def _connected(driver: type[StoreDriver], profile: ProfileConfiguration) -> StoreDriver:
    url = _expanded(profile)
    if url is None:
        return driver(driver.default_url(profile.folder))
    concealment = Concealment(profile.store_url or "")
    with concealment.errors():
        opened = driver(_normalised(driver, profile.store_type, url))
    if not concealment:
        return opened
    # Only URLs with references need it.
    from zen.stores.concealing import ConcealingDriver

    return ConcealingDriver(opened, concealment)


def _expanded(profile: ProfileConfiguration) -> str | None:
    """Return a profile's URL with the environment's values; None if it has no URL.

    Nothing else looks up what a store's URL refers to.
    """
    return None if profile.store_url is None else expand_url(profile.store_url)


def _is_in(folder: Path, url: str) -> bool:
    """Tell whether a URL leads into a folder, or to it."""
    _, found, below = unquote(url).partition(str(folder))
    return bool(found) and below[:1] in {"", "/", "\\"}


def _normalised(driver: type[StoreDriver], store_type: str, url: str) -> str:
    try:
        return normalised_url(url, driver.normalise_url)
    except ValueError as error:
        reason = masked_url(str(error))  # a driver may quote it
        message = f"Invalid URL for store type '{store_type}': {reason}."
        raise ConfigurationError(
            message, hint="See 'zen profile create --help'."
        ) from error


def _move_away(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except FileNotFoundError:
        pass  # the profile never had any data there
    except OSError as error:
        raise StoreUnavailableError(
            f"{folder} can't be removed: {error.strerror}.",
            hint="Check its permissions; nothing was changed.",
        ) from error
