"""Static files under names that change with their content, so that browsers may keep them."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedFiles(ManifestStaticFilesStorage):
    """Also follows the imports of JavaScript modules. Before `collectstatic` it gives plain names."""

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        # Without a manifest (tests, checks) nothing has been hashed: serve the sources.
        return super().stored_name(name) if self.hashed_files else name
