import pathlib
import tempfile

from odoo.tests import BaseCase, tagged

from ..dev.lint import hidden_methods

PART = """
class Part(models.Model):
    _inherit = "tts.shop"

    def _take(self):
        return {}
"""


@tagged("post_install", "-at_install")
class TestLint(BaseCase):
    """Parts of a model do not see each other's names; the linter does."""

    def found(self, *parts):
        """Return what is found in files with these parts."""
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for number, text in enumerate(parts):
                files.append(pathlib.Path(folder, f"part_{number}.py"))
                files[-1].write_text(text)
            return hidden_methods(files)

    def test_a_method_that_hides_another_one_is_named(self):
        [line] = self.found(PART.format(1), PART.format(2))
        self.assertIn("_take of tts.shop", line)

    def test_a_method_that_goes_on_with_super_hides_none(self):
        self.assertFalse(self.found(PART.format(1), PART.format("super()._take()")))

    def test_methods_of_two_models_do_not_meet(self):
        other = PART.format(2).replace("tts.shop", "tts.order")
        self.assertFalse(self.found(PART.format(1), other))
