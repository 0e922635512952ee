from lxml import etree, html

tree = etree.fromstring("<a><b n='1'>\u00e4</b><b n='2'>\u00df</b></a>")
assert [each.text for each in tree.xpath("b[@n > 1]")] == ["\u00df"]
style = etree.XML(
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
    '<xsl:template match="/"><n><xsl:value-of select="count(//b)"/></n></xsl:template>'
    "</xsl:stylesheet>"
)
assert str(etree.XSLT(style)(tree)).strip().endswith("<n>2</n>")
page = html.fromstring("<p>one<p>two".encode("utf-16"))
assert [each.text for each in page.iter("p")] == ["one", "two"]
latin = etree.fromstring('<?xml version="1.0" encoding="ISO-8859-15"?><a>\u20ac</a>'.encode("iso-8859-15"))
assert latin.text == "\u20ac", latin.text
