"""Odoo's attributes and variants, so that only what TikTok sells comes to be."""

from odoo import api, models
from odoo.fields import Command


def fold(text):
    """Return a name as names are compared: neither case nor spaces count."""
    return " ".join((text or "").split()).casefold()


class ProductAttribute(models.Model):
    _inherit = "product.attribute"

    @api.model
    def _tts_find_or_create(self, names):
        """Find the attributes with these names; create what is missing.

        Attributes that create all combinations by themselves are used only where no
        combination comes from that: alone, or beside one that does not.

        :param names: different names
        :return: list of one attribute per name
        """
        usable = {}
        attributes = self.search([("create_variant", "!=", "no_variant")])
        for attribute in attributes.sorted(lambda a: a.create_variant != "dynamic"):
            usable.setdefault(fold(attribute.name), attribute)
        found = [usable.get(fold(name)) for name in names]
        if len(found) > 1 and all(
            attribute and attribute.create_variant == "always" for attribute in found
        ):
            found[-1] = None
        return [
            attribute or self.create({"name": name, "create_variant": "dynamic"})
            for attribute, name in zip(found, names, strict=True)
        ]

    def _tts_values(self, texts):
        """Find this attribute's values by name; create what is missing.

        :return: the values
        """
        self.ensure_one()
        known = {
            fold(value.name): value
            for value in reversed(self.value_ids)
            if value.active and not value.is_custom
        }
        values = self.env["product.attribute.value"]
        for text in texts:
            if fold(text) not in known:
                known[fold(text)] = values.create(
                    {"name": text, "attribute_id": self.id}
                )
            values |= known[fold(text)]
        return values


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _tts_prepare_attribute_lines(self, names, rows):
        """What the attribute lines of a new template are made of.

        :param names: names of attributes
        :param rows: the values of each variant, in the order of the names
        """
        attributes = self.env["product.attribute"]._tts_find_or_create(names)
        columns = zip(*rows, strict=True)
        return [
            Command.create(
                {
                    "attribute_id": attribute.id,
                    "value_ids": [Command.set(attribute._tts_values(texts).ids)],
                }
            )
            for attribute, texts in zip(attributes, columns, strict=True)
        ]

    def _tts_can_join(self, names):
        """Whether a variant with these attributes can be added, and no other comes."""
        self.ensure_one()
        lines = self._tts_lines()
        return (
            bool(lines)
            and sorted(fold(line.attribute_id.name) for line in lines)
            == sorted(fold(name) for name in names)
            and (len(lines) == 1 or self.has_dynamic_attributes())
        )

    def _tts_lines(self):
        lines = self.valid_product_template_attribute_line_ids
        return lines._without_no_variant_attributes()

    def _tts_add_values(self, names, rows):
        """Offer more values of the template's attributes.

        Odoo brings archived variants back whenever values change; they stay archived.
        """
        self.ensure_one()
        everything = self.with_context(active_test=False)
        archived = everything.product_variant_ids.filtered(lambda v: not v.active)
        columns = {
            fold(name): texts
            for name, texts in zip(names, zip(*rows, strict=True), strict=True)
        }
        for line in self._tts_lines():
            attribute = line.attribute_id
            values = attribute._tts_values(columns[fold(attribute.name)])
            if missing := values - line.value_ids:
                line.value_ids = [Command.link(value.id) for value in missing]
        archived.filtered("active").active = False

    def _tts_combination(self, names, texts):
        """Return the template's values that make up one variant."""
        self.ensure_one()
        pairs = zip(names, texts, strict=True)
        wanted = {fold(name): fold(text) for name, text in pairs}
        values = self._tts_lines().product_template_value_ids._only_active()
        return values.filtered(
            lambda value: wanted.get(fold(value.attribute_id.name)) == fold(value.name)
        )

    def _tts_make_variant(self, combination, values):
        """Create the variant of a combination, or fill in the one that Odoo made."""
        self.ensure_one()
        variant = self._get_variant_for_combination(combination)
        if variant:
            variant.write(values)
            return variant
        return variant.create(self._prepare_variant_values(combination) | values)
