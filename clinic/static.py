"""Static files under names that change with their content, so that browsers may keep them."""

from django.contrib.staticfiles.storage import HashedFilesMixin, ManifestStaticFilesStorage

IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class HashedFiles(ManifestStaticFilesStorage):
    """Also follows the imports of our own JavaScript modules; other people's are left alone.

    Before `collectstatic` (tests, checks) nothing has been hashed, and the plain names are given.
    """

    patterns = (*ManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name
